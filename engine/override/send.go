package override

import (
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// send pages somebody at once over the first way of their plans, that of low urgency first, or over the one after a way
// that failed. Whom no way reaches is not paged: the audit says so.
func send(b *page.Batch, user string, kind page.Kind, text, failed string, env Env) {
	var ways []string
	for _, priority := range append([]string{""}, env.Dir.HighUrgency...) {
		for _, m := range env.Dir.Reach(user, priority) {
			if !slices.Contains(ways, m.Via) {
				ways = append(ways, m.Via)
			}
		}
	}
	next := slices.Index(ways, failed) + 1
	if failed != "" && next == 0 || next >= len(ways) {
		return
	}
	b.Add(page.Page{Kind: kind, User: user, Via: ways[next], Text: text, DueAt: env.Now})
}

// Settled takes what came of a claimed page. Where a way fails for good the person's next one is tried.
func (s *Absence) Settled(o page.Outcome, env Env) { s.again(s.Batch.Settle(o, env.Now), env) }

// Reported takes a provider's later word about a page.
func (s *Absence) Reported(n int, ref string, delivered bool, reason string, env Env) {
	s.again(s.Batch.Report(n, ref, delivered, reason, env.Now), env)
}

func (s *Absence) again(failed *page.Page, env Env) {
	if failed != nil && s.Status == Active {
		send(&s.Batch, failed.User, failed.Kind, failed.Text, failed.Via, env)
	}
	if s.Status != Active {
		s.stop(env)
	}
}

// Title is the headline of its pages of a kind.
func (s *Absence) Title(kind page.Kind) string {
	switch kind {
	case page.Request:
		return s.User + " is away: can you take a shift?"
	case page.Reminder:
		return "Nobody covers for " + s.User + " yet"
	}
	return "A shift of yours is covered"
}

func isMember(members []directory.Member, user string) bool {
	return slices.ContainsFunc(members, func(m directory.Member) bool { return m.User == user })
}
