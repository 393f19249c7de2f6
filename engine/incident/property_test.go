package incident

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var legal = map[Status][]Status{
	Open:      {Open, Mitigated, Resolved, Closed},
	Mitigated: {Mitigated, Open, Resolved, Closed},
	Resolved:  {Resolved, Open, Closed},
	Closed:    {Closed, Open},
}

func draw(t *rapid.T) Input {
	if rapid.Bool().Draw(t, "joins") {
		return joined(rapid.IntRange(1, 6).Draw(t, "alert"), rapid.SampledFrom([]string{"P1", "P3", "P5", ""}).Draw(t, "priority"))
	}
	users := []string{"ethan", "amir", "nobody", ""}
	return Action{
		Do:       rapid.SampledFrom([]Do{Resolve, Close, Close, Reopen, Note, SetPriority, SetTitle, SetRole, AddResponder, "explode"}).Draw(t, "do"),
		By:       rapid.SampledFrom(users).Draw(t, "by"),
		Note:     rapid.SampledFrom([]string{"", "said"}).Draw(t, "note"),
		Priority: rapid.SampledFrom([]string{"P1", "P4", "P9"}).Draw(t, "new priority"),
		Title:    rapid.SampledFrom([]string{"", "Renamed"}).Draw(t, "title"),
		Role:     rapid.SampledFrom([]string{Commander, "scribe", ""}).Draw(t, "role"),
		User:     rapid.SampledFrom(users).Draw(t, "user"),
	}
}

// Whatever happens to an incident, in whatever order: its moves are legal, it owes one postmortem at most, its
// timeline has no gaps, and it can be stored at any time.
func TestAnySequenceOfInputsKeepsAnIncidentSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		answer := rapid.SampledFrom([]string{"yes", "no", "error"})
		dir := org(func(directory.IncidentFacts) (bool, error) {
			switch answer.Draw(t, "required") {
			case "yes":
				return true, nil
			case "no":
				return false, nil
			}
			return false, errors.New("broken")
		})
		env := Env{Now: nine, Dir: dir}
		s := New(store.NewID(store.KindIncident, Shard), 1, Opening{Title: "Checkout fails", Key: "checkout"}, env)
		owed := 0
		for range rapid.IntRange(1, 40).Draw(t, "inputs") {
			env.Now = env.Now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
			was, before := s.Status, encode(t, s)
			fx, err := Apply(s, draw(t), env)
			if err != nil && encode(t, s) != before {
				t.Fatalf("refused (%v), and yet changed:\n%s", err, cmp.Diff(before, encode(t, s)))
			}
			if fx.PostmortemOwed {
				owed++
				made := PostmortemMade{ID: store.NewID(store.KindPostmortem, Shard), Name: fmt.Sprint("PM-", owed)}
				if _, err := Apply(s, made, env); err != nil {
					t.Fatalf("the postmortem that is owed: %v", err)
				}
			}
			check(t, s, was, owed)
			s = decode(t, encode(t, s))
		}
	})
}

func check(t *rapid.T, s *State, was Status, owed int) {
	t.Helper()
	ok := false
	for _, to := range legal[was] {
		ok = ok || to == s.Status
	}
	switch {
	case !ok:
		t.Fatalf("it went from %s to %s", was, s.Status)
	case owed > 1:
		t.Fatalf("it owed %d postmortems", owed)
	case (owed == 1) != (s.Postmortem != ""):
		t.Fatalf("it owed %d postmortems and has %q", owed, s.Postmortem)
	case s.Active() != s.ClosedAt.IsZero():
		t.Fatalf("%s, closed at %s", s.Status, s.ClosedAt)
	case s.Harmful() != s.ResolvedAt.IsZero():
		t.Fatalf("%s, resolved at %s", s.Status, s.ResolvedAt)
	case s.Active() != (len(s.Keys()) == 2):
		t.Fatalf("%s holds the keys %q", s.Status, s.Keys())
	case s.Count != len(s.Alerts):
		t.Fatalf("%d alerts are counted, %d are there", s.Count, len(s.Alerts))
	case s.Noted != len(s.Timeline):
		t.Fatalf("%d entries are counted, %d are there", s.Noted, len(s.Timeline))
	}
	for i, e := range s.Timeline {
		if e.N != i+1 || i > 0 && e.At.Before(s.Timeline[i-1].At) {
			t.Fatalf("entry %d is %+v", i+1, e)
		}
	}
}

func encode(t *rapid.T, s *State) string {
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func decode(t *rapid.T, text string) *State {
	s := new(State)
	if err := json.Unmarshal([]byte(text), s); err != nil {
		t.Fatal(err)
	}
	if again := encode(t, s); again != text {
		t.Fatalf("the JSON changes on its way:\n%s", cmp.Diff(text, again))
	}
	return s
}
