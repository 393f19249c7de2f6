package incident

import (
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// closedWith is a closed incident in a world with so many teams, t1 and on.
func closedWith(t *testing.T, teams int) *story {
	dir := org(severe)
	for n := range teams {
		name := fmt.Sprint("t", n+1)
		dir.Teams[name] = directory.Team{Name: name}
	}
	s := begin(t, dir, Opening{Title: "Checkout fails", Priority: "P4", By: "ethan"})
	s.must(10, Action{Do: Close, By: "ethan"})
	return s
}

// asks has a team ask for a postmortem, which is made.
func (s *story) asks(minute int, team string) {
	s.t.Helper()
	fx := s.must(minute, Action{Do: AskPostmortem, By: "ethan", Team: team})
	equal(s.t, "postmortem for", fx.PostmortemFor, team)
	s.must(minute, PostmortemMade{ID: store.NewID(store.KindPostmortem, Shard), Name: "PM of " + team, Team: team})
}

func TestFiftyTeamsWriteAPostmortemOfAnIncidentAndNoMore(t *testing.T) {
	t.Parallel()
	s := closedWith(t, 51)
	for n := range 50 {
		s.asks(20, fmt.Sprint("t", n+1))
	}
	equal(t, "one more", s.refused(21, Action{Do: AskPostmortem, By: "ethan", Team: "t51"}), "50 teams have a postmortem of INC-7 already.")
	if fx := s.must(22, Action{Do: AskPostmortem, By: "ethan", Team: "t50"}); fx.PostmortemFor != "" || len(s.Postmortems()) != 50 {
		t.Errorf("one that has it asked again: %q, %d postmortems", fx.PostmortemFor, len(s.Postmortems()))
	}
}

func TestATeamThatAsksLateKeepsTheIncidentThatWasToBeDeleted(t *testing.T) {
	t.Parallel()
	s := closedWith(t, 2)
	s.asks(20, "t1")
	s.dir.Retention.Incidents = 24 * time.Hour
	late := 2 * 24 * 60
	s.must(late, Woken{})
	if len(s.Errands) != 1 || s.Errands[0].Do != Ask {
		t.Fatalf("errands: %+v, want to ask whether its postmortem is owed", s.Errands)
	}
	ask := s.Errands[0]
	s.must(late, Done{Errands: []int{ask.N}}) // that of the first team is written
	if s.GoneAt(Env{Now: at(late), Dir: s.dir}).IsZero() {
		t.Fatal("nothing keeps it, and it is not to be deleted: this shows nothing")
	}
	s.dir.Retention.Incidents = 7 * 24 * time.Hour // a reload: it stays for now
	s.asks(late+1, "t2")
	s.dir.Retention.Incidents = 24 * time.Hour
	if gone := s.GoneAt(Env{Now: at(late + 2), Dir: s.dir}); !gone.IsZero() {
		t.Errorf("it is deleted at %v, though the postmortem of the second team is owed", gone)
	}
	s.must(late+2, Woken{})
	if len(s.Errands) != 1 || s.Errands[0].Do != Ask {
		t.Errorf("errands: %+v, want to ask again", s.Errands)
	}
}
