package schedules

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNextAndPreviousFollowTheParticipants(t *testing.T) {
	t.Parallel()
	weekdays := []RestrictionSpec{{Days: []string{"mon", "tue", "wed", "thu", "fri"}}}
	rotation := func(participants [][]string) RotationSpec {
		return RotationSpec{Name: "r", Starts: "2026-03-02T09:00", Every: "1d", Participants: participants}
	}
	four := turns("ethan", "amir", "darren", "jason")
	cases := []struct {
		name           string
		spec           Spec
		at             string
		next, previous []string
	}{
		{"in order", Spec{Rotations: []RotationSpec{rotation(four)}}, "2026-03-03T10:00", darren, ethan},
		{"and round again", Spec{Rotations: []RotationSpec{rotation(four)}}, "2026-03-05T10:00", ethan, darren},
		{"before the first turn", Spec{Rotations: []RotationSpec{rotation(four)}}, "2026-03-02T08:00", ethan, nobody},
		{"one person has no next", Spec{Rotations: []RotationSpec{rotation(turns("ethan"))}}, "2026-03-03T10:00", nobody, nobody},
		{"the same person twice in a row is no next", Spec{Rotations: []RotationSpec{rotation(turns("ethan", "ethan", "amir"))}}, "2026-03-02T10:00", amir, amir},
		{"a deliberate gap is passed over", Spec{Rotations: []RotationSpec{rotation(turns("ethan", Nobody, "amir", "darren"))}}, "2026-03-02T10:00", amir, darren},
		{"in a deliberate gap, who comes or was there", Spec{Rotations: []RotationSpec{rotation(turns("ethan", Nobody, "amir"))}}, "2026-03-03T10:00", amir, ethan},
		{"only those of a group who are not on call", Spec{Rotations: []RotationSpec{rotation([][]string{{"ethan", "amir"}, {"amir", "darren"}, {"jason"}})}}, "2026-03-02T10:00", darren, jason},
		{
			"an override's user is on call and so not next",
			Spec{Rotations: []RotationSpec{rotation(four)}, Overrides: []OverrideSpec{{User: "amir", From: "2026-03-02T09:00", To: "2026-03-03T00:00"}}},
			"2026-03-02T10:00", darren, jason,
		},
		{
			"outside its hours, who comes or was there",
			Spec{Rotations: []RotationSpec{{Name: "r", Starts: "2026-03-02T00:00", Every: "1d", Participants: turns("ethan", "amir", "darren"), Restrict: weekdays}}},
			"2026-03-07T10:00", amir, amir, // Saturday: Monday is turn 7, Friday was turn 4
		},
		{
			"each rotation gives its own",
			Spec{Rotations: []RotationSpec{rotation(turns("ethan", "amir")), {Name: "b", Starts: "2026-03-02T09:00", Every: "1w", Participants: turns("jason", "darren")}}},
			"2026-03-02T10:00", []string{"amir", "darren"}, []string{"amir", "darren"},
		},
		{
			"in layers only the one that counts",
			Spec{Combine: Layers, Rotations: []RotationSpec{rotation(turns("ethan", "amir")), {Name: "b", Starts: "2026-03-02T09:00", Every: "1w", Participants: turns("jason", "darren")}}},
			"2026-03-02T10:00", darren, darren,
		},
		{
			"an override that fills a gap is followed by who comes on call",
			Spec{Rotations: []RotationSpec{rotation(four)}, Overrides: []OverrideSpec{{User: "ethan", From: "2026-03-01T09:00", To: "2026-03-02T09:00"}}},
			"2026-03-01T10:00", amir, nobody,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := build(t, c.spec)
			if diff := cmp.Diff(c.next, s.Next(at(t, s, c.at))); diff != "" {
				t.Errorf("next (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.previous, s.Previous(at(t, s, c.at))); diff != "" {
				t.Errorf("previous (-want +got):\n%s", diff)
			}
		})
	}
}
