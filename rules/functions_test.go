package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
)

func TestWhatFunctionsSayOfAnEvent(t *testing.T) {
	t.Parallel()
	ev := rules.Event{
		Source: "db-7.eu", Priority: "P2", Link: "https://grafana.example.com/d/1",
		Labels: map[string]string{
			"ip": "10.20.30.40", "instance": "10.20.30.40:9100", "six": "2001:db8::7", "six_port": "[2001:db8::7]:9100",
			"mapped": "::ffff:10.0.0.1", "name": "db-7", "net": "10.0.0.0/8", "pattern": "db-*", "re": "^db-[0-9]",
		},
		Details: map[string]any{"number": 7, "text": "db-7"},
	}
	for condition, want := range map[string]bool{
		`glob(source, "db-*.eu")`:                                 true,
		`glob(source, "db-?.eu")`:                                 true,
		`glob(source, "db-*")`:                                    true,
		`glob(source, "db")`:                                      false,
		`glob(source, "*.us")`:                                    false,
		`glob(source, "DB-*")`:                                    false,
		`glob(source, "*-*.*u*")`:                                 true,
		`glob(source, "")`:                                        false,
		`glob("", "*") and not glob("", "?")`:                     true,
		`glob("größe", "gr??e")`:                                  true,
		`glob(source, labels.pattern)`:                            true,
		`glob(details.text, "db-?") and not glob(details.x, "?")`: true,

		`cidr(labels.ip, "10.0.0.0/8")`:                   true,
		`cidr(labels.ip, "10.20.30.40/32")`:               true,
		`cidr(labels.ip, "192.168.0.0/16")`:               false,
		`cidr(labels.instance, "10.0.0.0/8")`:             true,
		`cidr(labels.six, "2001:db8::/32")`:               true,
		`cidr(labels.six_port, "2001:db8::/32")`:          true,
		`cidr(labels.mapped, "10.0.0.0/8")`:               true,
		`cidr(labels.ip, "::ffff:10.0.0.0/104")`:          true,
		`cidr(labels.name, "10.0.0.0/8")`:                 false,
		`cidr(labels.nothing, "0.0.0.0/0")`:               false,
		`cidr(details.nothing, "0.0.0.0/0")`:              false,
		`cidr(labels.ip, labels.net)`:                     true,
		`labels.name matches labels.re`:                   true,
		`details.nothing matches labels.re`:               false,
		`any(tags, # matches "x") or source matches "^d"`: true,

		`urgency == "high"`:                 true,
		`urgency in ["low"]`:                false,
		`link startsWith "https://grafana"`: true,
		`runbook == ""`:                     true,
	} {
		d := compile(t, rules.Spec{Rules: []rules.Rule{{When: condition, To: "policy:yes"}}}).Route(ev, noon)
		if got := d.Policy == "yes"; got != want || d.Failed > 0 {
			t.Errorf("%s: got %t, errors %q, want %t", condition, got, d.Errors, want)
		}
	}
}

func TestUrgencyFollowsThePriorityThatRulesSet(t *testing.T) {
	t.Parallel()
	router := compile(t, rules.Spec{High: []string{"P1", "P2", "P3", ""}, Rules: []rules.Rule{
		{When: `urgency == "high"`, Set: &rules.Set{Priority: "P5"}, Continue: true},
		{When: `urgency == "low"`, To: "policy:low"},
	}})
	for _, priority := range []string{"", "P1", "P3", "P4"} {
		if d := router.Route(rules.Event{Priority: priority}, noon); d.Policy != "low" {
			t.Errorf("priority %q: got %+v, want policy low", priority, d)
		}
	}
}

func TestHolidaysAreThoseOfTheCalendarInAZone(t *testing.T) {
	t.Parallel()
	calendars := map[string]map[rules.Date]bool{
		"us": {{Year: 2026, Month: time.July, Day: 4}: true},
		"de": {{Year: 2026, Month: time.October, Day: 3}: true},
	}
	for _, test := range []struct {
		when, now string
		want      bool
	}{
		{`holiday()`, "2026-07-04T12:00:00-04:00", true},
		{`holiday()`, "2026-10-03T12:00:00-04:00", true},
		{`holiday()`, "2026-07-05T12:00:00-04:00", false},
		{`holiday("us")`, "2026-07-04T00:00:00-04:00", true},
		{`holiday("us")`, "2026-07-03T23:59:59-04:00", false},
		{`holiday("us")`, "2026-07-04T23:59:59-04:00", true},
		{`holiday("us")`, "2026-10-03T12:00:00-04:00", false},
		{`holiday("us", "Asia/Tokyo")`, "2026-07-03T15:00:00Z", true}, // it is the 4th there
		{`not holiday("us", "Asia/Tokyo")`, "2026-07-04T15:00:00Z", true},
		{`holiday("de") or weekday == "sat"`, "2026-07-11T12:00:00-04:00", true},
	} {
		router := compile(t, rules.Spec{Zone: "America/New_York", Holidays: calendars, Rules: []rules.Rule{{When: test.when, To: "policy:yes"}}})
		if got := router.Route(rules.Event{}, at(t, test.now)).Policy == "yes"; got != test.want {
			t.Errorf("%s at %s: got %t", test.when, test.now, got)
		}
	}
}

func TestAMistakeInACallIsReportedWhenItIsLoaded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		when    string
		offset  int
		message string
		hint    string
	}{
		{`cidr(labels.ip, "10.0.0.0")`, 16, `"10.0.0.0" is not a network`, ""},
		{`cidr(labels.ip, "10.0.0.0/33")`, 16, "is not a network", ""},
		{`cidr(labels.ip)`, 0, "not enough arguments", ""},
		{`cidr(labels, "10.0.0.0/8")`, 5, "cannot use map[string]string", ""},
		{`glob(source)`, 0, "not enough arguments", ""},
		{`glob(5, "a")`, 5, "cannot use int", ""},
		{`holiday("uss")`, 8, `unknown calendar "uss"`, `did you mean "us"?`},
		{`holiday("mars")`, 8, `unknown calendar "mars"`, `the calendars are ["us"]`},
		{`holiday(title)`, 8, "must be written out", `holiday("us"`},
		{`holiday("us", "Mars/Base")`, 14, "is not a time zone", ""},
		{`hollyday()`, 0, `unknown name "hollyday"`, `did you mean "holiday"?`},
		{`title matches "` + strings.Repeat("x{1000}", 50) + `"`, 14, "too large", "lists:"},
	} {
		_, problems := rules.Compile(rules.Spec{
			Holidays: map[string]map[rules.Date]bool{"us": {}}, Rules: []rules.Rule{{When: test.when}},
		})
		if len(problems) != 1 {
			t.Errorf("%s: got problems %q, want one", test.when, problems)
			continue
		}
		p := problems[0]
		if p.Offset != test.offset || !strings.Contains(p.Message, test.message) || !strings.Contains(p.Hint, test.hint) {
			t.Errorf("%s: got %+v\nwant offset %d, message with %q, hint with %q", test.when, p, test.offset, test.message, test.hint)
		}
	}
	if _, problems := rules.Compile(rules.Spec{Rules: []rules.Rule{{When: "holiday()"}}}); len(problems) != 1 || problems[0].Hint == "" {
		t.Errorf("holiday() without any calendar: got %q", problems)
	}
}
