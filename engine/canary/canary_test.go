package canary_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func at(t time.Time) canary.Env {
	return canary.Env{Now: t, Dir: &directory.Directory{
		Zone:  time.UTC,
		Vias:  map[string]bool{"sms": true, "slack": true, "voice": true},
		Users: map[string]directory.User{"ethan": {Name: "ethan", Phone: "+15550100", Slack: "U01"}, "amir": {Name: "amir"}},
	}}
}

func begin(c directory.Canary) *canary.State {
	return canary.New(store.NewID(store.KindCanary, canary.Key().Shard), c, at(start))
}

var hourly = directory.Canary{Every: time.Hour, User: "ethan", Via: []string{"slack", "sms"}}

func TestTheFirstTestGoesOutAtOnceAndTheNextAfterAPeriod(t *testing.T) {
	t.Parallel()
	s := begin(hourly)
	canary.Apply(s, canary.Woken{}, at(start))
	if s.Round != 1 || len(s.Pages) != 2 || s.NextAt != start.Add(time.Hour) {
		t.Errorf("round %d with %d pages, the next at %v", s.Round, len(s.Pages), s.NextAt)
	}
}

func TestAPersonWhomNoWayReachesIsAFailure(t *testing.T) {
	t.Parallel()
	s := begin(directory.Canary{Every: time.Hour, User: "amir"})
	canary.Apply(s, canary.Woken{}, at(start))
	if _, ev := s.Event(at(start)); !s.Failing || ev.Status != event.Firing || ev.Description != "no way to them works" {
		t.Errorf("failing: %t, event %+v", s.Failing, ev)
	}
}

func TestAClaimThatRanOutAfterItsRoundIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := begin(hourly)
	canary.Apply(s, canary.Woken{}, at(start))
	s.Pages[0].Claim("r1", start.Add(time.Hour-time.Second))
	canary.Apply(s, canary.Woken{}, at(start.Add(time.Hour)))
	canary.Apply(s, canary.Woken{}, at(start.Add(time.Hour+page.Lease)))
	for _, p := range s.Pages {
		if p.Round == 1 && p.Status != page.Cancelled {
			t.Errorf("page %d of the first round is %s", p.N, p.Status)
		}
	}
}

// Whatever happens: once what is due was claimed, nothing that it waits for is left in the past, so that nothing wakes
// it for ever; the pages stay few; and its alert is open just when the latest word about a way is bad.
func TestTheCanaryNeitherSpinsNorGrowsAndItsAlertFollowsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, now, open := begin(hourly), start, false
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
			var p *page.Page
			if len(s.Pages) > 0 {
				p = &s.Pages[rapid.IntRange(0, len(s.Pages)-1).Draw(t, "page")]
			}
			in := canary.Input(canary.Woken{})
			if p != nil {
				in = rapid.SampledFrom([]canary.Input{
					canary.Woken{},
					canary.Settled{Outcome: page.Outcome{N: p.N, Fence: p.Attempts, Ref: "ref"}},
					canary.Settled{Outcome: page.Outcome{N: p.N, Fence: p.Attempts, Error: "refused", Permanent: rapid.Bool().Draw(t, "permanent")}},
					canary.Reported{Page: p.N, Delivered: rapid.Bool().Draw(t, "delivered"), Reason: "off"},
					canary.Confirmed{Page: p.N, By: "ethan"},
					canary.Configured{Canary: directory.Canary{Every: 2 * time.Hour, User: "ethan", Via: []string{"voice"}}},
					canary.Configured{Canary: hourly},
				}).Draw(t, "what")
			}
			canary.Apply(s, in, at(now))
			for i := range s.Pages {
				if s.Pages[i].Due(now) {
					s.Pages[i].Claim("r1", now)
				}
			}
			if s.Outbox.Claim(now) {
				open = s.Outbox.Status == event.Firing
				s.Outbox.Told(s.Outbox.N, now)
			}
			if wake := record.Wake(s, at(now)); wake.IsZero() || !wake.After(now) {
				t.Fatalf("after %T it asks to be woken at %v, which is not after %v", in, wake, now)
			}
			if len(s.Pages) > 10 {
				t.Fatalf("it has %d pages", len(s.Pages))
			}
			bad := false
			for _, r := range s.Results {
				bad = bad || !r.OK
			}
			if bad && !open {
				t.Fatalf("results %v, and no alert", s.Results)
			}
		}
	})
}
