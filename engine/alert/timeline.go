package alert

import "github.com/tocsin-oncall/tocsin/engine/page"

// The timeline and the pages of one alert are bounded: the beginning and the latest are kept.
const (
	timelineHead = 100
	timelineMax  = 400
	pagesMax     = 300
)

func (s *State) note(env Env, kind, by, text string) {
	s.Timeline = append(s.Timeline, Entry{At: env.Now, Kind: kind, By: by, Text: text})
}

// compact keeps a long-lived alert small. A page is dropped only when nothing can come of it any more.
func (s *State) compact() {
	if over := len(s.Timeline) - timelineMax; over > 0 {
		s.Timeline = append(s.Timeline[:timelineHead], s.Timeline[timelineHead+over:]...)
		s.Dropped += over
	}
	over := len(s.Pages) - pagesMax
	if over <= 0 {
		return
	}
	kept := s.Pages[:0]
	for _, p := range s.Pages {
		old := !s.inPresentRound(p)
		if over > 0 && old && p.Status != page.Pending && p.Status != page.Sending {
			over--
			continue
		}
		kept = append(kept, p)
	}
	s.Pages = kept
}

func (s *State) inPresentRound(p page.Page) bool {
	for _, run := range s.Runs {
		if p.Step > 0 && p.Run == run.ID && p.Round == run.Round {
			return true
		}
	}
	return false
}
