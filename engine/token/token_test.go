package token_test

import (
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/token"
)

var (
	now  = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	link = token.Token{Subject: "a0f-01jv5yhh6cfq3tqk6d5b2m8z4w", User: "ethan", Page: 3, Expires: now.Add(time.Hour)}
)

func signer(t *testing.T, keys ...string) *token.Signer {
	t.Helper()
	var raw [][]byte
	for _, k := range keys {
		raw = append(raw, []byte(k))
	}
	s, err := token.NewSigner(raw...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATokenSaysWhatWasSigned(t *testing.T) {
	s := signer(t, "0123456789abcdef")
	got, err := s.Open(s.Sign(link), now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(link.Expires.Unix(), got.Expires.Unix()); diff != "" {
		t.Error(diff)
	}
	got.Expires = link.Expires
	if diff := cmp.Diff(link, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnExpiredTokenStillNamesItsAlert(t *testing.T) {
	s := signer(t, "0123456789abcdef")
	got, err := s.Open(s.Sign(link), link.Expires)
	if !errors.Is(err, token.ErrExpired) || got.Subject != link.Subject {
		t.Errorf("got %+v, %v; want ErrExpired and the subject", got, err)
	}
}

func TestEveryChangedBitIsForged(t *testing.T) {
	s := signer(t, "0123456789abcdef")
	raw, _ := base64.RawURLEncoding.DecodeString(s.Sign(link))
	for i := range raw {
		for bit := range 8 {
			raw[i] ^= 1 << bit
			if _, err := s.Open(base64.RawURLEncoding.EncodeToString(raw), now); !errors.Is(err, token.ErrForged) {
				t.Fatalf("byte %d bit %d flipped: got %v, want ErrForged", i, bit, err)
			}
			raw[i] ^= 1 << bit
		}
	}
	for _, text := range []string{"", "x", "%%%", "AAAA"} {
		if _, err := s.Open(text, now); !errors.Is(err, token.ErrForged) {
			t.Errorf("Open(%q) = %v, want ErrForged", text, err)
		}
	}
}

func TestARotatedKeyStillOpensOldLinks(t *testing.T) {
	old := signer(t, "old-old-old-old-old")
	text := old.Sign(link)
	if _, err := signer(t, "new-new-new-new-new", "old-old-old-old-old").Open(text, now); err != nil {
		t.Errorf("with the old key kept: %v", err)
	}
	if _, err := signer(t, "new-new-new-new-new").Open(text, now); !errors.Is(err, token.ErrForged) {
		t.Errorf("with the old key gone: %v, want ErrForged", err)
	}
}

func TestAShortKeyIsRefused(t *testing.T) {
	if _, err := token.NewSigner([]byte("short")); err == nil {
		t.Error("a key of 5 bytes was accepted")
	}
	if _, err := token.NewSigner(); err == nil {
		t.Error("no key was accepted")
	}
}
