package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

func TestScheduleKeysReachTheSchedule(t *testing.T) {
	t.Parallel()
	world, problems := openText(t, `
users:
  - {name: ethan, email: ethan@example.com}
  - {name: amir, email: amir@example.com}
schedules:
  - name: shifts
    rotations:
      - {starts: 2026-03-09T07:00, shift: "1 days, 1 nights, 2 off", night: "19:00", stagger: 1, participants: [ethan, amir]}
  - name: months
    rotations:
      - {starts: 2026-01-31T09:00, every: 1mo, participants: [ethan, amir]}
  - name: joiners
    rotations:
      - starts: 2026-03-09T09:00
        every: 1d
        participants: [ethan, amir]
        members: [{user: amir, from: 2026-04-01}]
        skip: [sat, sun]
`)
	if world == nil {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		schedule, at string
		want         []string
	}{
		{"shifts", "2026-03-09T08:00:00Z", []string{"ethan"}}, // his day
		{"shifts", "2026-03-10T20:00:00Z", []string{"ethan"}}, // his night
		{"shifts", "2026-03-10T08:00:00Z", []string{"amir"}},  // a day after
		{"months", "2026-02-28T08:00:00Z", []string{"ethan"}}, // short months hand over on their last day
		{"months", "2026-02-28T09:00:00Z", []string{"amir"}},
		{"joiners", "2026-03-31T12:00:00Z", []string{"ethan"}}, // alone until amir joins
		{"joiners", "2026-03-14T12:00:00Z", nil},               // Saturday
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := world.Dir.Schedules[c.schedule].OnCall(at); !slices.Equal(got, c.want) {
			t.Errorf("%s at %s: %v, want %v", c.schedule, c.at, got, c.want)
		}
	}
}

func TestCoverageKeysReachTheAudit(t *testing.T) {
	t.Parallel()
	world, problems := openText(t, `
timezone: America/New_York
users: [{name: ethan, email: ethan@example.com}]
fallback: standard
policies: [{name: standard, steps: [{notify: ["user:ethan"]}]}]
providers: {smtp: {host: localhost, from: oncall@example.com}}
coverage:
  min_people: 2
  urgent: [standard]
  severity: [{finding: single-person, is: error}]
  waive: [{finding: few-people, policy: standard, reason: hiring, until: 2026-07-01}]
`)
	if world == nil {
		t.Fatal(problems)
	}
	a := world.Audit
	if a.MinPeople != 2 || a.Urgent[0] != "standard" || a.Severities[coverage.Single] != coverage.Error {
		t.Errorf("read as %+v", a)
	}
	if len(a.Waivers) != 1 || !a.Waivers[0].Until.Equal(time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC)) {
		t.Errorf("the waiver ends at midnight in New York; read as %+v", a.Waivers)
	}
}

func TestACalendarIsNotedOncePerPlaceAndReadNextToTheFileThatNamesIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"rota.ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
		"tocsin.yaml": `
users: [{name: ethan, email: ethan@example.com}]
schedules:
  - name: primary
    rotations:
      - {name: a, ical: {url: "webcal://calendar.example.com/secret.ics", refresh: 1h}}
      - {name: b, participants: [ethan]}
      - {name: c, ical: {file: rota.ics}}
  - name: backup
    rotations:
      - {name: a, ical: {url: "https://calendar.example.com/secret.ics"}, restrict: [{days: [sat]}]}
    overrides:
      - {user: nobody, replace: ethan, from: 2026-03-09T09:00, to: 2026-03-10T09:00}
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	world, problems := Open([]string{filepath.Join(dir, "tocsin.yaml")}, environment)
	if world == nil {
		t.Fatal(problems)
	}
	primary, backup := world.Dir.Imported["primary"].Calendars, world.Dir.Imported["backup"].Calendars
	if len(world.Dir.Calendars) != 2 || len(primary) != 2 || primary[0] != backup[0] {
		t.Fatalf("read as %v and %v", primary, backup)
	}
	web, file := world.Dir.Calendars[primary[0]], world.Dir.Calendars[primary[2]]
	if web.URL != "https://calendar.example.com/secret.ics" || web.Host != "calendar.example.com" || web.Every != 15*time.Minute {
		t.Errorf("the one at a url is read as %+v", web)
	}
	if len(file.Text) == 0 || file.Host != "rota.ics" || file.Every != 15*time.Minute {
		t.Errorf("the one in a file is read as %+v", file)
	}
	shown, err := Render(*world.File)
	if text := fmt.Sprint(shown); err != nil || strings.Contains(text, "secret.ics") {
		t.Errorf("the configuration shows the address (%v): %s", err, text)
	}
}

func TestHandoffKeysReachTheDirectory(t *testing.T) {
	t.Parallel()
	open := func(participants string) map[string]directory.Handoff {
		world, problems := openText(t, `
users:
  - {name: ethan, email: ethan@example.com}
  - {name: amir, email: amir@example.com}
schedules:
  - {name: silent, rotations: [{participants: [ethan]}]}
  - {name: plain, rotations: [{participants: [ethan]}], handoff: {}}
  - name: told
    rotations: [{starts: 2026-03-09T09:00, every: 1d, participants: [`+participants+`]}]
    handoff: {notify: [on], via: [console], lead: 30m, quiet: {from: "22:00", to: "07:00"}}
providers: {console: {}}
`)
		if world == nil {
			t.Fatal(problems)
		}
		return world.Dir.Handoffs
	}
	got := open("ethan, amir")
	want := map[string]directory.Handoff{
		"plain": {On: true, Off: true, Edition: got["plain"].Edition},
		"told":  {On: true, Via: []string{"console"}, Lead: 30 * time.Minute, QuietFrom: "22:00", QuietTo: "07:00", Edition: got["told"].Edition},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	if again := open("ethan, amir"); again["told"].Edition != got["told"].Edition || got["told"].Edition == "" {
		t.Error("the same schedule has another edition")
	}
	if other := open("amir, ethan"); other["told"].Edition == got["told"].Edition || other["plain"].Edition != got["plain"].Edition {
		t.Error("a schedule has its edition though it was changed, or another one though it was not")
	}
}
