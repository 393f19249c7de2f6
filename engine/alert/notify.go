package alert

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// notify makes the pages of one step: for every person those of their plan, for every place one. What
// cannot be reached is written down.
func (s *State) notify(run, round, step int, what policy.Step, env Env) {
	to := env.Dir.Resolve(what.Notify, env.Now, env.Pick)
	made := page.Page{Run: run, Round: round, Step: step, Always: what.Unless == policy.UnlessClosed, Status: page.Pending, DueAt: env.Now}
	var told []string
	for _, name := range to.Users {
		if s.Status == Acked && name == s.AckedBy {
			continue // has it already
		}
		if slices.Contains(s.Declined, name) {
			continue
		}
		p := made
		p.User = name
		if s.plan(p, env) {
			told = append(told, name)
		} else {
			s.note(env, "unreachable", "", name+" has no working way to be reached")
		}
	}
	for _, name := range to.Channels {
		p := made
		p.Channel, p.Via = name, env.Dir.Channels[name].Type
		s.add(p)
		told = append(told, name)
	}
	for _, m := range to.Missing {
		s.note(env, "unreachable", "", m)
	}
	text := "pages " + strings.Join(told, ", ")
	if len(told) == 0 {
		text = "resolves to nobody"
	}
	if step > 0 {
		text = fmt.Sprintf("step %d %s", step, text)
	}
	s.note(env, "step", "", text)
}

// plan makes the pages of a person's notification plan, and reports whether there was any way. The first
// way that works is used at once, whatever stood before it.
func (s *State) plan(p page.Page, env Env) bool {
	methods := env.Dir.Reach(p.User, s.Priority)
	for i, m := range methods {
		p.Via = m.Via
		p.DueAt = env.Now
		if i > 0 {
			p.DueAt = env.Now.Add(m.After)
		}
		p.DueAt = m.Wait(p.DueAt)
		s.add(p)
	}
	return len(methods) > 0
}

func (s *State) add(p page.Page) {
	s.Paged++
	p.N = s.Paged
	s.Pages = append(s.Pages, p)
}

// handOn makes a person's next page of the same step due at once: the way before it failed. A page that was
// tried and waits to be tried again keeps its time.
func (s *State) handOn(failed *page.Page, env Env) {
	if failed.User == "" {
		return
	}
	for i := range s.Pages {
		p := &s.Pages[i]
		if (p.Status == page.Pending || p.Status == page.Held) && p.Failures == 0 && p.N > failed.N && p.User == failed.User && p.Kind == failed.Kind &&
			p.Run == failed.Run && p.Round == failed.Round && p.Step == failed.Step {
			now := env.Now
			if p.Status == page.Held {
				now = s.HeldAt // for it, the time stands still
			}
			if p.DueAt.After(now) {
				p.DueAt = now
			}
			return
		}
	}
}

// tell writes to everybody who was paged, but not to by, what became of the alert: in the same place, and
// once for each way. Posts are edited instead, and no phone rings for it; a quiet word sends no text
// message either.
func (s *State) tell(env Env, by, text string, quiet bool) {
	type place struct{ via, user, channel string }
	seen := map[place]bool{}
	for _, post := range s.Posts {
		seen[place{post.Via, post.User, post.Channel}] = true
	}
	for _, p := range s.Pages { // those added below are not seen: range has its own copy of the slice
		to := place{p.Via, p.User, p.Channel}
		got := p.Status == page.Sent || p.Status == page.Delivered || p.Status == page.Sending
		if p.Kind != page.Escalation || !got || seen[to] || p.User == by && by != "" ||
			p.Via == "voice" || quiet && p.Via == "sms" {
			continue
		}
		seen[to] = true
		s.add(page.Page{Kind: page.Notice, User: p.User, Channel: p.Channel, Via: p.Via, Text: text, Status: page.Pending, DueAt: env.Now})
	}
}

// cancel gives up the pending escalation pages that pick names.
func (s *State) cancel(pick func(i int) bool) {
	for i := range s.Pages {
		if s.Pages[i].Kind == page.Escalation && pick(i) {
			s.Pages[i].Cancel()
		}
	}
}
