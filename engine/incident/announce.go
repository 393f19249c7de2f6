package incident

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const (
	newsMost = 20  // entries of the timeline that one message tells
	outMost  = 100 // messages that are remembered
)

// announce tells the configured channels what is new. What waits to be sent takes in what comes after it, so that a
// slow receiver gets fewer messages, and no more than one waits for it.
func (s *State) announce(env Env) {
	if s.Announced == s.Noted {
		return
	}
	for _, name := range env.Dir.Incident.Channels {
		channel, ok := env.Dir.Channels[name]
		if !ok {
			continue
		}
		since := s.Announced
		if i := slices.IndexFunc(s.Out.Pages, func(p page.Page) bool {
			return p.Kind == page.Notice && p.Channel == name && p.Status == page.Pending && p.Attempts == 0
		}); i >= 0 {
			since = s.Out.Pages[i].Round
			s.Out.Pages[i].Text = s.news(since)
			continue
		}
		s.Out.Add(page.Page{Kind: page.Notice, Channel: name, Via: channel.Type, DueAt: env.Now, Round: since, Text: s.news(since)})
	}
	s.Announced = s.Noted
	s.Out.Trim(outMost)
}

// news is what the timeline says after an entry, one line for each.
func (s *State) news(after int) string {
	var lines []string
	for _, e := range s.Timeline {
		if e.N <= after {
			continue
		}
		text := e.Text
		if text == "" {
			text = e.Kind
		}
		if e.By != "" {
			text = e.By + ": " + text
		}
		lines = append(lines, text)
	}
	if more := len(lines) - newsMost; more > 0 {
		lines = append([]string{fmt.Sprintf("(%d more before)", more)}, lines[more:]...)
	}
	return strings.Join(lines, "\n")
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
