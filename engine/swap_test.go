package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// trade is ethan's week for amir's next one.
func (tw *town) trade() *override.Swap {
	tw.Helper()
	at := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	s, err := tw.engines[0].ProposeSwap(context.Background(), override.Trade{
		Schedule: "primary", Giver: "ethan", Asked: "amir", By: "ethan", Reason: "a wedding",
		Give: override.Piece{From: at(10, 9), To: at(11, 9)}, Take: &override.Piece{From: at(17, 9), To: at(18, 9)},
	})
	if err != nil {
		tw.Fatal(err)
	}
	return s
}

func TestASwapThatIsAcceptedTwiceAtOnceIsCarriedOutOnceAndWhole(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	ctx := context.Background()
	s := tw.trade()
	if _, err := tw.engines[0].AcceptSwap(ctx, s.Name(), "darren", ""); err == nil {
		t.Error("darren accepts what amir was asked")
	}
	tw.faults[0].before = func() { // the other replica commits in between
		if _, err := tw.engines[1].AcceptSwap(ctx, s.Name(), "amir", "fine"); err != nil {
			t.Error(err)
		}
	}
	if got, err := tw.engines[0].AcceptSwap(ctx, s.Name(), "amir", "fine"); err != nil || got.Status != override.Accepted {
		t.Errorf("the second answer: %+v (%v)", got, err)
	}
	list, _, err := tw.engines[0].Overrides(ctx, nil, store.Cursor{}, 10)
	if err != nil || len(list) != 2 || list[0].Swap != s.Name() || list[1].Swap != s.Name() {
		t.Fatalf("overrides %+v (%v)", list, err)
	}
	dir := tw.engines[0].Env().Dir
	for at, want := range map[time.Time]string{s.Give.From: "amir", s.Take.From: "ethan", s.Give.To: "ethan", s.Take.To: "amir"} {
		if got := dir.Schedules["primary"].OnCall(at); got[0] != want {
			t.Errorf("at %v %v is on call, want %s", at, got, want)
		}
	}
}

func TestASwapIsNotRefusedForWhatItHasItselfChanged(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, standard)
	ctx := context.Background()
	s := tw.trade()
	tw.faults[0].found = func() { // the swap was read; before the overrides are, the other replica carries it out
		if _, err := tw.engines[1].AcceptSwap(ctx, s.Name(), "amir", "fine"); err != nil {
			t.Error(err)
		}
	}
	if got, err := tw.engines[0].AcceptSwap(ctx, s.Name(), "amir", "fine"); err != nil || got.Status != override.Accepted {
		t.Errorf("the second answer: %+v (%v)", got, err)
	}
	if list, _, err := tw.engines[0].Overrides(ctx, nil, store.Cursor{}, 10); err != nil || len(list) != 2 {
		t.Errorf("overrides %+v (%v)", list, err)
	}
}

func TestASwapThatIsDeclinedOrNotAnsweredChangesNothing(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	ctx, e := context.Background(), tw.engines[0]
	s, err := e.DeclineSwap(ctx, tw.trade().Name(), "amir", "no")
	if err != nil || s.Status != override.Declined || s.EndedBy != "amir" {
		t.Error(s, err)
	}
	tw.trade()
	tw.jump(48 * time.Hour)
	var refused *override.Refused
	if _, err := e.AcceptSwap(ctx, "SWAP-2", "amir", ""); !errors.As(err, &refused) || !strings.Contains(err.Error(), "expired") {
		t.Errorf("accepted after its beginning: %v", err)
	}
	expired, _, err := e.Swaps(ctx, []override.Status{override.Expired}, store.Cursor{}, 10)
	if err != nil || len(expired) != 1 {
		t.Errorf("expired are %v (%v)", expired, err)
	}
	if list, _, err := e.Overrides(ctx, nil, store.Cursor{}, 10); err != nil || len(list) != 0 {
		t.Errorf("there are overrides: %v (%v)", list, err)
	}
}

func TestWhoeverIsAskedToSwapGetsALinkAndTheOtherTheAnswer(t *testing.T) {
	t.Parallel()
	const asked = "ethan asks you to trade on-call time"
	for name, story := range map[string]struct {
		answer    func(context.Context, *engine.Engine) (*override.Swap, error) // nil: nobody answers
		amir      []string
		ethan     []string
		ethanRead string
	}{
		"accepted": {func(ctx context.Context, e *engine.Engine) (*override.Swap, error) {
			return e.AcceptSwap(ctx, "SWAP-1", "amir", "fine")
		}, []string{asked}, []string{"SWAP-1 was accepted"}, "amir accepted the swap (fine):"},
		"declined": {func(ctx context.Context, e *engine.Engine) (*override.Swap, error) {
			return e.DeclineSwap(ctx, "SWAP-1", "amir", "")
		}, []string{asked}, []string{"SWAP-1 was declined"}, "amir declined the swap:"},
		"taken back": {func(ctx context.Context, e *engine.Engine) (*override.Swap, error) {
			return e.DeclineSwap(ctx, "SWAP-1", "ethan", "")
		}, []string{asked, "SWAP-1 was declined"}, nil, ""},
		"not answered": {nil, []string{asked}, []string{"SWAP-1 has expired"}, "Nobody answered in time: the swap has expired:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tw := newTown(t, 1, standard)
			s := tw.trade()
			tw.settle()
			if len(tw.phones.got) != 1 {
				t.Fatalf("arrived:\n%s", tw.phones.log())
			}
			request := tw.phones.got[0]
			for _, want := range []string{"(a wedding)", "amir takes primary from Tue 10 Mar 09:00 UTC to Wed 11 Mar 09:00 UTC for ethan",
				"ethan takes primary from Tue 17 Mar 09:00 UTC to Wed 18 Mar 09:00 UTC for amir", "tocsin swap accept SWAP-1 --as amir"} {
				if !strings.Contains(request.Text, want) {
					t.Errorf("%q is not in %q", want, request.Text)
				}
			}
			token, err := tw.signer.Open(request.Token, tw.clock.t)
			if err != nil || token.Subject != string(s.ID) || token.User != "amir" || request.Link == "" {
				t.Errorf("the link is for %+v (%v)", token, err)
			}
			if story.answer == nil {
				tw.wait(48 * time.Hour)
			} else if _, err := story.answer(context.Background(), tw.engines[0]); err != nil {
				t.Fatal(err)
			}
			tw.settle()
			if diff := cmp.Diff(map[string][]string{"amir": story.amir, "ethan": story.ethan}, map[string][]string{"amir": tw.told("amir"), "ethan": tw.told("ethan")}); diff != "" {
				t.Errorf("told (-want +got)\n%s", diff)
			}
			if last := tw.phones.got[len(tw.phones.got)-1]; !strings.HasPrefix(last.Text, story.ethanRead) {
				t.Errorf("ethan reads %q", last.Text)
			}
		})
	}
}

func TestTheAnswerToASwapGoesOverThePersonsNextWayWhenOneFails(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, standard)
	tw.phones.fail = func(m deliver.Message) error {
		if m.Via == "email" && m.User.Name == "ethan" {
			return deliver.Permanent("no such mailbox")
		}
		return nil
	}
	if _, err := tw.engines[0].AcceptSwap(context.Background(), tw.trade().Name(), "amir", ""); err != nil {
		t.Fatal(err)
	}
	tw.settle()
	if tw.phones.to("ethan", "slack") != 1 || tw.phones.to("ethan", "email") != 0 {
		t.Errorf("arrived:\n%s", tw.phones.log())
	}
}
