// Package webcal fetches calendars that others keep, over HTTP and from files, within limits of size and time. It knows
// nothing of what is in them, and keeps none: what becomes of a calendar is the engine's. The address of a calendar is a
// secret, as are user and password; no error of this package names more of it than the host.
package webcal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
)

const (
	timeout   = 10 * time.Second // of a fetch as a whole
	redirects = 5
	maxTag    = 1000 // bytes of an ETag or a date that are sent back
)

// Fetcher fetches calendars. It implements engine.Fetcher.
type Fetcher struct{ client http.Client }

// New makes a Fetcher that asks over a transport.
func New(over http.RoundTripper) *Fetcher {
	return &Fetcher{http.Client{Transport: over, CheckRedirect: follow}}
}

// Fetch reads a file, or asks a server, which may answer that what there is is still good (RFC 9110, section 13.1). It takes at
// most 10 s and calendar.MaxBytes, unpacked.
func (f *Fetcher) Fetch(ctx context.Context, c directory.Calendar, have calendar.Tags) (calendar.Fetched, error) {
	if c.File != "" {
		return readFile(c.File)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	got, err := f.ask(ctx, c, have)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("%s did not send it within %s", c.Host, timeout)
	}
	return got, err
}

func (f *Fetcher) ask(ctx context.Context, c directory.Calendar, have calendar.Tags) (got calendar.Fetched, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, http.NoBody)
	if err != nil {
		return got, errors.New("its url cannot be asked: it is none")
	}
	req.Header.Set("User-Agent", "Tocsin")
	req.Header.Set("Accept", "text/calendar, */*;q=0.1")
	if have.ETag != "" {
		req.Header.Set("If-None-Match", have.ETag)
	}
	if have.LastModified != "" {
		req.Header.Set("If-Modified-Since", have.LastModified)
	}
	if c.Username != "" {
		req.SetBasicAuth(c.Username, c.Password)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return got, plain(err, c)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && have != (calendar.Tags{}):
		return calendar.Fetched{Unchanged: true}, nil
	case resp.StatusCode != http.StatusOK:
		return got, fmt.Errorf("%s answered %d %s", c.Host, resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	got.Tags = calendar.Tags{ETag: tag(resp, "ETag"), LastModified: tag(resp, "Last-Modified")}
	if got.Text, err = bounded(resp.Body); err != nil {
		return got, plain(err, c)
	}
	return got, nil
}

func tag(resp *http.Response, name string) string {
	if v := resp.Header.Get(name); len(v) <= maxTag {
		return v
	}
	return ""
}

var errLarge = fmt.Errorf("it is larger than %d MB", calendar.MaxBytes>>20)

func bounded(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, calendar.MaxBytes+1))
	if err == nil && len(text) > calendar.MaxBytes {
		err = errLarge
	}
	return text, err
}

// refused is a redirect that is not followed. Its text names hosts only.
type refused string

func (r refused) Error() string { return string(r) }

// follow says which redirects are followed: a few, over HTTP, and not from TLS to none.
func follow(req *http.Request, via []*http.Request) error {
	switch first := via[0].URL; {
	case len(via) > redirects:
		return refused(fmt.Sprintf("more than %d redirects", redirects))
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return refused(fmt.Sprintf("a redirect to %s: only http and https are followed", scheme(req.URL)))
	case first.Scheme == "https" && req.URL.Scheme == "http":
		return refused("a redirect from https to http, which would show the address of the calendar to others")
	}
	req.Header.Del("Referer") // which would be the address
	return nil
}

func scheme(u *url.URL) string { return u.Scheme[:min(len(u.Scheme), 20)] + ":" }

// plain is an error without the address.
func plain(err error, c directory.Calendar) error {
	if outer := (*url.Error)(nil); errors.As(err, &outer) { // it begins with the URL
		err = outer.Err
	}
	var why refused
	switch {
	case errors.As(err, &why):
		return why
	case errors.Is(err, errLarge):
		return err
	}
	text := err.Error()
	if u, parseErr := url.Parse(c.URL); parseErr != nil || strings.Contains(text, "Location") || u.Path != "/" && u.Path != "" && strings.Contains(text, u.Path) {
		return fmt.Errorf("what %s answered makes no sense", c.Host)
	}
	return fmt.Errorf("%s: %w", c.Host, err)
}

func readFile(path string) (got calendar.Fetched, err error) {
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		got.Text, err = bounded(f)
	}
	if bad := (*fs.PathError)(nil); errors.As(err, &bad) {
		err = bad.Err
	}
	if err != nil {
		err = fmt.Errorf("the file cannot be read: %w", err)
	}
	return got, err
}
