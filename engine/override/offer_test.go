package override_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func TestAProposalThatIsTakenBackBeforeItsMessageWentOutTellsNobody(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	plan, problems := schedules.New(schedules.Spec{Name: "primary", Rotations: []schedules.RotationSpec{
		{Name: "days", Starts: "2026-03-02T09:00", Every: "1d", Participants: [][]string{{"ethan"}, {"amir"}}},
	}})
	if plan == nil {
		t.Fatal(problems)
	}
	env := directory.Env{Now: now, Dir: &directory.Directory{
		Users:         map[string]directory.User{"ethan": {Name: "ethan", Email: "ethan@example.com"}, "amir": {Name: "amir", Email: "amir@example.com"}},
		Schedules:     map[string]*schedules.Schedule{"primary": plan},
		DefaultNotify: directory.Plans{Low: []directory.Method{{Via: "email"}}}, Vias: map[string]bool{"email": true},
	}}
	from := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	s, err := override.NewSwap("t00-06gzh7rfw1xmbfcs8d2raep1f0", 1, override.Trade{
		Schedule: "primary", Giver: "ethan", Asked: "amir", By: "ethan", Give: override.Piece{From: from, To: from.Add(24 * time.Hour)},
	}, nil, env)
	if err != nil || len(s.Pages) != 1 || s.Pages[0].User != "amir" || s.Pages[0].Kind != page.Request {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := s.Decline("ethan", "", env); err != nil {
		t.Fatal(err)
	}
	if len(s.Pages) != 1 || s.Pages[0].Status != page.Cancelled {
		t.Errorf("the pages are %+v", s.Pages)
	}
}
