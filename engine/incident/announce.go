package incident

import (
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// outMost is how many messages are remembered.
const outMost = 100

// announce tells the configured channels what is new.
func (s *State) announce(env Env) {
	if s.Announced == s.Noted {
		return
	}
	s.Out.Announce(env.Dir.Places(env.Dir.Incident.Channels), s.Announced, s.news, env.Now)
	s.Announced = s.Noted
}

// news is what the timeline says after an entry.
func (s *State) news(after int) string {
	var lines []string
	for _, e := range s.Timeline {
		if e.N > after {
			lines = append(lines, page.Line(e.By, e.Kind, e.Text))
		}
	}
	return page.News(lines)
}

// Settled takes what came of a message, or of a task.
func (s *State) Settled(o page.Outcome, env Env) {
	p := s.Out.Page(o.N)
	if p != nil && issue.Tracks(p) {
		s.issueSettled(p, o, env)
		return
	}
	failed := s.Out.Settle(o, env.Now)
	switch {
	case p != nil && p.Kind == page.Work:
		s.worked(p, o, env)
	case failed != nil:
		s.undelivered(failed, env)
	}
}

// Reported takes a provider's later word about a message.
func (s *State) Reported(n int, ref string, delivered bool, reason string, env Env) {
	if p := s.Out.Report(n, ref, delivered, reason, env.Now); p != nil {
		s.undelivered(p, env)
	}
}

// undelivered writes down that somebody could not be told. Channels are not told of it: that would never end.
func (s *State) undelivered(p *page.Page, env Env) {
	told := s.Announced == s.Noted
	s.note(env, "failed", "", fmt.Sprintf("%s could not be told over %s: %s", p.User+p.Channel, p.Via, p.Error))
	if told {
		s.Announced = s.Noted
	}
}
