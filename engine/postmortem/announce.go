package postmortem

import "github.com/tocsin-oncall/tocsin/engine/page"

// Entries about deliveries: channels are not told of them, for that would never end.
const (
	kindFailed = "failed"
	kindLate   = "late_outcome"
)

// announce tells the configured channels what is new.
func (s *State) announce(env Env) {
	if s.Announced == s.Noted {
		return
	}
	s.Announce(env.Dir.Places(env.Dir.Postmortem.Channels), s.Announced, s.news, env.Now)
	s.Announced = s.Noted
}

// news is what the timeline says after an entry.
func (s *State) news(after int) string {
	var lines []string
	for _, e := range s.Timeline {
		if e.N > after && e.Kind != kindFailed && e.Kind != kindLate {
			lines = append(lines, page.Line(e.By, e.Kind, e.Text))
		}
	}
	return page.News(lines)
}
