package maintenance

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/rules"
)

func language(t rapid.TB) *rules.Router {
	r, problems := rules.Compile(rules.Spec{})
	if problems != nil {
		t.Fatal(problems)
	}
	return r
}

func TestWhateverALabelHoldsItIsComparedAsItIs(t *testing.T) {
	t.Parallel()
	router := language(t)
	rapid.Check(t, func(t *rapid.T) {
		m := Match{Service: rapid.String().Draw(t, "service"), Labels: map[string]string{rapid.String().Draw(t, "name"): rapid.String().Draw(t, "value")}}
		c, problems := m.Compile(router)
		if problems != nil {
			t.Fatalf("%s: %v", m.Condition(), problems)
		}
		ev := rules.Event{Service: m.Service, Labels: m.Labels}
		if ok, err := c.Holds(ev, time.Time{}); !ok || err != nil {
			t.Fatalf("%s: %t, %v", m.Condition(), ok, err)
		}
		ev.Labels = map[string]string{}
		for name, value := range m.Labels {
			ev.Labels[name] = value + "x"
		}
		if ok, _ := c.Holds(ev, time.Time{}); ok {
			t.Fatalf("%s matches another value", m.Condition())
		}
	})
}

func TestOneThatComesAgainIsOverWithItsLastTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)
	env := Env{Now: now, Dir: &directory.Directory{Language: language(t), Zone: time.UTC}}
	s, err := New("m00-x", 3, Wish{
		Match: Match{Service: "db"}, From: "2026-03-28T02:00", Until: "2026-03-28T04:00", Zone: "Europe/Berlin", RRule: "FREQ=DAILY;COUNT=3", Reason: "patches",
	}, env)
	if err != nil {
		t.Fatal(err)
	}
	var wakes []string
	for range 10 {
		var next time.Time
		s.Waits(env, func(at time.Time) {
			if at.After(env.Now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		})
		if s.Status != Active {
			break
		}
		wakes = append(wakes, next.UTC().Format("01-02 15:04"))
		env.Now = next
		s.Tick(env)
	}
	if len(wakes) != 3 || wakes[0] != "03-28 03:00" || wakes[1] != "03-29 02:00" || wakes[2] != "03-30 02:00" || s.Status != Over {
		t.Errorf("it wakes at %q and is %s", wakes, s.Status)
	}
	if !s.GoneAt(env).Equal(env.Now.Add(Keep)) {
		t.Errorf("it is gone at %v", s.GoneAt(env))
	}
	if err := s.Cancel("ethan", "", env); err == nil {
		t.Error("what is over was cancelled")
	}
}
