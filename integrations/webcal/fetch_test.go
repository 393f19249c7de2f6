package webcal_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/integrations/webcal"
)

const (
	secret = "/private-s3cr3t/basic.ics"
	events = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
)

// server answers as f does, at a secret address.
func server(t *testing.T, f http.HandlerFunc) directory.Calendar {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return directory.Calendar{URL: s.URL + secret, Host: u.Hostname()}
}

func fetch(t *testing.T, c directory.Calendar, have calendar.Tags) (calendar.Fetched, error) {
	t.Helper()
	got, err := webcal.New(http.DefaultTransport).Fetch(t.Context(), c, have)
	if err != nil && strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("the error names the address: %v", err)
	}
	return got, err
}

func TestACalendarThatDidNotChangeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	c := server(t, func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ethan" || password != "s3cr3t" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "Mon, 09 Mar 2026 03:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(events))
	})
	if _, err := fetch(t, c, calendar.Tags{}); err == nil || !strings.Contains(err.Error(), "401 Unauthorized") {
		t.Errorf("without a password: %v", err)
	}
	c.Username, c.Password = "ethan", "s3cr3t"
	got, err := fetch(t, c, calendar.Tags{})
	if err != nil || string(got.Text) != events || got.Unchanged || got.Tags.ETag != `"v1"` {
		t.Fatalf("at first %+v (%v)", got, err)
	}
	if again, err := fetch(t, c, got.Tags); err != nil || !again.Unchanged {
		t.Errorf("again %+v (%v)", again, err)
	}
}

func TestWhatCannotBeFetchedSaysWhyAndNotFromWhere(t *testing.T) {
	t.Parallel()
	to := func(address string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", address)
			w.WriteHeader(http.StatusFound)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"an error":              {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "answered 500 Internal Server Error"},
		"not modified, unasked": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(304) }, "answered 304"},
		"a file":                {to("file:///etc/passwd"), "a redirect to file:"},
		"a redirect to itself":  {to(secret), "more than 5 redirects"},
		"no address":            {to("http://%s3cr3t"), "makes no sense"},
		"a huge body": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), calendar.MaxBytes+1))
		}, "larger than 5 MB"},
		"a bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range calendar.MaxBytes>>20 + 1 {
				_, _ = z.Write(make([]byte, 1<<20))
			}
			_ = z.Close()
		}, "larger than 5 MB"},
		"a connection that breaks": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(events))
		}, "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := fetch(t, server(t, c.answer), calendar.Tags{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	gone := server(t, nil)
	gone.URL = "http://127.0.0.1:1" + secret
	if _, err := fetch(t, gone, calendar.Tags{}); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestTheAddressOfACalendarIsNotToldToWhereItRedirects(t *testing.T) {
	t.Parallel()
	var seen http.Header
	other := server(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		_, _ = w.Write([]byte(events))
	})
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	c := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, http.StatusFound) })
	c.Username, c.Password = "ethan", "s3cr3t"
	if got, err := fetch(t, c, calendar.Tags{}); err != nil || string(got.Text) != events {
		t.Fatalf("%+v (%v)", got, err)
	}
	if seen.Get("Referer") != "" || seen.Get("Authorization") != "" {
		t.Errorf("it was told %v", seen)
	}
}

// leading answers every request over TLS with a redirect, and notes what is asked without it.
type leading struct {
	to   string
	open bool
}

func (l *leading) RoundTrip(r *http.Request) (*http.Response, error) {
	l.open = l.open || r.URL.Scheme == "http"
	return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {l.to}}, Body: http.NoBody, Request: r}, nil
}

func TestARedirectFromTLSToNoneIsNotFollowed(t *testing.T) {
	t.Parallel()
	over := &leading{to: "http://calendar.example.com" + secret}
	_, err := webcal.New(over).Fetch(context.Background(), directory.Calendar{URL: "https://calendar.example.com" + secret, Host: "calendar.example.com"}, calendar.Tags{})
	if over.open || err == nil || !strings.Contains(err.Error(), "a redirect from https to http") || strings.Contains(err.Error(), secret) {
		t.Errorf("asked in the open: %v; %v", over.open, err)
	}
}

// hanging never answers.
type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestAServerThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := webcal.New(hanging{}).Fetch(context.Background(), directory.Calendar{URL: "https://calendar.example.com" + secret, Host: "calendar.example.com"}, calendar.Tags{})
		if err == nil || err.Error() != "calendar.example.com did not send it within 10s" || time.Since(began) >= calendar.Lease {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

func TestAFileIsReadWithinTheSameLimits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "oncall.ics")
	c := directory.Calendar{File: path, Host: "oncall.ics"}
	if _, err := fetch(t, c, calendar.Tags{}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
	for _, size := range []int{10, calendar.MaxBytes + 1} {
		if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := fetch(t, c, calendar.Tags{}); (err == nil) != (size == 10) || err == nil && len(got.Text) != size {
			t.Errorf("%d bytes: %d bytes, %v", size, len(got.Text), err)
		}
	}
}
