package incident

import "slices"

// The timeline and the alerts of one incident are bounded: the beginning and the latest are kept. That an
// alert joined is left out first: it is the least of what people come back for.
const (
	timelineHead = 200
	timelineMax  = 1000
	alertsHead   = 200
	alertsMax    = 1000
)

const kindJoined = "joined"

func (s *State) note(env Env, kind, by, text string) {
	s.Noted++
	s.Timeline = append(s.Timeline, Entry{N: s.Noted, At: env.Now, Kind: kind, By: by, Text: text})
}

func (s *State) compact() {
	s.Out.Trim(outMost)
	if over := len(s.Alerts) - alertsMax; over > 0 {
		s.Alerts = slices.Delete(s.Alerts, alertsHead, alertsHead+over)
	}
	over := len(s.Timeline) - timelineMax
	if over <= 0 {
		return
	}
	kept := s.Timeline[:timelineHead]
	for _, e := range s.Timeline[timelineHead:] {
		if over > 0 && e.Kind == kindJoined {
			over--
			continue
		}
		kept = append(kept, e)
	}
	s.Timeline = slices.Delete(kept, timelineHead, timelineHead+over)
}
