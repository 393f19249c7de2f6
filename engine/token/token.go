// Package token makes and checks the signed, expiring tokens in ack links, buttons and call URLs. A token
// says for whom it was made and about what; whoever holds it may act as that person on that one thing.
// Tokens are HMAC-SHA256 signed, not encrypted: they hold no secret.
package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Token is what a link says.
type Token struct {
	Subject string // an alert's id, or "b-…" for a bundle of alerts
	User    string // who acts with it; "channel:NAME" when it was posted where many read it
	Page    int    // which page carried it; 0 for a bundle
	Expires time.Time
}

var (
	// ErrForged is the error for everything that was not signed by this installation.
	ErrForged = errors.New("this link was not made by this server, or was damaged on its way")
	// ErrExpired is the error for a token that is genuine but old.
	ErrExpired = errors.New("this link has expired")
)

// Signer signs with the first key and accepts all of them, so that keys can be rotated.
type Signer struct{ keys [][]byte }

// NewSigner takes at least one key of at least 16 bytes.
func NewSigner(keys ...[]byte) (*Signer, error) {
	if len(keys) == 0 {
		return nil, errors.New("signing needs a key")
	}
	for _, k := range keys {
		if len(k) < 16 {
			return nil, fmt.Errorf("a signing key has %d bytes; use at least 16 random ones", len(k))
		}
	}
	return &Signer{keys}, nil
}

const macSize = 16 // 128 bits are beyond guessing and keep a text message short

// Sign writes the token as URL-safe text.
func (s *Signer) Sign(t Token) string {
	body := binary.BigEndian.AppendUint32(nil, uint32(t.Expires.Unix()))
	body = binary.BigEndian.AppendUint16(body, uint16(t.Page))
	body = append(body, t.Subject+"\x00"+t.User...)
	return base64.RawURLEncoding.EncodeToString(append(body, mac(s.keys[0], body)...))
}

// Open checks a token. With ErrExpired it still returns what the token says, so that the page can say so.
func (s *Signer) Open(text string, now time.Time) (Token, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < macSize+6 || len(raw) > 1024 {
		return Token{}, ErrForged
	}
	body, sum := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	for _, k := range s.keys {
		if !hmac.Equal(sum, mac(k, body)) {
			continue
		}
		subject, user, _ := strings.Cut(string(body[6:]), "\x00")
		t := Token{
			Subject: subject, User: user,
			Page:    int(binary.BigEndian.Uint16(body[4:])),
			Expires: time.Unix(int64(binary.BigEndian.Uint32(body)), 0),
		}
		if !now.Before(t.Expires) {
			return t, ErrExpired
		}
		return t, nil
	}
	return Token{}, ErrForged
}

func mac(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("tocsin link v1\x00"))
	h.Write(body)
	return h.Sum(nil)[:macSize]
}
