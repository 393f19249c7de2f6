package publicpage_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/integrations/publicpage"
)

// shop is a store of incidents, and the publishers of replicas that share it.
type shop struct {
	t         *testing.T
	dir       *directory.Directory
	incidents []*incident.State
	reads     int // of closed incidents
	pages     int // of all incidents
	away      bool
	log       bytes.Buffer
}

func newShop(t *testing.T) *shop {
	t.Parallel()
	return &shop{t: t, dir: &directory.Directory{
		Zone:     time.UTC,
		Services: map[string]directory.Service{"checkout": {Name: "checkout"}},
		Incident: directory.Incident{Audiences: []directory.Audience{{Name: "customers", Public: true}}},
		StatusPage: directory.StatusPage{
			Title: "Status", History: 30 * 24 * time.Hour, States: map[string]string{"P1": "major_outage"},
			Services: []directory.PublicService{{Service: "checkout", Name: "Checkout"}},
		},
	}}
}

// list is the engine's: two at a time, to see that all pages are read.
func (s *shop) list(_ context.Context, statuses []incident.Status, before store.Cursor, _ int) (list []*incident.State, next store.Cursor, err error) {
	if s.away {
		return nil, next, errors.New("the store is away")
	}
	s.pages++
	if slices.Contains(statuses, incident.Closed) && before == (store.Cursor{}) {
		s.reads++
	}
	var all []*incident.State
	for _, in := range slices.Backward(s.incidents) {
		if slices.Contains(statuses, in.Status) {
			all = append(all, in)
		}
	}
	from := int(before.Order)
	if from+2 < len(all) {
		return all[from : from+2], store.Cursor{Order: int64(from + 2), ID: "x"}, nil
	}
	return all[from:], next, nil
}

func (s *shop) publisher(set publicpage.Settings) *publicpage.Publisher {
	s.t.Helper()
	r, err := publicpage.New()
	if err != nil {
		s.t.Fatal(err)
	}
	source := publicpage.Source{Incidents: s.list, Directory: func() *directory.Directory { return s.dir }}
	return publicpage.NewPublisher(source, r, func() publicpage.Settings { return set }, slog.New(slog.NewTextHandler(&s.log, nil)))
}

func (s *shop) step(p *publicpage.Publisher, minute int) {
	s.t.Helper()
	if _, err := p.Step(context.Background(), at(minute)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) open(minute int) *incident.State {
	in := incident.New(store.NewID(store.KindIncident, incident.Shard), 7, incident.Opening{Title: "x", Service: "checkout", Priority: "P1"}, directory.Env{Now: at(minute), Dir: s.dir})
	s.incidents = append(s.incidents, in)
	return in
}

func (s *shop) do(in *incident.State, minute int, a incident.Action) {
	s.t.Helper()
	if _, err := incident.Apply(in, a, directory.Env{Now: at(minute), Dir: s.dir}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) tell(in *incident.State, minute int, text string) {
	s.t.Helper()
	s.do(in, minute, incident.Action{Do: incident.Tell, Draft: incident.Draft{Audience: "customers", Phase: incident.Investigating, Title: "Payments fail", Text: text}})
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReplicasWriteTheSameFilesWhenSomethingIsSaid(t *testing.T) {
	s := newShop(t)
	one, other := filepath.Join(t.TempDir(), "www", "status"), t.TempDir()
	p, q := s.publisher(publicpage.Settings{Directory: one}), s.publisher(publicpage.Settings{Directory: other})
	s.step(p, 0)
	if page := read(t, one, "index.html"); !strings.Contains(page, "All services work") {
		t.Errorf("the page: %s", page)
	}
	in := s.open(1)
	s.tell(in, 2, "We are looking into it.")
	s.step(p, 3)
	s.step(q, 4)
	for _, name := range publicpage.Names {
		if text := read(t, one, name); !strings.Contains(text, "We are looking into it.") || text != read(t, other, name) {
			t.Errorf("%s is not the same, or does not say it:\n%s", name, text)
		}
	}
	entries, err := os.ReadDir(one)
	if err != nil || len(entries) != 3 {
		t.Errorf("the directory has %v: %v", entries, err)
	}
	info, err := os.Stat(filepath.Join(one, "index.html"))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("others cannot read it: %v, %v", info, err)
	}
}

func TestFilesAreWrittenWhenTheyChangeWhichIsEveryFiveMinutesAtTheLatest(t *testing.T) {
	s := newShop(t)
	dir := t.TempDir()
	p := s.publisher(publicpage.Settings{Directory: dir})
	gone := func() bool {
		_, err := os.Stat(filepath.Join(dir, "index.html"))
		return os.IsNotExist(err)
	}
	s.step(p, 0)
	if err := os.Remove(filepath.Join(dir, "index.html")); err != nil {
		t.Fatal(err)
	}
	s.step(p, 1)
	if !gone() {
		t.Error("it was written though it is the same")
	}
	s.step(p, 6) // other figures
	if gone() {
		t.Error("it was not written though five minutes are over")
	}
}

func TestTheStoreIsAwayAndThePageStays(t *testing.T) {
	s := newShop(t)
	p := s.publisher(publicpage.Settings{Serve: "/status"})
	s.step(p, 0)
	s.away = true
	for minute := 1; minute < 5; minute++ {
		s.step(p, minute)
	}
	if got := get(p, "/status/", ""); got.Code != http.StatusOK {
		t.Errorf("answered %d", got.Code)
	}
	if n := strings.Count(s.log.String(), "not up to date"); n != 1 {
		t.Errorf("said %d times:\n%s", n, s.log.String())
	}
	s.away = false
	s.step(p, 6)
	if !strings.Contains(s.log.String(), "up to date again") {
		t.Errorf("the log: %s", s.log.String())
	}
}

func TestClosedIncidentsAreReadWhenOneIsClosed(t *testing.T) {
	s := newShop(t)
	p := s.publisher(publicpage.Settings{Serve: "/status"})
	for range 5 {
		s.tell(s.open(0), 0, "We are looking into it.")
	}
	s.step(p, 1)
	s.step(p, 2)
	s.step(p, 3)
	if s.reads != 1 {
		t.Errorf("they were read %d times", s.reads)
	}
	s.do(s.incidents[2], 4, incident.Action{Do: incident.Close, By: "amir"})
	s.step(p, 4)
	if page := get(p, "/status/", "").Body.String(); s.reads != 2 || strings.Count(page, `<article class="past"`) != 1 || strings.Count(page, `<article class="card major"`) != 4 {
		t.Errorf("read %d times, and the page is:\n%s", s.reads, page)
	}
}

func TestAnIncidentThatIsOpenedAgainIsOnThePageOnce(t *testing.T) {
	s := newShop(t)
	p := s.publisher(publicpage.Settings{Serve: "/status"})
	in := s.open(0)
	s.tell(in, 0, "We are looking into it.")
	s.do(in, 1, incident.Action{Do: incident.Close, By: "amir"})
	s.step(p, 1)
	s.do(in, 2, incident.Action{Do: incident.Reopen, By: "amir"})
	s.tell(in, 2, "It is back.")
	s.step(p, 2)
	if n := strings.Count(get(p, "/status/", "").Body.String(), "<article"); n != 1 {
		t.Errorf("it is there %d times", n)
	}
}

func TestIncidentsOfYearsAgoAreNotRead(t *testing.T) {
	s := newShop(t)
	const year = 365 * 24 * 60
	for i := range 20 {
		in := s.open(-year + i)
		s.tell(in, -year+i, "We are looking into it.")
		s.do(in, -year+i, incident.Action{Do: incident.Close, By: "amir"})
	}
	s.step(s.publisher(publicpage.Settings{Serve: "/status"}), 0)
	if s.pages != 2 { // one of those that are not closed, one of those that are
		t.Errorf("%d pages of incidents were read", s.pages)
	}
}

func get(p *publicpage.Publisher, path, tag string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

func TestThePageIsServedToAnybodyAndCaches(t *testing.T) {
	s := newShop(t)
	p := s.publisher(publicpage.Settings{Serve: "/status"})
	if got := get(p, "/status/", ""); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("before the first look: %d", got.Code)
	}
	s.step(p, 0)
	for path, kind := range map[string]string{"/status/": "text/html; charset=utf-8", "/status/status.json": "application/json", "/status/feed.rss": "application/rss+xml; charset=utf-8"} {
		got := get(p, path, "")
		h := got.Header()
		if got.Code != http.StatusOK || h.Get("Content-Type") != kind || !strings.Contains(h.Get("Cache-Control"), "public") || h.Get("ETag") == "" {
			t.Errorf("%s: %d %v", path, got.Code, h)
		}
		if again := get(p, path, h.Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.Code)
		}
	}
	in := s.open(0)
	s.tell(in, 1, "We are looking into it.")
	tag := get(p, "/status/", "").Header().Get("ETag")
	s.step(p, 1)
	if got := get(p, "/status/", tag); got.Code != http.StatusOK || !strings.Contains(got.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("changed: %d %v", got.Code, got.Header())
	}
	if got := get(p, "/status", ""); got.Code != http.StatusFound || got.Header().Get("Location") != "/status/" {
		t.Errorf("without a slash: %d %s", got.Code, got.Header().Get("Location"))
	}
	if got := get(p, "/status/etc/passwd", ""); got.Code != http.StatusNotFound {
		t.Errorf("another path: %d", got.Code)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/status/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a post: %d", w.Code)
	}
	if p.Serves("/statuses") || p.Serves("/") || !p.Serves("/status/x") {
		t.Error("it serves what is not its own, or not what is")
	}
	if off := s.publisher(publicpage.Settings{}); off.Serves("/status") || off.Serves("") {
		t.Error("it serves though nobody asked for it")
	}
}
