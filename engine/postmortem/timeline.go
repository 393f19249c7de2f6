package postmortem

import (
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// The timeline and the reminders of one postmortem are bounded: the beginning and the latest are kept.
const (
	timelineHead = 100
	timelineMax  = 500
	pagesMax     = 60
)

func (s *State) note(env Env, kind, by, text string) {
	s.Noted++
	s.Timeline = append(s.Timeline, Entry{N: s.Noted, At: env.Now, Kind: kind, By: by, Text: text})
}

// compact keeps a postmortem that waits for long small. A page is dropped only when it is over.
func (s *State) compact() {
	if over := len(s.Timeline) - timelineMax; over > 0 {
		s.Timeline = slices.Delete(s.Timeline, timelineHead, timelineHead+over)
	}
	over := len(s.Pages) - pagesMax
	s.Pages = slices.DeleteFunc(s.Pages, func(p page.Page) bool {
		drop := over > 0 && !p.Waiting()
		if drop {
			over--
		}
		return drop
	})
}
