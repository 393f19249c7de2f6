package override

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// propose asks whom the swap is proposed to.
func (s *Swap) propose(env Env) {
	send(&s.Batch, s.Asked, page.Request, fmt.Sprintf("%s asks you to trade on-call time%s:\n%s\nNothing changes until you accept, with the link or with: tocsin swap accept %s --as %s",
		s.Giver, because(s.Reason), s.words(env.Dir.ZoneOf(s.Asked)), s.Name(), s.Asked), "", env)
}

// answered tells those who have not answered themselves what became of it: who would give the shift and, when it was
// taken back, who was asked.
func (s *Swap) answered(env Env) {
	asked := slices.ContainsFunc(s.Pages, func(p page.Page) bool { return p.Attempts > 0 })
	s.stopAsking(env)
	if s.EndedBy != s.Giver {
		what := map[Status]string{Accepted: "accepted the swap", Declined: "declined the swap", Expired: "Nobody answered in time: the swap has expired"}[s.Status]
		if s.EndedBy != "" {
			what = s.EndedBy + " " + what
		}
		send(&s.Batch, s.Giver, page.Notice, s.news(what, s.Giver, env), "", env)
	}
	if s.Status == Declined && s.EndedBy != s.Asked && asked {
		send(&s.Batch, s.Asked, page.Notice, s.news(s.EndedBy+" took the swap back", s.Asked, env), "", env)
	}
}

func (s *Swap) news(what, user string, env Env) string {
	return fmt.Sprintf("%s%s:\n%s", what, because(s.EndedFor), s.words(env.Dir.ZoneOf(user)))
}

// words are the terms of it, a line for each piece.
func (s *Swap) words(zone *time.Location) string {
	line := func(taker, giver string, p Piece) string {
		return fmt.Sprintf("%s takes %s from %s to %s for %s", taker, s.Schedule, when(p.From, zone), when(p.To, zone), giver)
	}
	list := []string{line(s.Asked, s.Giver, s.Give)}
	if s.Take != nil {
		list = append(list, line(s.Giver, s.Asked, *s.Take))
	}
	return strings.Join(list, "\n")
}

// stopAsking gives up a request that did not go out yet when there is nothing to answer any more.
func (s *Swap) stopAsking(env Env) {
	if s.Status != Proposed {
		s.Stop(env.Now, func(p page.Page) bool { return p.Kind == page.Request })
	}
}

// Settled takes what came of a claimed page. Where a way fails for good the person's next one is tried.
func (s *Swap) Settled(o page.Outcome, env Env) { s.again(s.Batch.Settle(o, env.Now), env) }

// Reported takes a provider's later word about a page.
func (s *Swap) Reported(n int, ref string, delivered bool, reason string, env Env) {
	s.again(s.Batch.Report(n, ref, delivered, reason, env.Now), env)
}

func (s *Swap) again(failed *page.Page, env Env) {
	if failed != nil && (failed.Kind == page.Notice || s.Status == Proposed) {
		send(&s.Batch, failed.User, failed.Kind, failed.Text, failed.Via, env)
	}
	s.stopAsking(env)
}

// Title is the headline of its pages of a kind.
func (s *Swap) Title(kind page.Kind) string {
	switch {
	case kind == page.Request:
		return s.Giver + " asks you to trade on-call time"
	case s.Status == Expired:
		return s.Name() + " has expired"
	}
	return s.Name() + " was " + string(s.Status)
}
