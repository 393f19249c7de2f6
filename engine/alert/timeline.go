package alert

import (
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// The timeline and the pages of one alert are bounded: the beginning and the latest are kept.
const (
	timelineHead = 100
	timelineMax  = 400
	pagesMax     = 300
	postsMax     = 40
)

// compactPosts forgets the oldest answers in threads; what they answer is kept.
func (s *State) compactPosts() {
	over := len(s.Posts) - postsMax
	if over <= 0 {
		return
	}
	type place struct{ via, user, channel string }
	seen := map[place]bool{}
	s.Posts = slices.DeleteFunc(s.Posts, func(p Post) bool {
		at := place{p.Via, p.User, p.Channel}
		if over <= 0 || !seen[at] || !p.LeaseUntil.IsZero() {
			seen[at] = true
			return false
		}
		over--
		return true
	})
}

func (s *State) note(env Env, kind, by, text string) {
	s.Timeline = append(s.Timeline, Entry{At: env.Now, Kind: kind, By: by, Text: text})
}

// compact keeps a long-lived alert small. A page is dropped only when nothing can come of it any more.
func (s *State) compact() {
	if over := len(s.Timeline) - timelineMax; over > 0 {
		s.Timeline = append(s.Timeline[:timelineHead], s.Timeline[timelineHead+over:]...)
		s.Dropped += over
	}
	s.compactPosts()
	over := len(s.Pages) - pagesMax
	if over <= 0 {
		return
	}
	kept := s.Pages[:0]
	for _, p := range s.Pages {
		old := !slices.ContainsFunc(s.Runs, func(r Run) bool { return s.ofRound(p, &r) })
		if over > 0 && old && p.Status != page.Pending && p.Status != page.Held && p.Status != page.Sending {
			over--
			continue
		}
		kept = append(kept, p)
	}
	s.Pages = kept
}
