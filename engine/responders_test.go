package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

const wide = `
services: [{name: db, team: west}]
rules: [{to: "policy:standard"}]
incident: {commander_after: 10m, usual_suspects: {teams: [west], priorities: [P1]}}
`

// declare opens an incident by hand, on the first replica.
func (tw *town) declare(o incident.Opening) *incident.State {
	tw.Helper()
	s, _, err := tw.engines[0].OpenIncident(context.Background(), o)
	if err != nil {
		tw.Fatal(err)
	}
	tw.settle()
	return tw.incident(s.Name())
}

func (tw *town) incident(name string) *incident.State {
	tw.Helper()
	s, err := tw.engines[len(tw.engines)-1].Incident(context.Background(), name)
	if err != nil {
		tw.Fatal(err)
	}
	return s
}

// do does one thing to an incident.
func (tw *town) do(name string, act incident.Action) *incident.State {
	tw.Helper()
	if _, err := tw.engines[0].ActOnIncident(context.Background(), name, act); err != nil {
		tw.Fatal(err)
	}
	tw.settle()
	return tw.incident(name)
}

func (tw *town) call(inc *incident.State, to string) incident.Call {
	tw.Helper()
	c := tw.incident(inc.Name()).CallOf(to)
	if c == nil {
		tw.Fatalf("%s has not called %s", inc.Name(), to)
	}
	return *c
}

func TestACalledPersonIsPagedUntilTheyAreAware(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wide)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P2", By: "jason"})
	tw.do(inc.Name(), incident.Action{Do: incident.AddResponder, User: "ethan", By: "jason", Via: "api"})
	tw.do(inc.Name(), incident.Action{Do: incident.AddResponder, User: "ethan", By: "amir"}) // nobody is called twice
	tw.wait(2 * time.Minute)
	want(t, tw.phones.log(), "\n0s ethan slack\n1m0s ethan sms\n")
	c := tw.call(inc, "user:ethan")
	if c.Status != incident.Notified || c.By != "jason" {
		t.Errorf("the call is %+v", c)
	}
	tw.ack(tw.stored(c.Alert), "ethan")
	got := tw.incident(inc.Name())
	if c := *got.CallOf("user:ethan"); c.Status != incident.Aware || c.AnsweredBy != "ethan" {
		t.Errorf("the call is %+v", c)
	}
	if len(got.Responders) != 1 || got.EngagedBy != "ethan" || !got.EngagedAt.Equal(start.Add(2*time.Minute)) {
		t.Errorf("responders %v, engaged by %q at %s", got.Responders, got.EngagedBy, got.EngagedAt)
	}
}

func TestADeclinePagesTheNextAtOnceAndTheOneWhoDeclinedNoMore(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wide+`teams: [{name: net, members: [amir, darren], default_policy: net}]
policies: [{name: net, steps: [{notify: ["user:amir"]}, {after: 30m, notify: ["user:amir", "user:darren"]}]}]
`)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P2", By: "jason"})
	tw.do(inc.Name(), incident.Action{Do: incident.AddResponder, User: "team:net", By: "jason"})
	tw.wait(time.Minute)
	if _, err := tw.engines[0].Answer(context.Background(), inc.Name(), "team:net", alert.Decline, incident.Action{By: "amir", Via: "api", Note: "on a plane"}); err != nil {
		t.Fatal(err)
	}
	tw.wait(4 * time.Minute)
	want(t, tw.phones.log(), "\n0s amir email\n1m0s darren email\n")
	if c := tw.call(inc, "team:net"); c.Status != incident.Declined || c.AnsweredBy != "amir" {
		t.Errorf("the call is %+v", c)
	}
	tw.ack(tw.stored(tw.call(inc, "team:net").Alert), "darren")
	if c := tw.call(inc, "team:net"); c.Status != incident.Aware || c.AnsweredBy != "darren" {
		t.Errorf("the call is %+v", c)
	}
}

func TestAWideIncidentCallsTheUsualTeamsOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wide)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P3", By: "jason"})
	if len(inc.Calls) != 0 {
		t.Fatalf("calls %+v, want none for a P3", inc.Calls)
	}
	tw.do(inc.Name(), incident.Action{Do: incident.SetPriority, Priority: "P1", By: "jason"})
	tw.do(inc.Name(), incident.Action{Do: incident.CallUsual, By: "jason"})
	if c := tw.call(inc, "team:west"); c.Status != incident.Notified {
		t.Errorf("the call is %+v", c)
	}
	if n := len(tw.phones.log()); n == 0 {
		t.Error("nobody was paged")
	}
}

func TestWhoIsCalledIsPagedOnceWhateverTheStoreDoes(t *testing.T) {
	t.Parallel()
	for n := range 6 {
		tw := newTown(t, 2, wide)
		inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P2", By: "jason"})
		tw.faults[1].refused, tw.faults[1].lost = n, n
		act := incident.Action{Do: incident.AddResponder, User: "amir", By: "jason"}
		_, _ = tw.engines[1].ActOnIncident(context.Background(), inc.Name(), act)
		tw.wait(time.Minute)
		_, _ = tw.engines[0].ActOnIncident(context.Background(), inc.Name(), act) // whoever got an error tries again
		tw.wait(3 * time.Minute)
		if c := tw.call(inc, "user:amir"); c.Status != incident.Notified || len(tw.incident(inc.Name()).Errands) > 0 {
			t.Errorf("%d faults: the call is %+v", n, c)
		}
		alerts := 0
		for _, a := range tw.alerts() {
			if a.Responds == "user:amir" {
				alerts++
			}
		}
		if alerts != 1 {
			t.Errorf("%d faults: %d responder alerts, want one", n, alerts)
		}
	}
}

func TestACallSurvivesTheReplicaThatTookIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, wide)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P2", By: "jason"})
	if _, err := tw.engines[0].ActOnIncident(context.Background(), inc.Name(), incident.Action{Do: incident.AddResponder, User: "amir", By: "jason"}); err != nil {
		t.Fatal(err)
	}
	tw.crash(1)
	tw.wait(time.Minute)
	if c := tw.call(inc, "user:amir"); c.Status != incident.Notified {
		t.Errorf("the call is %+v", c)
	}
	want(t, tw.phones.log(), "\n15s amir email\n")
}

func TestNobodyIsPagedForAnIncidentThatIsOver(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wide)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P2", By: "jason"})
	tw.do(inc.Name(), incident.Action{Do: incident.AddResponder, User: "ethan", By: "jason"})
	tw.wait(30 * time.Second)
	got := tw.do(inc.Name(), incident.Action{Do: incident.Resolve, By: "jason"})
	tw.wait(time.Hour)
	if a := tw.stored(tw.call(inc, "user:ethan").Alert); a.Status != alert.Closed {
		t.Errorf("the responder alert is %s", a.Status)
	}
	if c := got.CallOf("user:ethan"); c.Status != incident.Over {
		t.Errorf("the call is %+v", c)
	}
	for _, line := range []string{"sms", "voice"} {
		if strings.Contains(tw.phones.log(), line) {
			t.Errorf("ethan got a %s after it was over:%s", line, tw.phones.log())
		}
	}
}

func TestWhenNobodyCommandsRespondersAreAskedAndThenTheAdmins(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, wide)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P2", Team: "west", By: "jason"})
	tw.do(inc.Name(), incident.Action{Do: incident.AddResponder, User: "amir", By: "amir"})
	tw.wait(30 * time.Minute)
	want(t, tw.phones.log(), `
10m0s amir email request: Nobody commands INC-1. Will you? tocsin incident role INC-1 --role commander --user amir
20m0s jason email
30m0s ethan slack
30m0s amir email
30m0s darren email
30m0s jason email
`)
	got := tw.do(inc.Name(), incident.Action{Do: incident.SetRole, Role: incident.Commander, User: "jason", By: "jason"})
	if !got.CommandDue.IsZero() || got.CommandAsked != 0 {
		t.Errorf("somebody commands, and still something is due at %s", got.CommandDue)
	}
}

func TestClosingTheAlertsOfAnIncidentIsDoneToTheLastWhateverTheStoreDoes(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, wide)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P2", By: "jason"})
	ctx := context.Background()
	for _, key := range []string{"a", "b", "c"} {
		a := tw.fire(onDB(key))
		if _, err := tw.engines[0].AddToIncident(ctx, inc.Name(), string(a.ID), incident.Action{By: "jason"}); err != nil {
			t.Fatal(err)
		}
	}
	got := tw.incident(inc.Name())
	left := got.Alerts[1]
	if _, err := tw.engines[0].TakeFromIncident(ctx, inc.Name(), string(left.ID), incident.Action{By: "jason"}); err != nil {
		t.Fatal(err)
	}
	if a := tw.stored(left.ID); a.Incident != "" {
		t.Errorf("the alert that left is of %s", a.Incident)
	}
	before := func() { tw.faults[0].refused = 3 }
	tw.faults[0].before = func() { tw.faults[0].before = before }
	_, _ = tw.engines[0].ActOnIncident(ctx, inc.Name(), incident.Action{Do: incident.CloseAlerts, By: "jason"})
	tw.wait(time.Minute)
	for _, a := range got.Alerts {
		if is := tw.stored(a.ID); (is.Status == alert.Closed) != (a.ID != left.ID) {
			t.Errorf("alert #%d is %s", a.Number, is.Status)
		}
	}
	if n := len(tw.incident(inc.Name()).Errands); n > 0 {
		t.Errorf("%d errands are left", n)
	}
}

func TestTwoWhoCloseAtOnceCloseOnceAndTheChecklistHoldsForBoth(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, `incident: {checklist: ["Users are fine"]}`)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", By: "jason"})
	ctx := context.Background()
	shut := incident.Action{Do: incident.Close, By: "jason"}
	_, err := tw.engines[0].ActOnIncident(ctx, inc.Name(), shut)
	if refused := new(incident.Refused); !errors.As(err, &refused) {
		t.Fatalf("closed with an open checklist: %v", err)
	}
	tw.do(inc.Name(), incident.Action{Do: incident.Tick, Item: "1", By: "amir"})
	tw.faults[0].before = func() { // between the look and the commit of one, the other takes the tick back
		if _, err := tw.engines[1].ActOnIncident(ctx, inc.Name(), incident.Action{Do: incident.Untick, Item: "1", By: "amir"}); err != nil {
			t.Error(err)
		}
	}
	if _, err := tw.engines[0].ActOnIncident(ctx, inc.Name(), shut); err == nil {
		t.Error("closed although the tick was taken back before the commit")
	}
	tw.do(inc.Name(), incident.Action{Do: incident.Tick, Item: "1", By: "amir"})
	tw.faults[0].before = func() {
		if _, err := tw.engines[1].ActOnIncident(ctx, inc.Name(), incident.Action{Do: incident.Close, By: "amir"}); err != nil {
			t.Error(err)
		}
	}
	got := tw.do(inc.Name(), shut)
	closes := 0
	for _, e := range got.Timeline {
		if e.Kind == "closed" {
			closes++
		}
	}
	if closes != 1 || got.ClosedBy != "amir" {
		t.Errorf("closed %d times, by %s", closes, got.ClosedBy)
	}
}

func TestAnIncidentStaysWhileItsPostmortemIsOwed(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, `
postmortem: {required_when: "true", due: 7d}
retention: {incidents: 1d}
`)
	inc := tw.declare(incident.Opening{Title: "Checkout fails", By: "jason"})
	pm := tw.do(inc.Name(), incident.Action{Do: incident.Close, By: "jason"}).Postmortem
	for range 5 {
		tw.wait(24 * time.Hour)
	}
	tw.incident(inc.Name()) // it is there
	if _, err := tw.engines[0].ActOnPostmortem(context.Background(), pm, postmortem.Action{Do: postmortem.Waive, By: "jason", Note: "a drill"}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		tw.wait(24 * time.Hour)
	}
	if _, err := tw.engines[0].Incident(context.Background(), inc.Name()); err == nil {
		t.Error("the incident is still there, long after its retention, and its postmortem is waived")
	}
}

func TestATimelineTellsWhatHappenedToTheAlertsToo(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wide)
	a := tw.fire(onDB("slow"))
	ctx := context.Background()
	inc, err := tw.engines[0].IncidentOf(ctx, string(a.ID), incident.Opening{Title: "Payments fail", By: "jason", Via: "api"})
	if err != nil {
		t.Fatal(err)
	}
	tw.wait(time.Minute)
	tw.do(inc.Name(), incident.Action{Do: incident.Note, By: "jason", Via: "slack", Note: "rollback *started*"})
	tw.wait(time.Minute)
	tw.ack(a, "ethan")
	tw.act(a, alert.Action{Do: alert.Note, By: "ethan", Note: "100 % recovered"})
	s, lines, left, err := tw.engines[0].IncidentTimeline(ctx, inc.Name())
	if err != nil || left != 0 {
		t.Fatal(left, err)
	}
	text := incident.Markdown(s, lines, left, tw.engines[0].Env())
	at := -1
	for _, want := range []string{
		"# INC-1: Payments fail\n", "- **Severity**: SEV1 (P1)\n", "- **Engaged**: 2026-03-09 03:02:00 UTC\n", // what is known of it
		"`2026-03-09 03:00:00` **jason (api)** alert \\#1 (P1): db: slow\n", "`2026-03-09 03:00:00` alert #1: step 1 pages ethan",
		"`2026-03-09 03:01:00` **jason (slack)** rollback \\*started\\*\n", "`2026-03-09 03:02:00` **ethan** ethan responds\n",
		"`2026-03-09 03:02:00` alert #1: **ethan** acknowledged over link\n", "alert #1: **ethan** 100 % recovered\n",
	} {
		i := strings.Index(text, want)
		if i <= at {
			t.Errorf("%q is at %d, after %d, in:\n%s", want, i, at, text)
		}
		at = i
	}
	for i := range lines[1:] {
		if lines[i+1].At.Before(lines[i].At) {
			t.Errorf("line %d is before the one above it", i+1)
		}
	}
}
