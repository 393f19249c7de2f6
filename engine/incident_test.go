package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const major = `
services: [{name: db, team: west}]
rules: [{incident: 'priority == "P1"', to: "policy:standard"}]
postmortem: {required_when: 'incident.priority == "P1"', due: 7d}
`

func onDB(key string) event.Event {
	return event.Event{DedupKey: key, Title: "db: " + key, Priority: "P1", Service: "db"}
}

func (tw *town) incidents() []*incident.State {
	tw.Helper()
	list, _, err := tw.engines[len(tw.engines)-1].Incidents(context.Background(), nil, store.Cursor{}, 10)
	if err != nil {
		tw.Fatal(err)
	}
	return list
}

func (tw *town) postmortems() int {
	tw.Helper()
	list, _, err := tw.engines[len(tw.engines)-1].Postmortems(context.Background(), nil, store.Cursor{}, 10)
	if err != nil {
		tw.Fatal(err)
	}
	return len(list)
}

func TestAlertsOfOneServiceShareAnIncident(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, major)
	a, b := tw.fire(onDB("slow")), tw.fire(onDB("down"))
	list := tw.incidents()
	if len(list) != 1 || len(list[0].Alerts) != 2 {
		t.Fatalf("incidents %+v, want one with both alerts", list)
	}
	for _, x := range []*alert.State{a, b} {
		if got := tw.again(x); got.Incident != list[0].Name() || got.WantIncident {
			t.Errorf("alert #%d knows incident %q", got.Number, got.Incident)
		}
	}
}

func TestAnIncidentIsOpenedOnceWhateverTheStoreDoes(t *testing.T) {
	t.Parallel()
	for n := range 6 {
		tw := newTown(t, 2, major)
		a := tw.take(1, onDB("slow"))
		tw.faults[0].lost, tw.faults[1].refused, tw.faults[1].conflicts = n, n, n
		tw.wait(time.Minute)
		if list := tw.incidents(); len(list) != 1 || len(list[0].Alerts) != 1 {
			t.Errorf("%d faults: incidents %+v, want one", n, list)
		}
		if got := tw.stored(a.ID); got.Incident != "INC-1" && got.Incident != tw.incidents()[0].Name() {
			t.Errorf("%d faults: the alert knows incident %q", n, got.Incident)
		}
	}
}

func TestAnIncidentThatIsClosedBeforeItsAlertKnowsOfItIsTheAlertsAllTheSame(t *testing.T) {
	t.Parallel()
	for n := 1; n < 4; n++ { // that of the alert's own commit is lost in other tests
		tw := newTown(t, 2, major)
		a := tw.take(1, onDB("slow"))
		loseAnswer(tw.faults[0], n)
		tw.step(1)
		if _, err := tw.engines[1].ActOnIncident(context.Background(), "INC-1", incident.Action{Do: incident.Close, By: "jason"}); err != nil {
			t.Errorf("answer %d is lost: %v", n, err)
		}
		tw.wait(time.Minute)
		if list := tw.incidents(); len(list) != 1 || list[0].Status != incident.Closed {
			t.Errorf("answer %d is lost: %d incidents, want the one that was closed", n, len(list))
		}
		if got := tw.stored(a.ID); got.Incident != "INC-1" || got.WantIncident {
			t.Errorf("answer %d is lost: the alert knows incident %q", n, got.Incident)
		}
	}
}

// loseAnswer makes the n-th commit from now on, counted from 0, one of which nobody hears that it was made.
func loseAnswer(f *faulty, n int) {
	f.before = func() {
		if n == 0 {
			f.lost = 1
			return
		}
		loseAnswer(f, n-1)
	}
}

func TestTheAlertsWishForAnIncidentSurvivesACrash(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, major)
	a := tw.take(1, onDB("slow"))
	tw.crash(1)
	tw.wait(20 * time.Second)
	if got := tw.stored(a.ID); got.Incident == "" {
		t.Error("the incident was lost with the replica that took the alert in")
	}
}

func TestAClosedIncidentOwesOnePostmortem(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, major)
	tw.fire(onDB("slow"))
	name := tw.incidents()[0].Name()
	shut := incident.Action{Do: incident.Close, By: "jason"}
	tw.faults[0].before = func() { // the other one closes it between the look and the commit
		if _, err := tw.engines[1].ActOnIncident(context.Background(), name, shut); err != nil {
			t.Error(err)
		}
	}
	_, err := tw.engines[0].ActOnIncident(context.Background(), name, shut)
	if refused := new(incident.Refused); err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
	if n := tw.postmortems(); n != 1 {
		t.Errorf("%d postmortems, want one", n)
	}
}

func TestACloseThatIsNotCommittedOwesNothing(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, major)
	tw.fire(onDB("slow"))
	name := tw.incidents()[0].Name()
	tw.faults[0].refused = 1
	if _, err := tw.engines[0].ActOnIncident(context.Background(), name, incident.Action{Do: incident.Close, By: "jason"}); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("error %v", err)
	}
	if n := tw.postmortems(); n != 0 || tw.incidents()[0].Status == incident.Closed {
		t.Errorf("%d postmortems, incident %s; want nothing of it", n, tw.incidents()[0].Status)
	}
	tw.faults[0].lost = 1 // made, but nobody was told
	_, _ = tw.engines[0].ActOnIncident(context.Background(), name, incident.Action{Do: incident.Close, By: "jason"})
	_, _ = tw.engines[0].ActOnIncident(context.Background(), name, incident.Action{Do: incident.Close, By: "jason"})
	if n := tw.postmortems(); n != 1 {
		t.Errorf("%d postmortems, want one", n)
	}
}

func TestAnIncidentWhoseAlertsGoElsewhereByNowIsNotReopened(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, major)
	ctx := context.Background()
	tw.fire(onDB("slow"))
	if _, err := tw.engines[0].ActOnIncident(ctx, "INC-1", incident.Action{Do: incident.Close, By: "jason"}); err != nil {
		t.Fatal(err)
	}
	tw.fire(onDB("down"))
	if n := len(tw.incidents()); n != 2 {
		t.Fatalf("%d incidents, want a second one after the first was closed", n)
	}
	_, err := tw.engines[0].ActOnIncident(ctx, "INC-1", incident.Action{Do: incident.Reopen, By: "jason"})
	if refused := new(incident.Refused); !errors.As(err, &refused) {
		t.Errorf("error %v, want a refusal: two incidents would gather the same alerts", err)
	}
}
