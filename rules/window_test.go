package rules_test

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/rules"
)

func TestWindowsOverMidnightZonesAndChangesOfTheClock(t *testing.T) {
	t.Parallel()
	windows := []rules.Window{
		{Name: "business", Zone: "America/New_York", Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"},
		{Name: "friday night", Zone: "America/New_York", Days: []string{"fri"}, From: "22:00", To: "06:00"},
		{Name: "to the end of sunday", Zone: "America/New_York", Days: []string{"sun"}, From: "20:00", To: "24:00"},
		{Name: "weekend", Zone: "America/New_York", Days: []string{"sat", "sun"}},
		{Name: "tokyo morning", Zone: "Asia/Tokyo", From: "06:00", To: "09:00"},
		{Name: "default zone", From: "12:00", To: "13:00"},
	}
	for _, test := range []struct {
		when string
		now  string
		want bool
	}{
		{`during("business")`, "2026-03-09T09:00:00-04:00", true},
		{`during("business")`, "2026-03-09T08:59:59-04:00", false},
		{`during("business")`, "2026-03-09T16:59:59-04:00", true},
		{`during("business")`, "2026-03-09T17:00:00-04:00", false},
		{`during("business")`, "2026-03-08T12:00:00-04:00", false}, // Sunday
		{`not during("business")`, "2026-03-08T12:00:00-04:00", true},

		{`during("friday night")`, "2026-03-13T21:59:00-04:00", false},
		{`during("friday night")`, "2026-03-13T22:00:00-04:00", true},
		{`during("friday night")`, "2026-03-14T05:59:00-04:00", true}, // began on Friday
		{`during("friday night")`, "2026-03-14T06:00:00-04:00", false},
		{`during("friday night")`, "2026-03-14T22:00:00-04:00", false}, // Saturday's own
		{`during("friday night")`, "2026-03-13T05:00:00-04:00", false}, // Thursday's

		{`during("to the end of sunday")`, "2026-03-08T23:59:59-04:00", true},
		{`during("to the end of sunday")`, "2026-03-09T00:00:00-04:00", false},
		{`during("weekend")`, "2026-03-07T00:00:00-05:00", true},
		{`during("weekend")`, "2026-03-09T00:00:00-04:00", false},

		{`during("tokyo morning")`, "2026-03-09T21:00:00Z", true},
		{`during("tokyo morning")`, "2026-03-10T00:00:00Z", false},
		{`during("default zone")`, "2026-03-09T12:30:00+01:00", true}, // Berlin in winter
		{`during("default zone")`, "2026-07-09T12:30:00+02:00", true}, // and in summer
		{`during("default zone")`, "2026-07-09T12:30:00Z", false},

		// The clocks in New York go from 02:00 to 03:00 on 8 March 2026, and
		// from 02:00 back to 01:00 on 1 November.
		{`time_between("01:00", "02:00", "America/New_York")`, "2026-11-01T01:30:00-04:00", true},
		{`time_between("01:00", "02:00", "America/New_York")`, "2026-11-01T01:30:00-05:00", true},
		{`time_between("01:00", "02:00", "America/New_York")`, "2026-11-01T02:00:00-05:00", false},
		{`time_between("02:00", "03:00", "America/New_York")`, "2026-03-08T01:59:59-05:00", false},
		{`time_between("02:00", "03:00", "America/New_York")`, "2026-03-08T03:00:00-04:00", false},
		{`time_between("00:00", "24:00")`, "2026-03-08T23:59:59+01:00", true},

		// weekday goes by the default zone.
		{`weekday == "mon"`, "2026-03-08T22:59:59Z", false},
		{`weekday == "mon"`, "2026-03-08T23:00:00Z", true},
		{`weekday in ["sat", "sun"]`, "2026-03-06T23:00:00Z", true},
		{`now.Hour() == 0`, "2026-03-06T23:00:00Z", true},
	} {
		router := compile(t, rules.Spec{
			Zone: "Europe/Berlin", Windows: windows,
			Rules: []rules.Rule{{When: test.when, To: "policy:yes"}},
		})
		d := router.Route(rules.Event{}, at(t, test.now))
		if got := d.Policy == "yes"; got != test.want {
			t.Errorf("%s at %s: got %t, want %t", test.when, test.now, got, test.want)
		}
	}
}
