package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/report"
)

var (
	april = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	noon  = april.Add(12 * time.Hour)
)

// inApril is a report of April 2026 that is computed on its last day's end.
func inApril(t *testing.T, in report.Input, all records) *report.Report {
	t.Helper()
	var err error
	if in.Period, err = report.Named("2026-04", time.UTC, noon); err != nil {
		t.Fatal(err)
	}
	if in.Now.IsZero() {
		in.Now = in.Period.To
	}
	return compute(t, in, all)
}

func number(t *testing.T, list []report.Number, name string) report.Number {
	t.Helper()
	for _, n := range list {
		if n.Name == name {
			return n
		}
	}
	t.Fatalf("there is no %s", name)
	return report.Number{}
}

// is holds the number of the period, as text.
func is(t *testing.T, r *report.Report, name, want string) {
	t.Helper()
	n := number(t, r.Numbers, name)
	if got := said(n.Unit, n.Now); got != want {
		t.Errorf("%s is %q, want %q", name, got, want)
	}
}

func began(n uint64, at time.Time) *alert.State {
	return &alert.State{Number: n, Title: fmt.Sprintf("Disk %d", n), Integration: "prom", DedupKey: fmt.Sprint("disk-", n), Policy: "standard", Status: alert.Open, CreatedAt: at}
}

func sent(user string, at time.Time, bundle string) page.Page {
	return page.Page{User: user, Step: 1, Status: page.Sent, SentAt: at, Bundle: bundle}
}

func TestAMessageAboutManyAlertsIsOnePage(t *testing.T) {
	t.Parallel()
	old, young := began(1, april.Add(-20*24*time.Hour)), began(2, noon)
	old.Pages = []page.Page{sent("ethan", noon.Add(time.Minute), "storm")}
	young.Pages = []page.Page{sent("ethan", noon.Add(time.Minute+time.Second), "storm")}
	for _, order := range [][]*alert.State{{old, young}, {young, old}} {
		is(t, inApril(t, report.Input{}, records{Alerts: order}), "pages", "1: 1")
	}
}

func TestPagesOfAlertsThatBeganSevenDaysBeforeThePeriodCountAndNotOfOlderOnes(t *testing.T) {
	t.Parallel()
	just, over := began(1, april.Add(-report.Lookback)), began(2, april.Add(-report.Lookback-time.Millisecond))
	just.Pages, over.Pages = []page.Page{sent("ethan", noon, "")}, []page.Page{sent("ethan", noon, "")}
	r := inApril(t, report.Input{}, records{Alerts: []*alert.State{just, over}})
	is(t, r, "pages", "1: 1")
	is(t, r, "alerts", "0: 0")
}

func TestASourceFlapsByWhatItDidWithinThePeriod(t *testing.T) {
	t.Parallel()
	a := began(1, april.Add(30*24*time.Hour-10*time.Minute))
	a.Timeline = []alert.Entry{{At: a.CreatedAt.Add(4 * time.Minute), Kind: "reopened"}, {At: a.CreatedAt.Add(14 * time.Minute), Kind: "reopened"}}
	is(t, inApril(t, report.Input{}, records{Alerts: []*alert.State{a}}), "flapping", "0: 0")
	a.Timeline[1].At = a.CreatedAt.Add(9 * time.Minute)
	r := inApril(t, report.Input{}, records{Alerts: []*alert.State{a}})
	is(t, r, "flapping", "1: 1")
	want := []report.Frequent{{Integration: "prom", DedupKey: "disk-1", Title: "Disk 1", Latest: 1, Alerts: 1, Fired: 3, Flapping: true}}
	if diff := cmp.Diff(want, r.Frequent); diff != "" {
		t.Error(diff)
	}
}

func TestTheTimeToAcknowledgeOfAnAlertThatFiredAgainBeginsThere(t *testing.T) {
	t.Parallel()
	a := began(1, noon)
	again := noon.Add(time.Hour)
	a.Timeline = []alert.Entry{{At: again, Kind: "reopened"}, {At: again.Add(90 * time.Second), Kind: "acked", By: "ethan"}, {At: again.Add(time.Hour), Kind: "reopened"}}
	a.AckedAt = again.Add(time.Hour) // who had it has it again
	is(t, inApril(t, report.Input{}, records{Alerts: []*alert.State{a}}), "mtta", "1: 90.000, half 90.000, 90% 90.000")
}

func TestAlertsThatCallRespondersAreNoneButTheirPagesRing(t *testing.T) {
	t.Parallel()
	a := began(1, noon)
	a.Responds, a.Pages = "team:ops", []page.Page{sent("ethan", noon, "")}
	test := began(2, noon)
	test.Integration, test.Pages = "tocsin:canary", []page.Page{sent("ethan", noon, "")}
	r := inApril(t, report.Input{}, records{Alerts: []*alert.State{a, test}})
	is(t, r, "alerts", "0: 0")
	is(t, r, "pages", "1: 1")
}

func TestOutliersAreFarAboveTheRest(t *testing.T) {
	t.Parallel()
	var all records
	for n := range uint64(20) {
		i := &incident.State{Number: n + 1, Title: fmt.Sprint("Incident ", n+1), OpenedAt: noon, DetectedAt: noon, EngagedAt: noon.Add(time.Duration(60+n) * time.Second)}
		if n == 7 || n == 11 {
			i.EngagedAt = noon.Add(time.Duration(n) * time.Hour)
		}
		all.Incidents = append(all.Incidents, i)
	}
	n := number(t, inApril(t, report.Input{}, all).Numbers, "time_to_engage")
	want := []report.Outlier{{Ref: "INC-12", Title: "Incident 12", At: noon, Seconds: 11 * 3600}, {Ref: "INC-8", Title: "Incident 8", At: noon, Seconds: 7 * 3600}}
	if diff := cmp.Diff(want, n.Outliers); diff != "" || n.Far != 2 {
		t.Error(n.Far, diff)
	}
	all.Incidents = all.Incidents[5:12] // of seven, nothing is far
	if n = number(t, inApril(t, report.Input{}, all).Numbers, "time_to_engage"); n.Far != 0 || len(n.Outliers) != 0 {
		t.Error(n.Outliers)
	}
}

func TestAFilterKeepsWhatIsOfATeamAServiceAndAPriority(t *testing.T) {
	t.Parallel()
	a, b := began(1, noon), began(2, noon)
	a.Team, a.Service, a.Priority = "ops", "shop", "P1"
	b.Team, b.Service, b.Priority = "web", "shop", "P2"
	i := &incident.State{Number: 1, Team: "ops", Service: "pay", Services: []string{"shop"}, Priority: "P1", OpenedAt: noon}
	all := records{Alerts: []*alert.State{a, b}, Incidents: []*incident.State{i}}
	for _, c := range []struct {
		filter            report.Filter
		alerts, incidents string
	}{
		{report.Filter{}, "2: 2", "1: 1"},
		{report.Filter{Teams: []string{"ops"}}, "1: 1", "1: 1"},
		{report.Filter{Services: []string{"shop"}}, "2: 2", "1: 1"},
		{report.Filter{Services: []string{"pay"}}, "0: 0", "1: 1"},
		{report.Filter{Teams: []string{"ops", "web"}, Priorities: []string{"P2"}}, "1: 1", "0: 0"},
	} {
		r := inApril(t, report.Input{Filter: c.filter}, all)
		is(t, r, "alerts", c.alerts)
		is(t, r, "incidents", c.incidents)
	}
	r := inApril(t, report.Input{By: report.ByService}, all)
	var groups []string
	for _, g := range r.Groups {
		groups = append(groups, fmt.Sprintf("%s: %d alerts, %d incidents", g.Name, number(t, g.Numbers, "alerts").Now.Of, number(t, g.Numbers, "incidents").Now.Of))
	}
	if diff := cmp.Diff([]string{"shop: 2 alerts, 1 incidents", "pay: 0 alerts, 1 incidents"}, groups); diff != "" {
		t.Error(diff)
	}
}

func TestAReportSaysWhatIsDeletedAndThatItsPeriodIsNotOver(t *testing.T) {
	t.Parallel()
	const long = 24 * time.Hour
	for name, c := range map[string]struct {
		now  time.Time
		kept time.Duration
		want string
	}{
		"for ever":         {april.Add(300 * long), 0, ""},
		"long enough":      {april.Add(40 * long), 90 * long, ""},
		"before it":        {april.Add(80 * long), 90 * long, "Alerts are kept for 90 d after their end: of what ended before 22 March 2026 only what is not deleted yet counts, so the period before is only partly covered."},
		"in it":            {april.Add(100 * long), 90 * long, "so both periods are only partly covered."},
		"it still goes on": {noon, 90 * long, "The period is not over; the one before it is."},
	} {
		notes := strings.Join(inApril(t, report.Input{Now: c.now, Kept: report.Kept{Alerts: c.kept}}, records{}).Notes, " ")
		if c.want == "" && notes != "" || !strings.Contains(notes, c.want) {
			t.Errorf("%s: %q", name, notes)
		}
	}
}

func TestEveryNumberIsDefined(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, d := range report.Definitions() {
		if d.Name == "" || d.Title == "" || d.Unit == "" || d.Of == "" || d.Text == "" || d.Edges == "" || seen[d.Name] {
			t.Errorf("%+v", d)
		}
		seen[d.Name] = true
	}
}
