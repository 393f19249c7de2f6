package calendar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

// Path is where feeds are, as net/http and people write it; Path and a token and Suffix is a feed's.
const (
	Path   = "/ical/"
	Suffix = ".ics"
)

// How much a feed holds, and how often programs are asked to look again.
const (
	past    = 28 * 24 * time.Hour
	future  = 182 * 24 * time.Hour
	refresh = time.Hour
)

// Feeds serves them.
type Feeds struct {
	Links     *Links
	Directory func() *directory.Directory // with the overrides in force
	// Revoked is how many addresses of a feed were revoked before.
	Revoked func(ctx context.Context, kind Kind, name string) (int, error)
	Now     func() time.Time
	Host    string // the part of UIDs after the @; it must stay the same, or programs take shifts for new ones
}

// ServeHTTP answers GET and HEAD of /ical/TOKEN.ics. A wrong or revoked token, and one of a user or schedule that there is
// not any more, is 404 alike. The answer has an ETag that changes only with the shifts.
func (f *Feeds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "a feed can only be read", http.StatusMethodNotAllowed)
		return
	}
	token, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, Path), Suffix)
	kind, name, read := f.Links.Read(token)
	if ok = ok && read && f.known(kind, name); ok {
		revoked, err := f.Revoked(r.Context(), kind, name)
		if err != nil {
			w.Header().Set("Retry-After", "60")
			http.Error(w, "the calendar cannot be read just now", http.StatusServiceUnavailable)
			return
		}
		ok = f.Links.Genuine(token, revoked)
	}
	var feed ical.Feed
	if ok { // nothing is worked out for who does not have the secret
		feed, ok = f.feed(kind, name)
	}
	if !ok {
		http.Error(w, "there is no such calendar; its address may have been revoked", http.StatusNotFound)
		return
	}
	sum := sha256.Sum256(feed.Write()) // with no time of making, so that it is that of the shifts
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, no-cache") // to be asked about each time, which the ETag makes cheap
	h.Set("X-Robots-Tag", "noindex")
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	feed.Stamp = f.Now()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `inline; filename="tocsin.ics"`)
	_, _ = w.Write(feed.Write()) // whoever asked has gone when this fails
}

func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimPrefix(strings.TrimSpace(part), "W/"); part == tag || part == "*" {
			return true
		}
	}
	return false
}

func (f *Feeds) known(kind Kind, name string) bool {
	dir := f.Directory()
	switch kind {
	case Schedule:
		return dir.Schedules[name] != nil
	case User:
		_, ok := dir.Users[name]
		return ok
	}
	return false
}

// feed gives the shifts of a schedule or of a user, around the day that it is.
func (f *Feeds) feed(kind Kind, name string) (ical.Feed, bool) {
	dir := f.Directory()
	today := f.Now().UTC().Truncate(24 * time.Hour)
	from, to := today.Add(-past), today.Add(future)
	out := ical.Feed{Name: "On call: " + name, Refresh: refresh}
	switch kind {
	case Schedule:
		s, ok := dir.Schedules[name]
		if !ok {
			return out, false
		}
		out.Entries = ical.Entries(s, from, to, f.Host)
	case User:
		if _, ok := dir.Users[name]; !ok {
			return out, false
		}
		for _, schedule := range slices.Sorted(maps.Keys(dir.Schedules)) {
			out.Entries = append(out.Entries, ical.Entries(dir.Schedules[schedule], from, to, f.Host, name)...)
		}
	default:
		return out, false
	}
	return out, true
}
