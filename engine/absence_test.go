package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/override"
)

// goAway has ethan away from so long after now for so long. He is on call as primary until Sunday at 09:00.
func (tw *town) goAway(in, length time.Duration) *override.Absence {
	tw.Helper()
	from := tw.clock.t.Add(in)
	s, err := tw.engines[0].AddAbsence(context.Background(), override.Wish{
		User: "ethan", From: from, To: from.Add(length), Reason: "a wedding", By: "ethan", Via: "api",
	})
	if err != nil {
		tw.Fatal(err)
	}
	tw.settle()
	return s
}

func (tw *town) cover(by string, n int) (*override.Absence, error) {
	s, err := tw.engines[0].CoverAbsence(context.Background(), "AWAY-1", by, "link", n)
	tw.settle()
	return s, err
}

// told is what somebody got, by headline.
func (tw *town) told(user string) (titles []string) {
	for _, m := range tw.phones.got {
		if m.User.Name == user {
			titles = append(titles, m.Title)
		}
	}
	return titles
}

const (
	asks    = "ethan is away: can you take a shift?"
	nobody  = "Nobody covers for ethan yet"
	covered = "A shift of yours is covered"
)

func TestAnAbsenceAsksThoseWhoCouldAndWhoeverAcceptsIsOnCall(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.goAway(24*time.Hour, 24*time.Hour)
	for user, want := range map[string][]string{"amir": {asks}, "darren": {asks}, "jason": {asks}, "ethan": nil} {
		if diff := cmp.Diff(want, tw.told(user)); diff != "" {
			t.Errorf("%s was told (-want +got)\n%s", user, diff)
		}
	}
	first := tw.phones.got[0]
	if !strings.Contains(first.Text, "primary from Tue 10 Mar 03:00 UTC to Wed 11 Mar 03:00 UTC") || !strings.Contains(first.Text, "a wedding") || first.Link == "" {
		t.Errorf("asked was %q with the link %q", first.Text, first.Link)
	}

	s, err := tw.cover("darren", 0)
	if err != nil || s.Asks[0].TakenBy != "darren" || s.Asks[0].Override != "OVR-1" {
		t.Fatalf("%+v, %v", s, err)
	}
	o, err := tw.engines[0].Override(context.Background(), "OVR-1")
	if err != nil || o.By != "darren" || o.Replace != "ethan" || o.Reason != "covers for ethan, AWAY-1 (a wedding)" {
		t.Errorf("the override is %+v, %v", o, err)
	}
	if diff := cmp.Diff([]string{covered}, tw.told("ethan")); diff != "" {
		t.Error(diff)
	}
	tw.wait(25 * time.Hour)
	if tw.onCall(0) != "darren" {
		t.Errorf("%s is on call", tw.onCall(0))
	}
	tw.wait(24 * time.Hour)
	if tw.onCall(0) != "ethan" || len(tw.told("jason")) != 1 {
		t.Errorf("after it %s is on call, and the admin was told %v", tw.onCall(0), tw.told("jason"))
	}
}

func TestWhenNobodyCoversTheAdminsAreTold(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.goAway(72*time.Hour, 24*time.Hour)
	tw.wait(23 * time.Hour)
	if got := tw.told("jason"); len(got) != 1 {
		t.Errorf("on the first day the admin was told %v", got)
	}
	tw.wait(2 * time.Hour)
	if diff := cmp.Diff([]string{asks, nobody}, tw.told("jason")); diff != "" {
		t.Error(diff)
	}
	tw.wait(30 * time.Hour) // a day before the shift
	if diff := cmp.Diff([]string{asks, nobody, nobody}, tw.told("jason")); diff != "" {
		t.Error(diff)
	}
	if got := tw.told("amir"); len(got) != 1 {
		t.Errorf("amir is no admin, and was told %v", got)
	}
	tw.wait(72 * time.Hour)
	if got := len(tw.told("jason")); got != 3 {
		t.Errorf("told %d times", got)
	}
	if _, err := tw.cover("amir", 0); err == nil {
		t.Error("what is over can be covered")
	}
}

func TestWhoeverIsAwayAtOnceLeavesAQuarterOfAnHourToAnswer(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.goAway(0, 12*time.Hour)
	tw.wait(14 * time.Minute)
	if got := tw.told("jason"); len(got) != 1 {
		t.Fatalf("told %v", got)
	}
	tw.wait(2 * time.Minute)
	if diff := cmp.Diff([]string{asks, nobody}, tw.told("jason")); diff != "" {
		t.Error(diff)
	}
	if _, err := tw.cover("darren", 1); err != nil || tw.onCall(0) != "darren" { // the rest of a shift that has begun
		t.Errorf("%s is on call, %v", tw.onCall(0), err)
	}
}

func TestAShiftThatIsCoveredByAnOverrideRemindsNobody(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	s := tw.goAway(48*time.Hour, 24*time.Hour)
	if _, err := tw.engines[0].AddOverride(context.Background(), override.Wish{
		Schedule: "primary", User: "amir", Replace: "ethan", From: s.From, To: s.To, Reason: "covers", By: "amir",
	}); err != nil {
		t.Fatal(err)
	}
	tw.wait(47 * time.Hour)
	if got := tw.told("jason"); len(got) != 1 {
		t.Errorf("told %v", got)
	}
	if _, err := tw.cover("darren", 1); err == nil || !strings.Contains(err.Error(), "nothing to take") {
		t.Errorf("darren takes it all the same: %v", err)
	}
}

func TestOnlySomebodyWhoCanTakesAShiftAndOnlyOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	s := tw.goAway(24*time.Hour, 24*time.Hour)
	if _, err := tw.engines[0].AddAbsence(context.Background(), override.Wish{User: "amir", From: s.From, To: s.To, By: "amir"}); err != nil {
		t.Fatal(err)
	}
	var refused *override.Refused
	for by, want := range map[string]string{"ethan": "cannot take it", "amir": "cannot take it", "dave": "no user"} {
		if _, err := tw.cover(by, 1); !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", by, err)
		}
	}
	if _, err := tw.cover("darren", 7); !errors.As(err, &refused) {
		t.Errorf("shift 7: %v", err)
	}
	if _, err := tw.cover("darren", 1); err != nil {
		t.Error(err)
	}
	if _, err := tw.cover("jason", 1); !errors.As(err, &refused) || !strings.Contains(err.Error(), "darren has taken") {
		t.Errorf("twice: %v", err)
	}
}

func TestAWayThatFailsIsFollowedByThePersonsNext(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.phones.fail = func(m deliver.Message) error {
		if m.Via == "email" && m.User.Name == "ethan" {
			return deliver.Permanent("no such mailbox")
		}
		return nil
	}
	from := time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC) // amir's week
	if _, err := tw.engines[0].AddAbsence(context.Background(), override.Wish{User: "amir", From: from, To: from.Add(24 * time.Hour), By: "amir"}); err != nil {
		t.Fatal(err)
	}
	tw.settle()
	if tw.phones.to("ethan", "slack") != 1 || tw.phones.to("ethan", "email") != 0 {
		t.Errorf("arrived:\n%s", tw.phones.log())
	}
}

func TestAnAbsenceThatIsTakenBackAsksNobodyAnyMore(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	s := tw.goAway(72*time.Hour, 24*time.Hour)
	if _, err := tw.engines[0].CancelAbsence(context.Background(), s.Name(), "ethan", "the wedding is off"); err != nil {
		t.Fatal(err)
	}
	tw.wait(73 * time.Hour)
	if got := tw.told("jason"); len(got) != 1 {
		t.Errorf("told %v", got)
	}
	if _, err := tw.cover("amir", 0); err == nil || !strings.Contains(err.Error(), "there after all") {
		t.Error(err)
	}
}

func TestAShiftWhoseCoverWasTakenBackCanBeTakenAgain(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.goAway(24*time.Hour, 24*time.Hour)
	if _, err := tw.cover("darren", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := tw.cover("amir", 1); err == nil {
		t.Error("amir takes what darren has")
	}
	if _, err := tw.engines[0].CancelOverride(context.Background(), "OVR-1", "darren", "ill, too"); err != nil {
		t.Fatal(err)
	}
	s, err := tw.cover("amir", 1)
	if err != nil || s.Asks[0].TakenBy != "amir" || s.Asks[0].Override != "OVR-2" {
		t.Errorf("%+v, %v", s, err)
	}
}
