package suite_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
)

// town has amir on call, and darren behind him after ten minutes.
const town = `
timezone: America/New_York
fallback: standard
users:
  - {name: ethan, email: ethan@example.com}
  - {name: amir, email: amir@example.com}
  - {name: darren, email: darren@example.com}
default_notify: {low: [{via: email}, {via: console, after: 2m}]}
teams: [{name: ops, members: [amir, darren], default_policy: standard}]
schedules: [{name: primary, rotations: [{starts: 2026-11-01T00:00, every: 52w, participants: [amir]}]}]
policies:
  - name: standard
    steps: [{notify: ["schedule:primary"]}, {after: 10m, notify: ["user:darren"]}]
rules:
  - {name: watchdog, when: title == "Watchdog", to: nobody}
  - {name: later, when: title == "Later", delay: 6h, to: policy:standard}
  - {name: ours, to: team:ops, incident: priority == "P1"}
integrations:
  - {name: hook, type: json, key: none, map: {title: body.title}}
  - {name: backup, type: heartbeat, key: none, every: 1h, grace: 10m}
providers: {console: {}, smtp: {host: localhost, from: oncall@example.com, tls: none}}
`

// lines reads a body with a title in each line.
type lines struct{}

func (lines) Read(integration string, body []byte, headers map[string]string, _ time.Time) (list []event.Event, err error) {
	if strings.HasPrefix(string(body), "{") {
		return nil, errors.New("these are no lines")
	}
	for line := range strings.Lines(string(body)) {
		title := headers["prefix"] + strings.TrimSpace(line)
		list = append(list, event.Event{Status: event.Firing, DedupKey: title, Title: title})
	}
	return list, nil
}

// load loads tests of town.
func load(t *testing.T, tests string) (*suite.Suite, config.Problems) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"town.yaml": town, "town.test.yaml": "config: town.yaml\n" + tests, "two.txt": "Disk full\nDisk slow\n", "bad.txt": "{}",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return suite.Load(filepath.Join(dir, "town.test.yaml"), suite.Options{
		Env:    func(string) (string, bool) { return "", false },
		Reader: func(*config.File) (suite.Reader, config.Problems) { return lines{}, nil },
	})
}

func run(t *testing.T, tests string, match *regexp.Regexp) []suite.Result {
	t.Helper()
	s, problems := load(t, tests)
	if s == nil {
		t.Fatal(problems)
	}
	results, err := s.Run(t.Context(), match)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestTestsThatHoldPass(t *testing.T) {
	t.Parallel()
	for _, r := range run(t, `
until: 30m
tests:
  - name: the whole plan, whatever order those of one instant are written in
    at: 2026-11-22 03:00
    given: [{title: Disk full, priority: P1}, {at: 1m, title: Disk slow, dedup_key: slow}]
    expect:
      {priority: P1, team: ops, policy: standard, rule: ours, title: Disk full, status: open, incident: true, exhausted: true, alerts: 2,
       pages: [{to: amir, via: email}, {at: 1m, to: amir, via: email}, {at: 2m, to: amir, via: console}, {at: 3m, to: amir},
               {at: 10m, to: darren}, {at: 11m, to: darren}, {at: 12m, to: darren}, {at: 13m, to: darren, via: console}]}
  - name: acknowledged
    at: 2026-11-22T03:00:00-05:00
    given: [{title: Disk full}]
    acks: {amir: 1m}
    expect: {status: acked, acked_by: amir, pages: [{to: amir}], exhausted: false, incident: false}
  - name: nobody
    at: 2026-11-22 03:00
    given: [{title: Watchdog}]
    expect: {nobody: true, rule: watchdog}
  - name: a payload, with headers
    at: 2026-11-22 03:00
    given: [{integration: hook, payload: two.txt, headers: {prefix: "web: "}}]
    expect: {title: "web: Disk full", alerts: 2}
  - name: override
    at: 2026-11-22 03:00
    given: [{title: Disk full}]
    overrides: [{schedule: primary, user: ethan, from: 2026-11-22 00:00, to: 2026-11-23 00:00}]
    expect: {pages_include: [{to: ethan}]}
  - name: who is away does not answer, and neither does who is silent
    at: 2026-11-22 03:00
    given: [{title: Disk full}]
    answers: {anybody: 1m}
    away: [{user: amir, reason: holiday}]
    expect: {acked_by: darren}
  - name: a provider that is down
    at: 2026-11-22 03:00
    given: [{title: Disk full}]
    down: [{via: email}]
    until: 5m
    expect: {pages: [{at: 35s, to: amir, via: console}]}
  - name: a heartbeat
    at: 2026-11-22 03:00
    stops: {backup: 0m}
    until: 71m
    expect: {title: No heartbeat from backup, pages_include: [{at: 70m, to: amir, via: email}]}
`, nil) {
		if !r.Passed {
			t.Errorf("%s: %s %+v", r.Name, r.Error, r.Differences)
		}
	}
}

func TestADifferenceShowsBothPlansBesideEachOtherAndTheRules(t *testing.T) {
	t.Parallel()
	results := run(t, `
tests:
  - name: wrong
    at: 2026-11-22 03:00
    given: [{title: Disk full}]
    until: 11m
    expect:
      policy: standard
      priority: P1
      pages: [{to: amir, via: email}, {at: 1m, to: amir}, {at: 10m, to: darren}]
  - name: others are not run
    at: 2026-11-22 03:00
    given: [{title: Disk full}]
    expect: {priority: P1}
`, regexp.MustCompile("^wrong$"))
	if len(results) != 1 || results[0].Passed || results[0].Line != 4 {
		t.Fatalf("results %+v", results)
	}
	want := []suite.Difference{
		{What: "priority", Want: "P1", Got: "P3"},
		{What: "pages", Lines: []suite.Line{
			{Want: "0s     amir over email", Got: "0s     amir over email"},
			{Want: "1m     amir"},
			{Got: "2m     amir over console"},
			{Want: "10m    darren", Got: "10m    darren over email"},
		}},
	}
	if diff := cmp.Diff(want, results[0].Differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	if why := results[0].Why; len(why) < 2 || why[0].Name != "watchdog" || why[0].Matched || !why[len(why)-1].Matched {
		t.Errorf("rules tried: %+v", why)
	}
}

func TestATestThatEndsBeforeAHoldDoesSaysSo(t *testing.T) {
	t.Parallel()
	got := run(t, `
tests:
  - {name: too early, at: 2026-11-22 23:00, given: [{title: Later}], expect: {pages: [{at: 6h, to: amir}]}}
  - {name: late enough, at: 2026-11-22 23:00, until: 6h1m, given: [{title: Later}], expect: {pages_include: [{at: 6h, to: amir}]}}
`, nil)
	if want := "delayed by 6h, until 2026-11-23 05:00 EST"; got[0].Passed || got[0].Held != want || !got[1].Passed {
		t.Errorf("held %q, want %q; then %+v", got[0].Held, want, got[1])
	}
}

func TestWhatCannotBeRunIsSaidWithItsPlaceAndWhatWasMeant(t *testing.T) {
	t.Parallel()
	for tests, want := range map[string]string{
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{titel: Disk}], expect: {priority: P1}}]`:                                                             `:2:50: unknown key "titel" in given; did you mean "title"?`,
		`tests: [{name: x, at: yesterday, given: [{title: Disk}], expect: {priority: P1}}]`:                                                                    `:2:23: `,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{title: Disk}], expect: {policy: standart}}]`:                                                         `there is no policy "standart" in the configuration; did you mean "standard"?`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{title: Disk}], expect: {pages: [{to: amri}]}}]`:                                                      `there is no user "amri" in the configuration; did you mean "amir"?`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{title: Disk}], acks: {etan: 1m}, expect: {nobody: true}}]`:                                           `there is no user "etan"`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{title: Disk}], down: [{via: emial}], expect: {nobody: true}}]`:                                       `there is no provider "emial" in the configuration; did you mean "email"?`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{title: Disk}], expect: {nobody: true, pages: [{to: amir}]}}]`:                                        `exclude each other`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{title: Disk}], expect: {}}]`:                                                                         `nothing is expected`,
		`tests: [{name: x, at: 2026-11-22 03:00, expect: {nobody: true}}]`:                                                                                     `nothing happens in this test`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{payload: two.txt}], expect: {nobody: true}}]`:                                                        `whose payload it is must be said`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{integration: hook, payload: no.txt}], expect: {nobody: true}}]`:                                      `no.txt: no such file`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{integration: hook, payload: bad.txt}], expect: {nobody: true}}]`:                                     `integration hook cannot read it: these are no lines`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{integration: hook, payload: two.txt, title: x}], expect: {nobody: true}}]`:                           `a payload and the fields of an event exclude each other`,
		`tests: [{name: x, at: 2026-11-22 03:00, given: [{title: x}], overrides: [{schedule: primary, user: amir, from: "1", to: "2"}], expect: {alerts: 1}}]`: `overrides`,
		`tests: []`: `the number of tests must be at least 1`,
	} {
		s, problems := load(t, tests)
		if s != nil || !strings.Contains(problems.String(), want) && !strings.Contains(paths(problems), want) {
			t.Errorf("%s\ngives\n%s\nwant %s", tests, problems, want)
		}
	}
}

func paths(problems config.Problems) string {
	var list []string
	for _, p := range problems {
		list = append(list, p.Path)
	}
	return strings.Join(list, " ")
}

func TestAFileThatIsNoYAMLIsSaidOnce(t *testing.T) {
	t.Parallel()
	s, problems := load(t, "tests: [")
	if s != nil || len(problems) != 1 || !strings.Contains(problems[0].OneLine(), "town.test.yaml:2:8: YAML syntax") {
		t.Errorf("problems %s", problems)
	}
}

func TestAConfigurationThatCannotBeUsedIsSaid(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.test.yaml")
	if err := os.WriteFile(path, []byte("config: nowhere.yaml\ntests: [{name: x, at: 2026-01-01, expect: {nobody: true}}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, problems := suite.Load(path, suite.Options{
		Env:    func(string) (string, bool) { return "", false },
		Reader: func(*config.File) (suite.Reader, config.Problems) { return lines{}, nil },
	})
	if s != nil || !strings.Contains(problems.String(), "nowhere.yaml: cannot be read") {
		t.Errorf("problems %s", problems)
	}
}

func TestAMaintenanceOfATestHoldsWhatMatchesUntilItEnds(t *testing.T) {
	t.Parallel()
	results := run(t, `
tests:
  - name: what still fires pages at the end
    at: 2026-11-22 03:00
    given: [{title: Disk full, service: database}, {at: 40m, title: Disk slow, service: database}]
    maintenance: [{service: database, for: 30m, reason: upgrade}]
    until: 45m
    expect: {pages: [{at: 30m, to: amir}, {at: 32m, to: amir}, {at: 40m, to: amir}, {at: 40m, to: darren}, {at: 42m, to: amir}, {at: 42m, to: darren}]}
  - name: one without an end holds to the end of the test
    at: 2026-11-22 03:00
    given: [{title: Disk full, labels: {env: staging}}]
    maintenance: [{when: labels.env == "staging"}]
    expect: {nobody: true, status: open}
  - name: one that has not begun holds nothing yet
    at: 2026-11-22 03:00
    given: [{title: Disk full}]
    maintenance: [{when: "true", from: 2026-11-22 03:05, until: 2026-11-22 09:00}]
    expect: {pages: [{to: amir}, {at: 2m, to: amir}]}
  - name: other alerts page
    at: 2026-11-22 03:00
    given: [{title: Disk full, service: web}]
    maintenance: [{service: database}]
    until: 1m
    expect: {pages: [{to: amir}]}
`, nil)
	for _, r := range results {
		if !r.Passed {
			t.Errorf("%s: %s%s%+v", r.Name, r.Error, r.Held, r.Differences)
		}
	}
}

func TestAMaintenanceThatCannotBeIsAnErrorAtItsPlace(t *testing.T) {
	t.Parallel()
	s, problems := load(t, `
tests:
  - name: one
    at: 2026-11-22 03:00
    given: [{title: Disk full}]
    maintenance:
      - {when: "labels.env = 1"}
      - {team: opps}
      - {reason: nothing}
      - {service: db, until: 2026-11-22 02:00}
      - {service: db, until: 2026-11-22 04:00, for: 1h}
    expect: {nobody: true}
`)
	if s != nil || len(problems) != 5 {
		t.Fatalf("%v", problems)
	}
	for i, want := range []string{"tests[0].maintenance[0].when", "tests[0].maintenance[1].team", "tests[0].maintenance[2].when", "tests[0].maintenance[3].until", "tests[0].maintenance[4].for"} {
		if problems[i].Path != want {
			t.Errorf("%v, want it at %s", problems[i], want)
		}
	}
}
