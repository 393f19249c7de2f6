package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// database is an alert that the maintenances of these stories are for.
var database = event.Event{DedupKey: "db", Title: "db", Service: "database", Priority: "P4"}

// maintain makes a maintenance on a replica, from 1.
func (tw *town) maintain(replica int, w maintenance.Wish) *maintenance.State {
	tw.Helper()
	w.Reason, w.By, w.Via = "upgrade", "ethan", "api"
	s, err := tw.engines[replica-1].AddMaintenance(context.Background(), w)
	if err != nil {
		tw.Fatal(err)
	}
	return s
}

func (tw *town) unmaintain(replica int, s *maintenance.State) {
	tw.Helper()
	if _, err := tw.engines[replica-1].CancelMaintenance(context.Background(), s.Name(), "amir", "done early"); err != nil {
		tw.Fatal(err)
	}
	tw.settle()
}

// ofDatabase is an hour for the database.
var ofDatabase = maintenance.Wish{Match: maintenance.Match{Service: "database"}, For: time.Hour}

func TestWhatAMaintenanceHoldsPagesWhenItEndsIfItStillFires(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	s := tw.maintain(1, ofDatabase)
	tw.wait(10 * time.Minute)
	a := tw.fire(database)
	tw.fire(event.Event{DedupKey: "other", Title: "other", Service: "checkout", Priority: "P4"})
	over := tw.fire(event.Event{DedupKey: "over", Title: "over", Service: "database", Priority: "P4"})
	if h := a.Holds; len(h) != 1 || h[0].Reason != alert.HoldMaintenance || h[0].Name != "MNT-1" || !h[0].Until.Equal(start.Add(time.Hour)) {
		t.Fatalf("held for %+v", h)
	}
	tw.wait(5 * time.Minute)
	tw.resolve("over")
	want(t, tw.phones.log(), "\n10m0s ethan email\n")
	tw.ack(tw.fire(event.Event{DedupKey: "other", Title: "other"}), "ethan")
	tw.frozen[0] = true // whoever is there goes on
	tw.wait(56 * time.Minute)
	want(t, tw.phones.log(), "\n10m0s ethan email\n1h0m0s ethan email\n1h10m0s jason email\n")
	if got := kinds(tw.again(a)); !strings.HasPrefix(got, "created routed held released step paged") {
		t.Errorf("timeline %s", got)
	}
	if tw.again(over).Held() && tw.again(over).Status != alert.Closed {
		t.Error("what was over pages")
	}
	if s, err := tw.engines[1].Maintenance(context.Background(), s.Name()); err != nil || s.Status != maintenance.Over {
		t.Errorf("it is %+v, %v", s, err)
	}
}

func TestAMaintenanceThatIsRemovedReleasesAtOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 3, standard)
	s := tw.maintain(1, ofDatabase)
	other := tw.maintain(2, maintenance.Wish{Match: maintenance.Match{When: `title == "both"`}, For: 30 * time.Minute})
	tw.wait(2 * time.Second)
	tw.fire(database)
	both := tw.fire(event.Event{DedupKey: "both", Title: "both", Service: "database", Priority: "P4"})
	if len(both.Holds) != 2 {
		t.Fatalf("held for %+v", both.Holds)
	}
	tw.wait(8 * time.Minute)
	tw.unmaintain(3, s)
	want(t, tw.phones.log(), "\n8m2s ethan email\n")
	tw.wait(5 * time.Minute)
	tw.unmaintain(1, other)
	want(t, tw.phones.log(), "\n8m2s ethan email\n13m2s ethan email\n")
	if n := tw.phones.to("ethan", "email"); n != 2 {
		t.Errorf("%d pages", n)
	}
}

func TestWhatTheSweepOfARemovalMissesLooksForItself(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	s := tw.maintain(1, ofDatabase)
	tw.fire(database)
	tw.wait(10 * time.Minute)
	tw.faults[1].unlisted = true // dies between the commit and the release
	if _, err := tw.engines[1].CancelMaintenance(context.Background(), s.Name(), "amir", ""); err != nil {
		t.Fatal(err)
	}
	tw.crash(2)
	want(t, tw.phones.log(), "\n")
	tw.wait(61 * time.Second)
	if n := tw.phones.to("ethan", "email"); n != 1 {
		t.Errorf("ethan was paged %d times within a minute:\n%s", n, tw.phones.log())
	}
}

func TestAReplicaThatHasNotHeardOfAMaintenanceReleasesNothing(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	tw.take(2, event.Event{DedupKey: "before", Title: "x", Priority: "P5", Service: "x"}) // it knows now that there is none
	tw.maintain(1, ofDatabase)
	a := tw.take(1, database)
	tw.clock.t = tw.clock.t.Add(10 * time.Millisecond)
	tw.take(2, database) // a resend
	if got := tw.again(a); !got.Held() || got.Count != 2 {
		t.Fatalf("held for %+v after %d events", got.Holds, got.Count)
	}
	tw.wait(50 * time.Minute)
	if got := tw.again(a); !got.Held() || len(got.Pages) > 0 {
		t.Errorf("held for %+v, %d pages", got.Holds, len(got.Pages))
	}
}

func TestAnAlertThatPagesAlreadyIsSilencedAndGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	urgent := database
	urgent.Priority = "P1"
	a := tw.fire(urgent)
	tw.wait(30 * time.Second)
	tw.maintain(1, ofDatabase)
	tw.wait(59 * time.Minute)
	want(t, tw.phones.log(), "\n0s ethan slack\n")
	tw.wait(12 * time.Minute)
	want(t, tw.phones.log(), `
0s ethan slack
1h0m30s ethan sms
1h2m30s ethan voice
1h9m30s jason email
`) // its clock stood still from when its next page was due until the end of the maintenance
	if got := tw.again(a); got.Held() {
		t.Errorf("held for %+v", got.Holds)
	}
}

func TestAnAcknowledgedAlertIsNotDisturbedByAMaintenance(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	a := tw.fire(database)
	tw.ack(a, "ethan")
	tw.maintain(1, ofDatabase)
	tw.wait(10 * time.Minute)
	if got := tw.again(a); got.Held() || got.Status != alert.Acked {
		t.Errorf("%s, held for %+v", got.Status, got.Holds)
	}
	tw.act(a, alert.Action{Do: alert.Unack, By: "ethan"})
	if got := tw.again(a); !got.Held() {
		t.Error("open again in the maintenance, and not held")
	}
	tw.act(a, alert.Action{Do: alert.Escalate, By: "ethan"}) // a person's word
	tw.wait(time.Second)
	want(t, tw.phones.log(), "\n0s ethan email\n10m0s ethan email\n")
}

func TestAMaintenanceToComeHoldsNothingYet(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	w := ofDatabase
	w.From = "2026-03-09T05:00"
	tw.maintain(1, w)
	tw.fire(database)
	want(t, tw.phones.log(), "\n0s ethan email\n")
}

// A patch night by the wall clock in Berlin, over the night on which the clocks go forward there.
func TestAMaintenanceOfTheConfigurationComesAgainByTheWallClock(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard+`
maintenance:
  - {name: patch-night, service: database, from: 2026-03-22T02:00, until: 2026-03-22T04:00, timezone: Europe/Berlin, rrule: FREQ=WEEKLY, ends: 2027-01-01, reason: patches}
`)
	for at, held := range map[string]string{
		"2026-03-22T00:59:00Z": "", "2026-03-22T01:00:00Z": "03:00", "2026-03-22T02:59:00Z": "03:00", "2026-03-22T03:00:00Z": "",
		"2026-03-29T01:00:00Z": "02:00", "2026-03-29T02:00:00Z": "", "2026-04-05T00:00:00Z": "02:00", "2026-04-05T02:00:00Z": "",
		"2026-10-25T00:00:00Z": "03:00", "2026-10-25T02:59:59Z": "03:00", "2026-10-25T03:00:00Z": "", "2027-01-03T02:00:00Z": "",
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		in, failed := tw.world(tw.yaml).Dir.Maintained((&alert.State{Service: "database"}).RuleEvent, now)
		got := ""
		if len(in) > 0 {
			got = in[0].Until.UTC().Format("15:04")
		}
		if got != held || failed != nil {
			t.Errorf("at %s held until %q, want %q (%v)", at, got, held, failed)
		}
	}
}

func TestAReloadThatRemovesAMaintenanceReleasesWithinAMinute(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard+`
maintenance: [{name: upgrade, when: title == "db", from: 2026-03-09T00:00, for: 1d, reason: upgrade}]
`)
	a := tw.fire(database)
	tw.wait(30 * time.Minute)
	if h := tw.again(a).Holds; len(h) != 1 || h[0].Text != "maintenance upgrade: upgrade" {
		t.Fatalf("held for %+v", h)
	}
	tw.engines[0].Reload(tw.world(standard))
	tw.wait(time.Minute)
	if n := tw.phones.to("ethan", "email"); n != 1 {
		t.Errorf("paged %d times:\n%s", n, tw.phones.log())
	}
}

func TestAConditionThatFailsHoldsNothingAndIsSaidOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.maintain(1, maintenance.Wish{Match: maintenance.Match{When: `details.value > 90`}, For: time.Hour})
	a := tw.fire(database)
	tw.fire(database)
	tw.fire(database)
	want(t, tw.phones.log(), "\n0s ethan email\n")
	if n := strings.Count(kinds(tw.again(a)), "rule_error"); n != 1 || tw.counts.ruleErrors != 1 {
		t.Errorf("said %d times, counted %d times", n, tw.counts.ruleErrors)
	}
}

func TestAMaintenanceWhoseWindowIsGoneHoldsNothing(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, nights)
	s := tw.maintain(1, maintenance.Wish{Match: maintenance.Match{When: `during("nights")`}, For: time.Hour})
	tw.engines[0].Reload(tw.world(standard))
	tw.fire(database)
	want(t, tw.phones.log(), "\n0s ethan email\n")
	if why := s.Broken(tw.engines[0].Directory()); why != `unknown window "nights"` {
		t.Errorf("it says %q", why)
	}
}

func TestWhatMakesNoSenseIsRefusedWithTheFieldThatItIsAbout(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	for want, w := range map[string]maintenance.Wish{
		"reason: say why":                          {Match: maintenance.Match{Service: "x"}, For: time.Hour, Reason: " "},
		"when: which alerts are meant is not said": {For: time.Hour},
		"when: unknown name \"servce\" (at charac": {Match: maintenance.Match{When: `true and servce == "x"`}, For: time.Hour},
		"team: there is no team \"easy\"":          {Match: maintenance.Match{Team: "easy"}, For: time.Hour},
		"integration: there is no integration":     {Match: maintenance.Match{Integration: "x"}, For: time.Hour},
		"until: it has no end":                     {Match: maintenance.Match{Service: "x"}},
		"for: give until or for, not both":         {Match: maintenance.Match{Service: "x"}, For: time.Hour, Until: "2026-03-10"},
		"until: it is over already":                {Match: maintenance.Match{Service: "x"}, From: "2026-03-01", Until: "2026-03-02"},
		"until: it is longer than 90 days":         {Match: maintenance.Match{Service: "x"}, Until: "2027-03-02"},
		"ends: it has no end within two years":     {Match: maintenance.Match{Service: "x"}, For: time.Hour, RRule: "FREQ=DAILY"},
		"rrule: comes again at 2026-03-10T03:00":   {Match: maintenance.Match{Service: "x"}, For: 25 * time.Hour, RRule: "FREQ=DAILY", Ends: "2026-04-01"},
		"timezone: \"Mars\" is not a time zone":    {Match: maintenance.Match{Service: "x"}, For: time.Hour, Zone: "Mars"},
		"from: \"soon\" is not a time":             {Match: maintenance.Match{Service: "x"}, From: "soon", For: time.Hour},
	} {
		if w.Reason == "" {
			w.Reason = "upgrade"
		}
		_, err := tw.engines[0].AddMaintenance(context.Background(), w)
		refused := (*maintenance.Refused)(nil)
		if !errors.As(err, &refused) || !strings.HasPrefix(refused.Field+": "+refused.Reason, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if list, _, err := tw.engines[0].Maintenances(context.Background(), nil, store.Cursor{}, 10); err != nil || len(list) > 0 {
		t.Errorf("%d were made (%v)", len(list), err)
	}
}
