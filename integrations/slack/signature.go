package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	window  = 300 * time.Second // how old or early a request may be
	maxBody = 1 << 20
	maxSeen = 10_000 // requests remembered; so many clicks in ten minutes are not people's
)

var (
	errUnsigned = errors.New("this request is not signed by Slack for this app; check signing_secret")
	errOld      = errors.New("this request is too old or from the future; check this machine's clock")
	errReplayed = errors.New("this request was answered before")
	errFull     = errors.New("too many requests")
)

// verifier checks Slack's v0 signatures: HMAC-SHA256 over "v0:timestamp:body" with the app's signing
// secret, at most 300 s from now, and each only once. What it has seen is known to this process only; the
// engine refuses to do the same thing twice in any case.
type verifier struct {
	secrets []string
	now     func() time.Time

	mu   sync.Mutex
	seen map[string]time.Time // signature → until when a replay of it would still be in the window
}

func (v *verifier) check(h http.Header, body []byte) error {
	stamp := h.Get("X-Slack-Request-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errUnsigned
	}
	if !v.signed(h.Get("X-Slack-Signature"), stamp, body) {
		return errUnsigned
	}
	now, at := v.now(), time.Unix(seconds, 0)
	if now.Sub(at).Abs() > window {
		return errOld
	}
	return v.once(h.Get("X-Slack-Signature"), at.Add(window), now)
}

// signed compares with every secret, each in constant time, so that secrets can be rotated.
func (v *verifier) signed(signature, stamp string, body []byte) bool {
	ok := false
	for _, secret := range v.secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		io.WriteString(mac, "v0:"+stamp+":")
		mac.Write(body)
		if hmac.Equal([]byte("v0="+hex.EncodeToString(mac.Sum(nil))), []byte(signature)) {
			ok = true
		}
	}
	return ok
}

func (v *verifier) once(signature string, until, now time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.seen[signature]; ok {
		return errReplayed
	}
	if len(v.seen) >= maxSeen {
		for s, t := range v.seen {
			if now.After(t) {
				delete(v.seen, s)
			}
		}
	}
	if len(v.seen) >= maxSeen { // forgetting one would let it be replayed
		return errFull
	}
	v.seen[signature] = until
	return nil
}
