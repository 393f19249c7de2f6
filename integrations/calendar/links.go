// Package calendar serves on-call times as iCalendar feeds (RFC 5545), for programs such as Google Calendar and
// Thunderbird. Such programs cannot send a key, so whoever has the URL of a feed can read it: it holds a secret, and
// reveals when people are on call and nothing else. The package reads the directory, keeps no state and changes nothing.
package calendar

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// Kind is what a feed is about.
type Kind string

// A feed is everybody's shifts of a schedule, or a user's shifts in all schedules.
const (
	Schedule Kind = "schedule"
	User     Kind = "user"
)

// Links makes and checks the tokens in the URLs of feeds: the kind and the name, and an HMAC-SHA256 of them that is cut
// to 20 bytes, both in unpadded base64url. A token lasts until its key, the generation of all feeds
// or that of its own changes.
type Links struct {
	keys       [][]byte // the first one signs
	generation int
}

const macSize = 20

// NewLinks returns the links of a generation: with another one all tokens are revoked. The first key signs, and those
// after it are still good for tokens made earlier.
func NewLinks(generation int, keys ...[]byte) *Links {
	return &Links{keys, generation}
}

// Token returns that of a feed of which so many were revoked before; "" where there is no key.
func (l *Links) Token(kind Kind, name string, revoked int) string {
	if len(l.keys) == 0 {
		return ""
	}
	body := string(kind) + ":" + name
	return encode([]byte(body)) + "." + encode(l.mac(l.keys[0], body, revoked))
}

// Read returns which feed a token claims to be of, and false for what is no token. Only Genuine says whether that is so.
func (l *Links) Read(token string) (kind Kind, name string, ok bool) {
	first, _, _ := strings.Cut(token, ".")
	body, err := base64.RawURLEncoding.Strict().DecodeString(first)
	if err != nil {
		return "", "", false
	}
	k, name, ok := strings.Cut(string(body), ":")
	return Kind(k), name, ok
}

// Genuine says whether a token was made here for a feed of which so many were revoked before.
func (l *Links) Genuine(token string, revoked int) bool {
	first, second, _ := strings.Cut(token, ".")
	body, err := base64.RawURLEncoding.Strict().DecodeString(first)
	if err != nil {
		return false
	}
	mac, err := base64.RawURLEncoding.Strict().DecodeString(second)
	if err != nil {
		return false
	}
	for _, key := range l.keys {
		if hmac.Equal(mac, l.mac(key, string(body), revoked)) {
			return true
		}
	}
	return false
}

func (l *Links) mac(key []byte, body string, revoked int) []byte {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "tocsin calendar v1\x00%d\x00%s", l.generation, body)
	if revoked > 0 { // so that tokens from before feeds could be revoked one by one go on working
		fmt.Fprintf(h, "\x00%d", revoked)
	}
	return h.Sum(nil)[:macSize]
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
