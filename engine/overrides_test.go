package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// stand puts darren on call instead of ethan, for an hour from now on.
func (tw *town) stand(replica int) *override.State {
	tw.Helper()
	o, err := tw.engines[replica].AddOverride(context.Background(), override.Wish{
		Schedule: "primary", User: "darren", Replace: "ethan", To: tw.clock.t.Add(time.Hour), Reason: "ethan is ill", By: "ethan", Via: "api",
	})
	if err != nil {
		tw.Fatal(err)
	}
	return o
}

// onCall is who a replica says is on call as primary.
func (tw *town) onCall(replica int) string {
	return strings.Join(tw.engines[replica].Env().Dir.Schedules["primary"].OnCall(tw.clock.t), " ")
}

// pagedFirst fires an alert and says who was paged by then.
func (tw *town) pagedFirst(key string) string {
	tw.Helper()
	before := len(tw.phones.got)
	tw.fire(event.Event{DedupKey: key, Title: key, Priority: "P1"})
	var names []string
	for _, m := range tw.phones.got[before:] {
		names = append(names, m.User.Name)
	}
	return strings.Join(names, " ")
}

func TestAnOverrideMadeAtNightPagesTheOtherUntilItEnds(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	if got := tw.pagedFirst("a"); got != "ethan" {
		t.Fatalf("before, %q was paged", got)
	}
	o := tw.stand(0)
	if got := tw.pagedFirst("b"); got != "darren" {
		t.Errorf("with %s, %q was paged", o.Name(), got)
	}
	tw.jump(time.Hour)
	if got := tw.pagedFirst("c"); !strings.HasSuffix(got, "ethan") || strings.Contains(got, "darren") {
		t.Errorf("after it, %q was paged", got)
	}
	again, err := tw.engines[0].Override(context.Background(), "OVR-1")
	if err != nil || again.Status != override.Over || again.By != "ethan" || again.Reason != "ethan is ill" {
		t.Errorf("it is kept as %+v (%v)", again, err)
	}
	tw.jump(override.Keep)
	if _, err := tw.engines[0].Override(context.Background(), "OVR-1"); err == nil {
		t.Error("it is kept for ever")
	}
}

func TestAnOverrideThatIsTakenBackPagesWhoeverTheRotationSays(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	o := tw.stand(0)
	tw.wait(time.Minute)
	got, err := tw.engines[0].CancelOverride(context.Background(), o.Name(), "amir", "ethan is well")
	if err != nil || got.Status != override.Cancelled || got.CancelledBy != "amir" {
		t.Fatalf("cancelled: %+v (%v)", got, err)
	}
	if got := tw.pagedFirst("a"); got != "ethan" {
		t.Errorf("%q was paged", got)
	}
	s := tw.engines[0].Env().Dir.Schedules["primary"]
	if then := s.OnCall(start.Add(30 * time.Second)); then[0] != "darren" {
		t.Errorf("the past says %v, want it to stay as it was", then)
	}
	if list, _, err := tw.engines[0].Overrides(context.Background(), nil, store.Cursor{}, 10); err != nil || len(list) != 1 {
		t.Errorf("listed are %v (%v)", list, err)
	}
}

func TestAnOverrideMadeOnAnotherReplicaCountsWithinASecond(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	tw.pagedFirst("a") // the first replica has read the overrides
	tw.stand(1)
	if tw.onCall(1) != "darren" {
		t.Error("it does not count at once where it was made")
	}
	tw.clock.t = tw.clock.t.Add(time.Second)
	if got := tw.pagedFirst("b"); got != "darren" {
		t.Errorf("a second later, %q was paged", got)
	}
}

func TestAStepThatFiresLaterGoesToWhomAnOverrideSaysThen(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	tw.fire(event.Event{DedupKey: "a", Title: "a", Priority: "P1"})
	if _, err := tw.engines[1].AddOverride(context.Background(), override.Wish{
		Schedule: "backup", User: "amir", To: tw.clock.t.Add(time.Hour), Reason: "jason is away", By: "amir",
	}); err != nil {
		t.Fatal(err)
	}
	tw.wait(11 * time.Minute)
	if tw.phones.to("amir", "email") != 1 || tw.phones.to("jason", "email") != 0 {
		t.Errorf("arrived:\n%s", tw.phones.log())
	}
}

func TestTheLaterMadeOverrideWinsOverTheOthersAndTheFile(t *testing.T) {
	t.Parallel()
	for name, apart := range map[string]time.Duration{"at once": 0, "a minute later": time.Minute} {
		tw := newTown(t, 1, standard)
		for _, user := range []string{"darren", "amir"} {
			tw.jump(apart)
			if _, err := tw.engines[0].AddOverride(context.Background(), override.Wish{
				Schedule: "primary", User: user, To: tw.clock.t.Add(time.Hour), Reason: "mine", By: user,
			}); err != nil {
				t.Fatal(err)
			}
		}
		if got := tw.onCall(0); got != "amir" {
			t.Errorf("made %s: %q is on call", name, got)
		}
	}
}

func TestOverridesStayInForceWhileTheStoreIsAwayAndAfterAReload(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.stand(0)
	tw.engines[0].Reload(tw.world(standard))
	if got := tw.onCall(0); got != "darren" {
		t.Errorf("after the reload %q is on call", got)
	}
	tw.clock.t = tw.clock.t.Add(time.Minute)
	tw.faults[0].away = true
	if _, err := tw.engines[0].Fresh(context.Background(), tw.clock.t); err == nil {
		t.Fatal("the store is not away")
	}
	if got := tw.onCall(0); got != "darren" {
		t.Errorf("without the store %q is on call", got)
	}
}

func TestAReplicaThatHasJustBegunPagesNobodyBeforeItKnowsTheOverrides(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.stand(0)
	tw.start(0, tw.world(standard))
	tw.faults[0].unlisted = true
	if _, err := tw.engines[0].Ingest(context.Background(), "prom", []event.Event{low}); !errors.Is(err, store.ErrUnavailable) {
		t.Fatalf("taken in without the overrides: %v", err)
	}
	tw.wait(10 * time.Second)
	tw.faults[0].unlisted = false
	tw.fire(low)
	if got := tw.phones.to("darren", "email"); got != 1 || tw.phones.to("ethan", "email") != 0 {
		t.Errorf("darren, who is on call, got %d messages, ethan %d", got, tw.phones.to("ethan", "email"))
	}
}

func TestAReplicaThatCannotReadTheOverridesForLongPagesByTheConfiguration(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.faults[0].unlisted = true
	if _, err := tw.engines[0].Ingest(context.Background(), "prom", []event.Event{low}); err == nil {
		t.Fatal("taken in without the overrides")
	}
	tw.wait(30 * time.Second)
	tw.fire(low)
	if got := tw.phones.to("ethan", "email"); got != 1 {
		t.Errorf("ethan got %d messages: nobody may be woken for want of a list", got)
	}
}

func TestWhatCannotBeAnOverrideIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	good := override.Wish{Schedule: "primary", User: "darren", To: tw.clock.t.Add(time.Hour), Reason: "ill", By: "amir"}
	for want, edit := range map[string]func(*override.Wish){
		`no schedule "nights"`:           func(w *override.Wish) { w.Schedule = "nights" },
		`no user "dave"`:                 func(w *override.Wish) { w.User = "dave" },
		`no rotation is named "x"`:       func(w *override.Wish) { w.Rotation = "x" },
		"not after its beginning":        func(w *override.Wish) { w.From = w.To.Add(time.Minute) },
		"no end":                         func(w *override.Wish) { w.To = time.Time{} },
		"begins in the past":             func(w *override.Wish) { w.From = tw.clock.t.Add(-time.Hour) },
		"longer than 90 days":            func(w *override.Wish) { w.To = tw.clock.t.Add(override.Longest + time.Hour) },
		"nobody would be replaced":       func(w *override.Wish) { w.Replace = "jason" },
		"replace themselves":             func(w *override.Wish) { w.Replace = "darren" },
		"Say why":                        func(w *override.Wish) { w.Reason = " " },
		"is never on call here":          func(w *override.Wish) { w.Replace = "dave" },
		"A reason holds 1000 bytes at m": func(w *override.Wish) { w.Reason = strings.Repeat("x", 2000) },
	} {
		w := good
		edit(&w)
		_, err := tw.engines[0].AddOverride(context.Background(), w)
		var refused *override.Refused
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if o, err := tw.engines[0].AddOverride(context.Background(), good); err != nil || o.Number != 1 {
		t.Errorf("what was refused has used up a number, or all is refused: %+v %v", o, err)
	}
}

func TestAnAbsenceLeavesItsUserOnCallAndNamesTheShiftsToBeCovered(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	ctx, e := context.Background(), tw.engines[0]
	from, to := start.Add(time.Hour), start.Add(49*time.Hour)
	s, err := e.AddAbsence(ctx, override.Wish{User: "ethan", From: from, To: to, Reason: "a wedding", By: "ethan"})
	if err != nil || s.Name() != "AWAY-1" {
		t.Fatal(s, err)
	}
	uncovered := func() int {
		away, err := e.Away(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return len(e.Env().Dir.Schedules["primary"].Uncovered(away, from, to))
	}
	if got := uncovered(); got != 1 || tw.onCall(0) != "ethan" {
		t.Errorf("%d shifts want cover, %s is on call", got, tw.onCall(0))
	}
	if _, err := e.AddOverride(ctx, override.Wish{Schedule: "primary", User: "amir", Replace: "ethan", From: from, To: to, Reason: "covers", By: "amir"}); err != nil {
		t.Fatal(err)
	}
	if got := uncovered(); got != 0 {
		t.Errorf("%d shifts want cover though amir has them", got)
	}
	if s, err = e.CancelAbsence(ctx, s.Name(), "ethan", ""); err != nil || s.Status != override.Cancelled {
		t.Error(s, err)
	}
}

func TestAnOverrideIsHeldAgainstWhatAnotherReplicaHasJustMade(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	ctx, to := context.Background(), tw.clock.t.Add(time.Hour)
	if _, err := tw.engines[1].Fresh(ctx, tw.clock.t); err != nil || tw.onCall(1) != "ethan" { // it has looked just now
		t.Fatal(err, tw.onCall(1))
	}
	if _, err := tw.engines[0].AddOverride(ctx, override.Wish{Schedule: "primary", User: "amir", To: to, Reason: "ill", By: "amir"}); err != nil {
		t.Fatal(err)
	}
	if _, err := tw.engines[1].AddOverride(ctx, override.Wish{Schedule: "primary", User: "darren", Replace: "amir", To: to, Reason: "ill, too", By: "darren"}); err != nil {
		t.Error(err)
	}
	if got := tw.onCall(1); got != "darren" {
		t.Errorf("%s is on call", got)
	}
}
