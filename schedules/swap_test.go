package schedules

import (
	"strings"
	"testing"
	"time"
)

func TestASwapIsTwoOverrides(t *testing.T) {
	t.Parallel()
	s := build(t, daily())
	p := func(text string) time.Time { return at(t, s, text) }
	overrides, problems := s.Swap(Swap{
		ID: "s1", From: "ethan", To: "amir", Reason: "wedding",
		Give: Piece{From: p("2026-03-06T09:00"), Until: p("2026-03-07T09:00")},
		Take: &Piece{From: p("2026-03-11T09:00"), Until: p("2026-03-12T09:00"), Rotation: "daily"},
	}, p("2026-03-03T10:00"), nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	swapped, problems := s.With(overrides)
	if len(problems) > 0 || len(overrides) != 2 {
		t.Fatal(overrides, problems)
	}
	expect(t, swapped, map[string][]string{
		"2026-03-06T08:59": jason,
		"2026-03-06T09:00": amir,
		"2026-03-07T09:00": amir,  // his own
		"2026-03-10T09:00": ethan, // his own
		"2026-03-11T09:00": ethan,
		"2026-03-12T09:00": darren,
	})
}

func TestASwapThatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	spec := daily()
	spec.Rotations = append(spec.Rotations, RotationSpec{Name: "backup", Participants: turns("darren")})
	s := build(t, spec)
	p := func(text string) time.Time { return at(t, s, text) }
	give := Piece{Rotation: "daily", From: p("2026-03-06T09:00"), Until: p("2026-03-07T09:00")}
	away := []Away{{User: "jason", From: p("2026-03-06T20:00"), Until: p("2026-03-06T21:00")}}
	cases := []struct {
		name string
		swap Swap
		now  string
		want string
	}{
		{"with oneself", Swap{From: "ethan", To: "ethan", Give: give}, "2026-03-03T10:00", "to: a swap is between two people"},
		{"with nobody", Swap{From: "ethan", To: Nobody, Give: give}, "2026-03-03T10:00", "to: nobody cannot swap"},
		{"of what has begun", Swap{From: "ethan", To: "amir", Give: give}, "2026-03-06T09:01", "give.from: 2026-03-06T09:00:00-05:00 has passed"},
		{"of what one does not have", Swap{From: "amir", To: "ethan", Give: give}, "2026-03-03T10:00", "give: amir is not on call there"},
		{"of what one has in another rotation", Swap{From: "ethan", To: "amir", Give: Piece{"backup", give.From, give.Until}}, "2026-03-03T10:00", "give: ethan is not on call there"},
		{"of more than one has", Swap{From: "ethan", To: "amir", Give: Piece{"", give.From, give.Until.Add(time.Second)}}, "2026-03-03T10:00", "give: ethan is not on call there at 2026-03-07T09:00:00-05:00"},
		{"with who is on call already", Swap{From: "ethan", To: "darren", Give: give}, "2026-03-03T10:00", "give: darren is on call already"},
		{"with who is away", Swap{From: "ethan", To: "jason", Give: give}, "2026-03-03T10:00", "give: jason is away from"},
		{"of no time", Swap{From: "ethan", To: "amir", Give: Piece{"", give.From, give.From}}, "2026-03-03T10:00", "give.until"},
		{"in no rotation", Swap{From: "ethan", To: "amir", Give: Piece{"x", give.From, give.Until}}, "2026-03-03T10:00", "give.rotation: no rotation is named \"x\""},
		{"for what the other does not have", Swap{From: "ethan", To: "amir", Give: give, Take: &Piece{"", p("2026-03-12T09:00"), p("2026-03-13T09:00")}}, "2026-03-03T10:00", "take: amir is not on call there"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			overrides, problems := s.Swap(c.swap, p(c.now), away)
			if len(problems) == 0 || overrides != nil {
				t.Fatal("it went through")
			}
			var all []string
			for _, problem := range problems {
				all = append(all, problem.Error())
			}
			if got := strings.Join(all, "\n"); !strings.Contains(got, c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
