package postmortem_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

func TestPatternsCountWhatComesAgainAgainstThePeriodBefore(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 30)
	made := func(number uint64, day int, status postmortem.Status, set func(*postmortem.State), services ...string) postmortem.Case {
		s := &postmortem.State{Number: number, Status: status, Incident: fmt.Sprint("INC-", number)}
		set(s)
		return postmortem.Case{State: s, At: from.AddDate(0, 0, day), Impact: time.Hour, Services: services}
	}
	capacity := func(s *postmortem.State) {
		s.Causes = []postmortem.Cause{{N: 1, Text: "a", Category: "capacity"}, {N: 2, Parent: 1, Text: "b", Category: "capacity"}}
		s.Actions = []postmortem.Item{{N: 1}, {N: 2, Done: true}}
	}
	release := func(s *postmortem.State) {
		s.Tags = []string{"release"}
		s.Sections = map[string]string{postmortem.Performed: "- db: slow, as promised to nobody\n- queue:\nnot a list: x\n- two words: y"}
	}
	of4 := func(c postmortem.Case) postmortem.Case { c.State.Incident = "INC-4"; return c }
	deployed := func(c postmortem.Case) postmortem.Case { c.Deployed = "ledger"; return c }
	cases := []postmortem.Case{
		made(1, -40, postmortem.Completed, capacity),                    // before the period before
		made(2, -10, postmortem.Completed, capacity, "db"),              // in it
		deployed(made(3, 1, postmortem.Completed, capacity, "db")),      // a deployment was marked as its cause
		made(4, 2, postmortem.Open, capacity, "db", "checkout"),         // not published yet
		made(5, 3, postmortem.Waived, capacity, "db"),                   // does not count
		deployed(made(6, 4, postmortem.Completed, release, "checkout")), // of this one, too
		made(7, 30, postmortem.Completed, capacity, "db"),               // on the day after
		of4(made(40, 2, postmortem.Open, release, "checkout")),          // of another team, about the incident of PM-4
		made(8, -30, postmortem.Completed, release, "checkout", "mail"), // the first moment of the period before
	}
	list, whole := postmortem.Patterns(cases, from, to)
	var got []string
	for _, p := range append(list, whole) {
		got = append(got, fmt.Sprintf("%s %s: %d after %d, %s, %d open, %t %v", p.By, p.Value, p.Incidents, p.Before, p.Impact, p.Open, p.Repeated(), p.Names))
	}
	want := []string{
		"cause capacity: 2 after 1, 2h0m0s, 2 open, true [PM-4 PM-3]",
		"cause deployment of ledger: 2 after 0, 2h0m0s, 1 open, true [PM-6 PM-3]",
		"dependency db: 2 after 1, 2h0m0s, 0 open, true [PM-6 PM-40]",
		"tag release: 2 after 1, 2h0m0s, 0 open, false [PM-6 PM-40]",
		"service checkout: 2 after 1, 2h0m0s, 1 open, false [PM-6 PM-40 PM-4]",
		"service db: 2 after 1, 2h0m0s, 2 open, false [PM-4 PM-3]",
		"service mail: 0 after 1, 0s, 0 open, false []",
		" : 3 after 2, 3h0m0s, 2 open, false [PM-6 PM-40 PM-4 PM-3]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
