// Package request is what every request to a provider keeps to: it goes where the configuration says and nowhere else,
// it is bounded in time and in what it reads, and its failures name no address and hold no secret. It knows no provider,
// and retries nothing: that is delivery's.
package request

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MaxWait is the longest that a provider may ask to be left alone.
const MaxWait = time.Hour

// Client makes requests that take at most so long, from the connection to the last byte of the answer, and follow no
// redirect: credentials and signed messages would go wherever it leads. A nil transport is http.DefaultTransport.
func Client(transport http.RoundTripper, timeout time.Duration) *http.Client {
	return &http.Client{
		Transport: transport, Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Cause is why a request failed, without its address, which may hold a secret or an account.
func Cause(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// RetryAfter is how long a provider asks to be left alone, in seconds or until a date (RFC 9110 10.2.3): 0 when it does
// not ask, at most MaxWait.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(max(0, min(seconds, int(MaxWait/time.Second)))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(at.Sub(now), MaxWait))
	}
	return 0
}

// maxSaid is how many letters of what a provider says are passed on.
const maxSaid = 200

// Clean is what a provider says, short and in one line, and without secrets, should something on the way have echoed
// them.
func Clean(said string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			said = strings.ReplaceAll(said, secret, "***")
		}
	}
	said = strings.Join(strings.Fields(strings.ToValidUTF8(said, "")), " ")
	if r := []rune(said); len(r) > maxSaid {
		said = string(r[:maxSaid]) + "…"
	}
	return said
}
