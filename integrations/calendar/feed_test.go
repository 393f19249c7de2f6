package calendar_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/integrations/calendar"
	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

// noon is a Monday.
var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// site serves two schedules, in both of which ethan takes turns.
type site struct {
	*testing.T
	feeds *calendar.Feeds
	dir   *directory.Directory
	now   time.Time

	revoked map[string]int
	away    error
}

func begin(t *testing.T) *site {
	t.Helper()
	rota := func(name string, participants ...[]string) *schedules.Schedule {
		s, problems := schedules.New(schedules.Spec{Name: name, Zone: "America/New_York", Rotations: []schedules.RotationSpec{{
			Starts: "2026-03-02T09:00", Every: "1d", Participants: participants,
		}}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return s
	}
	s := &site{T: t, now: noon, dir: &directory.Directory{
		Users: map[string]directory.User{"ethan": {Name: "ethan"}, "amir": {Name: "amir"}},
		Schedules: map[string]*schedules.Schedule{
			"primary": rota("primary", []string{"ethan"}, []string{"amir"}), "backup": rota("backup", []string{"amir"}, []string{"ethan"}),
		},
	}}
	s.feeds = &calendar.Feeds{
		Links: calendar.NewLinks(0, []byte("0123456789abcdef")), Host: "oncall.example.com",
		Directory: func() *directory.Directory { return s.dir }, Now: func() time.Time { return s.now },
		Revoked: func(_ context.Context, kind calendar.Kind, name string) (int, error) {
			return s.revoked[string(kind)+":"+name], s.away
		},
	}
	return s
}

func (s *site) get(token, tag string) *httptest.ResponseRecorder {
	s.Helper()
	r := httptest.NewRequest(http.MethodGet, calendar.Path+token+calendar.Suffix, nil)
	if tag != "" {
		r.Header.Set("If-None-Match", tag)
	}
	w := httptest.NewRecorder()
	s.feeds.ServeHTTP(w, r)
	return w
}

// read reads a feed as a calendar program does.
func (s *site) read(w *httptest.ResponseRecorder, from, to time.Time) []ical.Event {
	s.Helper()
	if w.Code != http.StatusOK {
		s.Fatalf("answered %d: %s", w.Code, w.Body)
	}
	got, err := ical.Read(w.Body.Bytes(), time.UTC, from, to)
	if err != nil || len(got.Problems) > 0 {
		s.Fatalf("the feed cannot be read: %v %v", err, got.Problems)
	}
	return got.Events
}

func TestAScheduleIsACalendarOfItsShifts(t *testing.T) {
	t.Parallel()
	s := begin(t)
	w := s.get(s.feeds.Links.Token(calendar.Schedule, "primary", 0), "")
	if got := w.Header().Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	events := s.read(w, noon, noon.AddDate(0, 0, 2))
	if len(events) != 3 || events[1].Summary != "ethan on call: primary" && events[1].Summary != "amir on call: primary" {
		t.Fatalf("read %+v", events)
	}
	// 09:00 in New York, after the change to daylight saving time.
	if want := time.Date(2026, 3, 9, 13, 0, 0, 0, time.UTC); !events[1].From.Equal(want) || !events[1].To.Equal(want.AddDate(0, 0, 1)) {
		t.Errorf("the shift is from %s to %s", events[1].From, events[1].To)
	}
}

func TestAUserHasTheirShiftsOfAllSchedules(t *testing.T) {
	t.Parallel()
	s := begin(t)
	events := s.read(s.get(s.feeds.Links.Token(calendar.User, "ethan", 0), ""), noon, noon.AddDate(0, 0, 4))
	seen := map[string]int{}
	for _, e := range events {
		seen[e.Summary]++
	}
	if len(seen) != 2 || seen["ethan on call: primary"] < 2 || seen["ethan on call: backup"] < 2 {
		t.Errorf("read %v", seen)
	}
}

func TestAFeedThatDidNotChangeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := begin(t)
	token := s.feeds.Links.Token(calendar.Schedule, "primary", 0)
	tag := s.get(token, "").Header().Get("ETag")
	s.now = s.now.Add(time.Hour)
	if w := s.get(token, tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("answered %d with %d bytes", w.Code, w.Body.Len())
	}
	with, problems := s.dir.Schedules["primary"].With([]schedules.OverrideSpec{{User: "amir", From: "2026-03-20T09:00", To: "2026-03-20T10:00"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s.dir.Schedules["primary"] = with
	if w := s.get(token, tag); w.Code != http.StatusOK || w.Header().Get("ETag") == tag {
		t.Errorf("an override answered %d, with ETag %s", w.Code, w.Header().Get("ETag"))
	}
}

func TestOnlyATokenThatWasMadeHereOpensAFeed(t *testing.T) {
	t.Parallel()
	s := begin(t)
	good := s.feeds.Links.Token(calendar.User, "ethan", 0)
	body, mac, _ := strings.Cut(good, ".")
	amir, _, _ := strings.Cut(s.feeds.Links.Token(calendar.User, "amir", 0), ".")
	other := calendar.NewLinks(0, []byte("another key of the tests")).Token(calendar.User, "ethan", 0)
	for _, token := range []string{"", ".", body, body + ".", amir + "." + mac, other, good + "A", "%2e%2e", s.feeds.Links.Token(calendar.User, "jason", 0), s.feeds.Links.Token("team", "ethan", 0)} {
		if w := s.get(token, ""); w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "BEGIN") {
			t.Errorf("%q answered %d", token, w.Code)
		}
	}
	w := httptest.NewRecorder()
	s.feeds.ServeHTTP(w, httptest.NewRequest(http.MethodPost, calendar.Path+good+calendar.Suffix, nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST answered %d", w.Code)
	}
}

func TestAnotherGenerationRevokesAnOlderKeyDoesNot(t *testing.T) {
	t.Parallel()
	s := begin(t)
	token := s.feeds.Links.Token(calendar.User, "ethan", 0)
	s.feeds.Links = calendar.NewLinks(0, []byte("a new key of the tests"), []byte("0123456789abcdef"))
	if w := s.get(token, ""); w.Code != http.StatusOK {
		t.Errorf("with a new key in front, answered %d", w.Code)
	}
	s.feeds.Links = calendar.NewLinks(1, []byte("0123456789abcdef"))
	if w := s.get(token, ""); w.Code != http.StatusNotFound {
		t.Errorf("revoked, and answered %d", w.Code)
	}
}

func TestOneFeedIsRevokedAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	s := begin(t)
	ethan, amir := s.feeds.Links.Token(calendar.User, "ethan", 0), s.feeds.Links.Token(calendar.User, "amir", 0)
	s.revoked = map[string]int{"user:ethan": 1}
	if w := s.get(ethan, ""); w.Code != http.StatusNotFound {
		t.Errorf("the old address answered %d", w.Code)
	}
	if w := s.get(s.feeds.Links.Token(calendar.User, "ethan", 1), ""); w.Code != http.StatusOK {
		t.Errorf("the new address answered %d", w.Code)
	}
	if w := s.get(amir, ""); w.Code != http.StatusOK {
		t.Errorf("another feed answered %d", w.Code)
	}
	s.away = errors.New("away")
	if w := s.get(amir, ""); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("without the store, answered %d", w.Code)
	}
}
