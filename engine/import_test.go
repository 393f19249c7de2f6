package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// site is where the calendars are, and what the replicas log.
type site struct {
	mu      sync.Mutex
	text    string
	down    error
	same    bool // it answers that nothing has changed
	fetched int
	log     bytes.Buffer
}

func (s *site) Fetch(_ context.Context, c directory.Calendar, have calendar.Tags) (calendar.Fetched, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetched++
	switch {
	case c.File != "":
		text, err := os.ReadFile(c.File)
		return calendar.Fetched{Text: text}, err
	case s.down != nil:
		return calendar.Fetched{}, s.down
	case s.same && have.ETag != "":
		return calendar.Fetched{Unchanged: true}, nil
	}
	return calendar.Fetched{Text: []byte(s.text), Tags: calendar.Tags{ETag: fmt.Sprint(s.fetched)}}, nil
}

const imported = `
schedules:
  - name: office
    rotations: [{name: outlook, ical: {url: "https://calendar.example.com/s3cr3t.ics", refresh: 10m}}]
policies:
  - {name: imported, steps: [{notify: ["schedule:office"]}]}
rules: [{to: "policy:imported"}]
`

// rota is a calendar in which people are on call for a day each, the first one since a day before the start.
func rota(names ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\n")
	for i, name := range names {
		from := start.AddDate(0, 0, i-1)
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTAMP:20260309T030000Z\r\nSUMMARY:%s\r\nDTSTART:%s\r\nDURATION:P1DT1H\r\nEND:VEVENT\r\n", i, name, from.Format("20060102T150405Z"))
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

// look lets every replica refresh the calendars that are due, and then a second pass.
func (tw *town) look() {
	tw.Helper()
	for _, e := range tw.engines {
		if _, err := e.Import(context.Background(), tw.clock.t); err != nil {
			tw.Error(err)
		}
	}
	tw.settle()
	tw.clock.t = tw.clock.t.Add(time.Second)
	for _, e := range tw.engines {
		if _, err := e.Fresh(context.Background(), tw.clock.t); err != nil {
			tw.Error(err)
		}
	}
}

// office is who a replica says is on call by the calendar.
func (tw *town) office(replica int) string {
	return strings.Join(tw.engines[replica].Directory().Schedules["office"].OnCall(tw.clock.t), " ")
}

func TestAPageGoesToWhomTheCalendarSaysOnEveryReplica(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, imported)
	tw.site.text = rota("Ethan", "amir@example.com")
	if got := tw.office(0); got != "" || tw.engines[0].Sources()[0].Known {
		t.Fatalf("before it was fetched, %q is on call", got)
	}
	tw.look()
	if tw.site.fetched != 1 || tw.office(0) != "amir ethan" || tw.office(1) != "amir ethan" {
		t.Errorf("fetched %d times; %q and %q are on call", tw.site.fetched, tw.office(0), tw.office(1))
	}
	tw.clock.t = start.Add(2 * time.Hour)
	if got := tw.pagedFirst("a"); got != "amir" {
		t.Errorf("%q was paged", got)
	}
}

func TestACalendarThatChangesCountsAfterItsRefresh(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, imported)
	tw.site.text = rota("ethan")
	tw.look()
	tw.site.text = rota("amir")
	tw.look()
	if tw.site.fetched != 1 || tw.office(0) != "ethan" {
		t.Errorf("it is fetched before its time: %d times", tw.site.fetched)
	}
	tw.clock.t = tw.clock.t.Add(10 * time.Minute)
	tw.look()
	if tw.site.fetched != 2 || tw.office(0) != "amir" || tw.office(1) != "amir" {
		t.Errorf("fetched %d times; %q and %q are on call", tw.site.fetched, tw.office(0), tw.office(1))
	}
	tw.site.same = true
	tw.clock.t = tw.clock.t.Add(10 * time.Minute)
	tw.look()
	if s := tw.engines[1].Sources()[0]; tw.office(1) != "amir" || tw.clock.t.Sub(s.FetchedAt) > time.Minute || tw.clock.t.Sub(s.ChangedAt) < 10*time.Minute {
		t.Errorf("one that has not changed is %+v, %q is on call", s, tw.office(1))
	}
}

func TestWhileTheCalendarServerFailsTheSamePeopleAreOnCallAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, imported)
	tw.site.text = rota("ethan", "amir")
	tw.look()
	tw.clock.t = start.Add(2 * time.Hour)
	for what, breaks := range map[string]func(){
		"answers with an error":      func() { tw.site.down = errors.New("calendar.example.com answered 500") },
		"sends a page to log in":     func() { tw.site.down, tw.site.text = nil, "<html>Log in" },
		"sends what is no calendar":  func() { tw.site.down, tw.site.text = nil, "" },
		"cannot be reached any more": func() { tw.site.down = errors.New("calendar.example.com: connection refused") },
	} {
		breaks()
		tw.clock.t = tw.clock.t.Add(11 * time.Minute)
		tw.look()
		if s := tw.engines[0].Sources()[0]; tw.office(0) != "amir" || s.Error == "" || s.FetchedAt.After(start.Add(time.Minute)) {
			t.Errorf("when the server %s, %q is on call: %+v", what, tw.office(0), s)
		}
	}
	tw.site.down = errors.New("calendar.example.com: connection refused")
	tw.crash(1)
	tw.faults[0].away = false
	tw.start(0, tw.world(imported))
	if got := tw.pagedFirst("a"); got != "amir" {
		t.Errorf("after the restart %q was paged", got)
	}
	if n := strings.Count(tw.site.log.String(), "cannot be refreshed"); n != 1 {
		t.Errorf("it was logged %d times:\n%s", n, tw.site.log.String())
	}
	tw.site.down, tw.site.text = nil, rota("jason", "jason")
	tw.clock.t = tw.clock.t.Add(11 * time.Minute)
	tw.look()
	if got := tw.office(0); got != "jason" || !strings.Contains(tw.site.log.String(), "can be refreshed again") {
		t.Errorf("when it works again %q is on call", got)
	}
	if strings.Contains(tw.site.log.String(), "s3cr3t") {
		t.Errorf("the log names the address:\n%s", tw.site.log.String())
	}
}

func TestAFailedRefreshIsTriedAgainSoonerThanTheNextOneIsDue(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, imported)
	tw.site.down = errors.New("calendar.example.com answered 503")
	for _, want := range []int{1, 2, 2, 3} { // after 0, 1, 2 and 3 minutes
		tw.look()
		if tw.site.fetched != want {
			t.Errorf("at %s fetched %d times, want %d", tw.clock.t.Format(time.TimeOnly), tw.site.fetched, want)
		}
		tw.clock.t = tw.clock.t.Add(time.Minute)
	}
}

func TestAReplicaThatDiesWhileItFetchesIsReplacedByAnother(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, imported)
	tw.site.text = rota("ethan")
	if _, err := tw.engines[0].Import(context.Background(), tw.clock.t); err != nil {
		t.Fatal(err)
	}
	tw.crash(1) // before it was fetched
	tw.engines = tw.engines[:2]
	for range 2 {
		if _, err := tw.engines[1].Import(context.Background(), tw.clock.t); err != nil {
			t.Fatal(err)
		}
		tw.settle()
		if tw.clock.t.Equal(start) && tw.site.fetched != 0 {
			t.Error("it is fetched though another replica may be about it")
		}
		tw.clock.t = tw.clock.t.Add(calendar.Lease)
		if _, err := tw.engines[1].Fresh(context.Background(), tw.clock.t); err != nil {
			t.Fatal(err)
		}
	}
	if got := tw.office(1); got != "ethan" {
		t.Errorf("%q is on call", got)
	}
}

func TestEventsThatNameNobodyAreSaidOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, imported)
	tw.site.text = rota("ethan", "Eathan", "team offsite")
	for range 3 {
		tw.look()
	}
	if s := tw.engines[0].Sources()[0]; len(s.Unknown) != 2 || s.Complaint() != `2 events name no user: "Eathan", "team offsite"` {
		t.Errorf("the source says %q", s.Complaint())
	}
	if n := strings.Count(tw.site.log.String(), "team offsite"); n != 1 {
		t.Errorf("it was logged %d times:\n%s", n, tw.site.log.String())
	}
}

func TestTheWindowMovesOnWithoutANewCopy(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, imported)
	tw.site.text = strings.Replace(rota("ethan"), "DURATION", "RRULE:FREQ=WEEKLY\r\nDURATION", 1)
	tw.look()
	tw.site.down = errors.New("gone for ever")
	for range 4 * 52 { // four years, of which only two were read at first
		tw.clock.t = tw.clock.t.Add(7*24*time.Hour - time.Second)
		tw.look()
		if got := tw.office(0); got != "ethan" {
			t.Fatalf("at %s %q is on call", tw.clock.t, got)
		}
	}
}

func TestAFileIsReadAgainAndItsLastGoodCopyStays(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "oncall.ics")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(rota("ethan"))
	yaml := strings.Replace(imported, `url: "https://calendar.example.com/s3cr3t.ics"`, "file: "+path, 1)
	tw := newTown(t, 1, yaml)
	if got := tw.pagedFirst("a"); got != "ethan" {
		t.Fatalf("%q was paged", got)
	}
	write(rota("amir"))
	tw.clock.t = tw.clock.t.Add(10 * time.Minute)
	tw.look()
	if got := tw.office(0); got != "amir" {
		t.Errorf("after it was written %q is on call", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	tw.clock.t = tw.clock.t.Add(10 * time.Minute)
	tw.look()
	if s := tw.engines[0].Sources()[0]; tw.office(0) != "amir" || s.Error == "" {
		t.Errorf("after it was deleted %q is on call: %+v", tw.office(0), s)
	}
	write(rota("jason"))
	tw.engines[0].Reload(tw.world(yaml))
	if got := tw.office(0); got != "jason" {
		t.Errorf("after a reload %q is on call", got)
	}
}

func TestOverridesAndCalendarsGoTogether(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, strings.Replace(imported, "refresh: 10m}}]", "refresh: 10m}}]\n    overrides: [{user: darren, replace: jason, from: 2026-03-09T00:00, to: 2026-03-09T05:00}]", 1))
	tw.site.text = rota("ethan")
	tw.look()
	if got := tw.office(0); got != "ethan" {
		t.Errorf("%q is on call", got)
	}
	tw.site.text = rota("jason")
	tw.clock.t = tw.clock.t.Add(10 * time.Minute)
	tw.look()
	if got := tw.office(0); got != "darren" {
		t.Errorf("%q is on call, want who replaces jason", got)
	}
}
