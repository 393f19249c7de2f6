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
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0:
		return Parted{Alert: joined(rapid.IntRange(1, 6).Draw(t, "parted"), "").Alert.ID, By: "amir"}
	case 1:
		return Answered{Alert: "a00-responder", Number: 9, By: "amir", At: nine, Status: rapid.SampledFrom([]CallStatus{Aware, Declined}).Draw(t, "answer")}
	case 2:
		return Done{Errands: []int{rapid.IntRange(1, 12).Draw(t, "errand")}, Owed: rapid.Bool().Draw(t, "owed"),
			Paged: []Paged{{To: rapid.SampledFrom([]string{"user:ethan", "team:payments"}).Draw(t, "to"), Alert: "a00-responder", Number: 9}}}
	}
	edit := Edit{AddTags: []string{"apac"}, Properties: map[string]string{"region": rapid.SampledFrom([]string{"", "apac"}).Draw(t, "region")}}
	if rapid.Bool().Draw(t, "bad edit") {
		edit.AddServices = []string{"nothing"}
	}
	moment := rapid.SampledFrom(append([]Moment{"lunch"}, Moments[:]...)).Draw(t, "moment")
	return Action{
		Do: rapid.SampledFrom([]Do{Mitigate, Resolve, Close, Close, Reopen, Note, SetPriority, SetTitle, SetRole, AddResponder, CallUsual,
			Tick, Skip, Untick, SetTimes, Update, CloseAlerts, "explode"}).Draw(t, "do"),
		Item: rapid.SampledFrom([]string{"1", "2", "Users are fine", ""}).Draw(t, "item"), Force: rapid.Bool().Draw(t, "force"), Edit: edit,
		Times:    map[Moment]time.Time{moment: at(rapid.IntRange(-20, 90).Draw(t, "set to"))},
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
		dir.Incident = directory.Incident{
			Checklist: []string{"Users are fine"}, CommanderAfter: 10 * time.Minute,
			Usual: directory.Usual{Teams: []string{"payments"}, Priorities: []string{"P1"}}, Channels: []string{"hook"},
		}
		dir.Channels = map[string]directory.Channel{"hook": {Name: "hook", Type: "webhook"}}
		dir.Retention.Incidents = time.Hour
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
	case s.Count-s.Left != len(s.Alerts):
		t.Fatalf("%d alerts are counted, %d left, %d are there", s.Count, s.Left, len(s.Alerts))
	case s.Noted != len(s.Timeline):
		t.Fatalf("%d entries are counted, %d are there", s.Noted, len(s.Timeline))
	}
	checkOrder(t, s)
	for i, e := range s.Timeline {
		if e.N != i+1 || i > 0 && e.At.Before(s.Timeline[i-1].At) {
			t.Fatalf("entry %d is %+v", i+1, e)
		}
	}
}

// checkOrder holds the times that somebody set against each other, what waits to be done against what is closed, and what
// the channels were told against the timeline.
func checkOrder(t *rapid.T, s *State) {
	t.Helper()
	var last time.Time
	for _, m := range Moments {
		set, ok := s.Times[m]
		if !ok {
			continue
		}
		if set.At.Before(last) {
			t.Fatalf("%s was set to %s, before what comes before it", m, set.At)
		}
		last = set.At
	}
	seen := map[string]bool{}
	for _, e := range s.Errands {
		key := fmt.Sprint(e.Do, e.Alert, e.To)
		if seen[key] {
			t.Fatalf("the errand %+v is there twice", e)
		}
		seen[key] = true
	}
	if s.Announced != s.Noted {
		t.Fatalf("the channels know %d of %d entries", s.Announced, s.Noted)
	}
	if s.Status != Open && !s.CommandDue.IsZero() {
		t.Fatalf("it is %s, and somebody is to be asked to command it", s.Status)
	}
	if s.Status == Closed && s.Forced == "" && len(s.Checks) == 0 {
		t.Fatal("it was closed without its checklist, and nobody forced it")
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
