package aggregate_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

var wide = directory.AggregateBounds{AtLeast: 3, Within: 5 * time.Minute, Of: "service", Priority: "P1"}

func at(d time.Duration) aggregate.Env {
	return aggregate.Env{Now: start.Add(d), Dir: &directory.Directory{}}
}

func begin() *aggregate.State {
	return aggregate.New(store.NewID(store.KindAggregate, aggregate.Key("wide").Shard), "wide", wide, at(0))
}

func began(n int, value string, since time.Duration) aggregate.Began {
	return aggregate.Began{Member: aggregate.Member{Alert: store.ID(fmt.Sprint("a", n)), Number: uint64(n), Title: value + " is down", Value: value, At: start.Add(since)}}
}

func ceased(n int) aggregate.Ceased { return aggregate.Ceased{Alert: store.ID(fmt.Sprint("a", n))} }

const minute = time.Minute

func TestAnAggregateFiresWhenEnoughThatAreOpenBeganCloseTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inputs []aggregate.Input
		fires  bool
	}{
		"three services":                       {[]aggregate.Input{began(1, "a", 0), began(2, "b", minute), began(3, "c", 5*minute)}, true},
		"two services":                         {[]aggregate.Input{began(1, "a", 0), began(2, "b", minute)}, false},
		"three alerts of one service":          {[]aggregate.Input{began(1, "a", 0), began(2, "a", 0), began(3, "a", 0)}, false},
		"one alert that is told of thrice":     {[]aggregate.Input{began(1, "a", 0), began(1, "b", 0), began(1, "c", 0)}, false},
		"three services, too far apart":        {[]aggregate.Input{began(1, "a", 0), began(2, "b", minute), began(3, "c", 5*minute+1)}, false},
		"the first comes again":                {[]aggregate.Input{began(1, "a", 0), began(2, "b", 3*minute), began(3, "c", 6*minute), began(4, "a", 7*minute)}, true},
		"one closed before the third":          {[]aggregate.Input{began(1, "a", 0), began(2, "b", 0), ceased(1), began(3, "c", 0)}, false},
		"one closed, another of it is open":    {[]aggregate.Input{began(1, "a", 0), began(4, "a", 0), began(2, "b", 0), ceased(1), began(3, "c", 0)}, true},
		"heard of in another order":            {[]aggregate.Input{began(3, "c", 4*minute), began(1, "a", 0), began(2, "b", 2*minute)}, true},
		"one is over that nobody had heard of": {[]aggregate.Input{ceased(9), began(1, "a", 0), began(2, "b", 0)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin()
			for _, in := range c.inputs {
				aggregate.Apply(s, in, at(time.Hour)) // however late they are heard of
			}
			if s.Firing() != c.fires || s.Outbox.Pending != c.fires {
				t.Errorf("fires: %t, outbox %+v, members %+v", s.Firing(), s.Outbox, s.Members)
			}
		})
	}
}

func TestItsAlertNamesWhatWasCounted(t *testing.T) {
	t.Parallel()
	s := begin()
	for i, name := range []string{"checkout", "search", "payment"} {
		aggregate.Apply(s, began(i+1, name, 0), at(0))
	}
	integration, ev := s.Event(at(0))
	if integration != aggregate.Integration || ev.Status != event.Firing || ev.DedupKey != "wide" || ev.Priority != "P1" ||
		ev.Title != "3 services have alerts: checkout, search, payment" || ev.Details["counted"] != "checkout, search, payment" ||
		ev.Description != "#1 checkout is down\n#2 search is down\n#3 payment is down" {
		t.Errorf("%s: %+v", integration, ev)
	}
	said := ev
	aggregate.Apply(s, ceased(1), at(minute)) // before it could be told
	if _, ev := s.Event(at(minute)); ev.Title != said.Title || ev.Description != said.Description {
		t.Errorf("it says something else when it is told again: %+v", ev)
	}
}

func TestItIsOverWhenTooFewHaveBeenOpenForTheSameTime(t *testing.T) {
	t.Parallel()
	s := begin()
	for i := range 3 {
		aggregate.Apply(s, began(i+1, fmt.Sprint(i), 0), at(0))
	}
	s.Outbox.Told(1, start)
	aggregate.Apply(s, ceased(1), at(10*minute))
	aggregate.Apply(s, began(4, "back", 12*minute), at(12*minute)) // it flaps
	aggregate.Apply(s, ceased(4), at(20*minute))
	if wake := record.Wake(s, at(20*minute)); wake != start.Add(25*minute) {
		t.Fatalf("it wakes at %v", wake)
	}
	aggregate.Apply(s, aggregate.Woken{}, at(25*minute-1))
	if !s.Firing() || s.Outbox.N != 1 {
		t.Fatal("it is over too early")
	}
	aggregate.Apply(s, aggregate.Woken{}, at(25*minute))
	if _, ev := s.Event(at(25 * minute)); s.Firing() || ev.Status != event.Resolved || !s.Outbox.Pending {
		t.Errorf("fires: %t, outbox %+v", s.Firing(), s.Outbox)
	}
	aggregate.Apply(s, began(5, "later", 3*time.Hour), at(3*time.Hour)) // two are open that began long before
	if s.Firing() {
		t.Error("what began hours apart makes it fire")
	}
}

func TestWhatIsKeptIsBoundedAndRareValuesStay(t *testing.T) {
	t.Parallel()
	s := begin()
	aggregate.Apply(s, began(1, "rare", 0), at(0))
	for i := range 2 * aggregate.MaxMembers {
		aggregate.Apply(s, began(i+2, "noisy", 0), at(0))
	}
	if s.Firing() {
		t.Fatal("two services make it fire")
	}
	aggregate.Apply(s, began(9999, "third", minute), at(minute))
	if !s.Firing() || len(s.Members) != aggregate.MaxMembers || !s.More {
		t.Errorf("fires: %t with %d members, more: %t", s.Firing(), len(s.Members), s.More)
	}
	if lines := strings.Count(s.Said.Description, "\n") + 1; lines != aggregate.MaxNamed+1 {
		t.Errorf("its alert names %d", lines)
	}
	if data, err := json.Marshal(s); err != nil || len(data) > 128<<10 {
		t.Errorf("the record has %d bytes: %v", len(data), err)
	}
}

func TestARemovedAggregateEndsItsAlertAndGoesAway(t *testing.T) {
	t.Parallel()
	s := begin()
	for i := range 3 {
		aggregate.Apply(s, began(i+1, fmt.Sprint(i), 0), at(0))
	}
	aggregate.Apply(s, aggregate.Removed{}, at(minute))
	if s.Outbox.Status != event.Resolved || record.Gone(s, at(minute)) {
		t.Errorf("gone: %t, outbox %+v", record.Gone(s, at(minute)), s.Outbox)
	}
	s.Outbox.Told(s.Outbox.N, start.Add(minute))
	if !record.Gone(s, at(minute)) {
		t.Error("it stays for ever")
	}
	aggregate.Apply(s, aggregate.Configured{AggregateBounds: wide}, at(2*minute))
	if s.Removed || s.Firing() || len(s.Members) != 0 {
		t.Errorf("it does not begin anew: %+v", s)
	}
}
