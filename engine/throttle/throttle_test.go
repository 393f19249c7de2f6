package throttle_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/throttle"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func at(d time.Duration) directory.Env { return directory.Env{Now: start.Add(d)} }

func count() *throttle.State {
	const key = `policy:p|"links"|`
	return throttle.New(store.NewID(store.KindThrottle, throttle.Key(key).Shard), key, at(0))
}

func TestSoManyMayPageUntilTheTimeIsOver(t *testing.T) {
	t.Parallel()
	s := count()
	never := time.Time{}
	for i, step := range []struct {
		name    string
		after   time.Duration
		earlier time.Time
		may     bool
	}{
		{"a", 0, never, true},
		{"a", time.Second, never, true}, // the alert was not committed: it asks again
		{"b", time.Minute, never, true},
		{"c", 2 * time.Minute, never, false},
		{"a", 3 * time.Minute, start, false},                  // it has begun before within the time
		{"b", 4 * time.Minute, start.Add(-time.Second), true}, // the one that began was before
		{"c", 10*time.Minute - 1, never, false},               //
		{"c", 10 * time.Minute, start.Add(time.Minute), true}, // a new time
		{"d", 11 * time.Minute, never, true},                  //
		{"e", 12 * time.Minute, never, false},                 //
		{"e", -24 * time.Hour, never, true},                   // the clock was set back: nobody waits for that long
	} {
		may, until := s.Take(step.name, step.earlier, 2, 10*time.Minute, at(step.after))
		if may != step.may || may != until.IsZero() {
			t.Errorf("%d: %s after %s: %t, until %v", i, step.name, step.after, may, until)
		}
		if !may && until.Sub(start) > 20*time.Minute {
			t.Errorf("%d: %s waits until %v", i, step.name, until)
		}
	}
}

func TestACountIsBoundedAndGoesAwayByItself(t *testing.T) {
	t.Parallel()
	s := count()
	for range 1000 {
		s.Take("flaps", start.Add(time.Hour), 100, 10*time.Minute, at(time.Minute))
	}
	if len(s.Taken) != 100 {
		t.Errorf("it holds %d names", len(s.Taken))
	}
	if wake := record.Wake(s, at(time.Minute)); wake != start.Add(11*time.Minute) || record.Gone(s, at(11*time.Minute-1)) || !record.Gone(s, at(11*time.Minute)) {
		t.Errorf("it wakes at %v", wake)
	}
}
