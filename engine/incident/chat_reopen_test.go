package incident

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// closing is an incident with a channel, at the moment when its end is about to be told there.
func closing(t *testing.T) *story {
	t.Helper()
	s := begin(t, chatty(func(c *directory.Chat) { c.ArchiveAfter = time.Hour }), Opening{Title: "Payments fail"})
	s.drain(1)
	s.must(10, Action{Do: Close, By: "amir"})
	for s.Chat.Doing != ChatClosing {
		s.slack(10)
	}
	return s
}

func TestAReopenedIncidentIsNotToldToBeClosed(t *testing.T) {
	t.Parallel()
	s := closing(t)
	s.settles(10, page.Outcome{Error: "HTTP 503"}) // Slack is away
	s.must(11, Action{Do: Reopen, By: "amir"})
	equal(t, "instead of the end", s.drain(12), []string{"post", "summary"})

	// Nor by another replica, after the one that was about to tell it crashed.
	s = closing(t)
	s.Out.Page(s.Chat.Task).Claim("r1", at(10))
	s.must(10, Action{Do: Reopen, By: "amir"})
	equal(t, "it may be under way", s.Chat.Doing, ChatClosing)
	s.must(11, Woken{})
	equal(t, "it is not any more", s.Chat.Doing, ChatPost)
}

func TestEveryCloseIsToldThoughOneBeforeWasJustBeingTold(t *testing.T) {
	t.Parallel()
	s := closing(t)
	p := s.Out.Page(s.Chat.Task)
	p.Claim("r1", at(10))
	s.must(10, Action{Do: Reopen, By: "amir"})
	s.must(12, Action{Do: Close, By: "amir"})
	s.Settled(page.Outcome{N: p.N, Fence: p.Attempts}, Env{Now: at(12), Dir: s.dir})
	equal(t, "the second end", s.drain(12), []string{"post", "closing"})
}

func TestWhatWasNotToldOfACloseIsNotToldOfTheNext(t *testing.T) {
	t.Parallel()
	s := closing(t)
	p := s.Out.Page(s.Chat.Task)
	p.Claim("r1", at(10))
	s.must(10, Action{Do: Reopen, By: "amir"})
	s.must(12, Action{Do: Close, By: "amir"})
	s.Settled(page.Outcome{N: p.N, Fence: p.Attempts, Error: "no answer in time"}, Env{Now: at(12), Dir: s.dir})
	equal(t, "one end, in a task of its own", s.drain(12), []string{"post", "closing"})
}

func TestAChannelThatMayHaveBeenArchivedIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	s := closing(t)
	s.drain(10)
	s.must(70, Woken{})
	equal(t, "at its time", s.Chat.Doing, ChatArchive)
	s.settles(70, page.Outcome{Error: "no answer in time"})
	s.must(71, Action{Do: Reopen, By: "amir"})
	equal(t, "not archived while it is open", s.task(), "revive name=inc-7-payments-fail private=false channel=C7")
}

func TestAnEditOfTheSummaryShowsWhatIsSoByThen(t *testing.T) {
	t.Parallel()
	s := begin(t, chatty(), Opening{Title: "Payments fail"})
	s.drain(1)
	s.must(2, Action{Do: SetRole, Role: Commander, User: "amir", By: "amir"})
	for s.Chat.Doing != ChatSummary {
		s.slack(2)
	}
	s.settles(2, page.Outcome{Error: "HTTP 503"})
	s.must(3, Action{Do: Mitigate, By: "amir"})
	equal(t, "one edit is enough", s.drain(4), []string{"summary", "post"})
}
