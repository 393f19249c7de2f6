package handoff

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// tell makes the notice of a person, in place of the one before, and its pages where it is wanted. Where nothing of
// the one before has gone out, the two cancel each other out: as far as the person knows, nothing has changed.
func (s *State) tell(env Env, n Notice) {
	unsent := s.withdraw(n.User)
	s.Told++
	n.N = s.Told
	s.Notices = append(slices.DeleteFunc(s.Notices, func(x Notice) bool { return x.User == n.User }), n)
	kind, wanted := "off", s.Settings.Off
	if n.On || !n.From.IsZero() { // who was told ahead must know that it does not come
		wanted = s.Settings.On
	}
	if n.On {
		kind = "on"
	}
	title, text := s.Words(n, env)
	switch _, known := env.Dir.Users[n.User]; {
	case unsent:
		s.note(env, "withdrawn", n.User, "is not told what was over before it was sent")
	case !wanted || !known:
	case s.page(env, n, s.ways(env, n.User)):
		s.spend(n.User, env.Now)
		s.note(env, kind, n.User, title+". "+text)
	default:
		s.note(env, "unreachable", n.User, "cannot be reached: "+title)
	}
}

// withdraw gives up what has not gone out of a person's latest notice. It says true when that is all of it.
func (s *State) withdraw(user string) bool {
	unsent := s.unsent(user)
	for i := range s.Pages {
		if p := &s.Pages[i]; p.User == user && s.latest(p) {
			p.Cancel()
		}
	}
	if unsent {
		s.refund(user)
	}
	return unsent
}

// unsent reports whether a person's latest notice was to go out, and nothing of it has.
func (s *State) unsent(user string) bool {
	pages := 0
	for i := range s.Pages {
		p := &s.Pages[i]
		if p.User != user || !s.latest(p) {
			continue
		}
		if pages++; p.Status != page.Pending || p.Attempts > 0 {
			return false
		}
	}
	return pages > 0
}

// latest reports whether a page is of the latest notice of its person.
func (s *State) latest(p *page.Page) bool {
	n, ok := s.Notice(p.Round)
	return ok && n.User == p.User
}

// page sends a notice over ways, and says whether there is any.
func (s *State) page(env Env, n Notice, ways []string) bool {
	for _, via := range ways {
		s.Paged++
		s.Pages = append(s.Pages, page.Page{
			N: s.Paged, Kind: page.Handoff, Round: n.N, User: n.User, Via: via,
			Status: page.Pending, DueAt: s.audible(env, n.User),
		})
	}
	return len(ways) > 0
}

// ways are those of the settings that reach a person, or else the first one of the person's plans.
func (s *State) ways(env Env, user string) (ways []string) {
	for _, via := range s.Settings.Via {
		if env.Dir.Address(user, via) != "" && !slices.Contains(ways, via) {
			ways = append(ways, via)
		}
	}
	if plan := planned(env, user); len(ways) == 0 && len(plan) > 0 {
		return plan[:1]
	}
	return ways
}

// planned are the ways of a person's plans, those of low urgency first. No phone rings for a hand-off, unless the
// settings say so.
func planned(env Env, user string) (ways []string) {
	const least, most = len(event.Priorities) - 1, 0
	for _, urgency := range [...]int{least, most} {
		for _, m := range env.Dir.Reach(user, event.Priorities[urgency]) {
			if m.Via != "voice" && !slices.Contains(ways, m.Via) {
				ways = append(ways, m.Via)
			}
		}
	}
	return ways
}

// failed notes that a page did not arrive. When no page of the notice did, the person's next way is tried.
func (s *State) failed(env Env, p *page.Page) {
	s.note(env, "failed", p.User, "could not be told over "+p.Via+": "+p.Error)
	if !s.latest(p) {
		return
	}
	var tried []string
	for _, other := range s.Pages {
		if other.Round != p.Round {
			continue
		}
		if other.Status != page.Failed {
			return
		}
		tried = append(tried, other.Via)
	}
	n, _ := s.Notice(p.Round)
	plan := slices.DeleteFunc(planned(env, p.User), func(via string) bool { return slices.Contains(tried, via) })
	if len(plan) == 0 {
		s.note(env, "unreachable", n.User, "could not be told over "+strings.Join(tried, ", "))
		return
	}
	s.page(env, n, plan[:1])
}

// dropUnwanted gives up what comes up again though the person was told something newer since.
func (s *State) dropUnwanted(env Env) {
	for i := range s.Pages {
		if p := &s.Pages[i]; p.Due(env.Now) && !s.latest(p) {
			p.Status, p.LeaseUntil = page.Cancelled, time.Time{}
		}
	}
}

// compact forgets the pages that are done with, but for those of the latest notices, and notices that people go off
// call once they have them.
func (s *State) compact() {
	s.Pages = slices.DeleteFunc(s.Pages, func(p page.Page) bool { return !p.Waiting() && !s.latest(&p) })
	s.Notices = slices.DeleteFunc(s.Notices, func(n Notice) bool {
		return !n.On && !slices.ContainsFunc(s.Pages, func(p page.Page) bool {
			return p.Round == n.N && p.Status != page.Delivered && p.Status != page.Cancelled
		})
	})
}
