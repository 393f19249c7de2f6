package incident

import "testing"

func TestTheSameCauseMarkedAgainIsNoNews(t *testing.T) {
	t.Parallel()
	s := begin(t, org(nil), Opening{Title: "Payments fail", Priority: "P1", By: "amir"})
	mark := func(minute int, deployment, note string) {
		s.must(minute, Action{Do: MarkCause, By: "darren", Note: note, Cause: &Cause{Deployment: deployment, Title: "payments 1.4.2"}})
	}
	mark(1, "DEP-5", "connections ran out")
	lines := len(s.Timeline)
	mark(2, "DEP-5", "")
	mark(3, "DEP-5", "connections ran out")
	equal(t, "lines of the timeline", len(s.Timeline), lines)
	equal(t, "marked", s.Cause.MarkedAt, at(1))
	equal(t, "because", s.Cause.Note, "connections ran out")
	mark(4, "DEP-6", "")
	equal(t, "another one", s.says("cause"), "caused by DEP-6, payments 1.4.2, and not by DEP-5")
}
