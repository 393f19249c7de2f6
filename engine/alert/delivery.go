package alert

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Page returns page n, or nil.
func (s *State) Page(n int) *page.Page {
	for i := range s.Pages {
		if s.Pages[i].N == n {
			return &s.Pages[i]
		}
	}
	return nil
}

func (p *Post) wake() time.Time {
	if !p.LeaseUntil.IsZero() {
		return p.LeaseUntil
	}
	return p.DueAt
}

// Due reports whether the post wants to be edited now.
func (p *Post) Due(now time.Time) bool { return reached(p.wake(), now) }

// Defer puts the edit off.
func (p *Post) Defer(until time.Time) {
	p.Replica, p.LeaseUntil, p.DueAt = "", time.Time{}, until
}

// Claim gives the edit of the post to a replica until the lease ends.
func (p *Post) Claim(replica string, now time.Time) {
	p.Replica, p.LeaseUntil = replica, now.Add(page.Lease)
	p.Attempts++
}

// stillWanted reports whether a page may go out in the alert's present state. It is asked again before
// every attempt: nobody is paged after the acknowledgement.
func (s *State) stillWanted(p *page.Page) bool {
	switch {
	case p.Kind != page.Escalation || s.Status == Open:
		return true
	case s.Status == Acked:
		return p.Always
	case s.Status == Snoozed:
		return p.Always && p.Step == 0 // somebody asked for this person
	}
	return false
}

// dropUnwanted cancels what became due but is not wanted any more: a claim that ran out, or a retry, of
// an alert that was acknowledged meanwhile.
func (s *State) dropUnwanted(env Env) {
	for i := range s.Pages {
		p := &s.Pages[i]
		if p.Due(env.Now) && !s.stillWanted(p) {
			p.Status, p.LeaseUntil = page.Cancelled, time.Time{}
		}
	}
}

func (in Settled) apply(s *State, env Env, _ *Effects) error {
	p := s.Page(in.N)
	switch {
	case p == nil:
		return nil
	case !p.Settle(in.Outcome, env.Now):
		if p.Lapsed(in.Fence) {
			s.note(env, "late_outcome", "", fmt.Sprintf("page %d attempt %d came to its end after its claim was over: it may have been sent twice", in.N, in.Fence))
		}
		return nil
	}
	to := p.User + p.Channel
	switch p.Status {
	case page.Sent, page.Delivered:
		s.note(env, "paged", "", fmt.Sprintf("%s told over %s", to, p.Via))
		if in.Editable {
			s.Posts = append(s.Posts, Post{Via: p.Via, User: p.User, Channel: p.Channel, Ref: in.Ref, Shown: in.Rev})
		}
	case page.Failed:
		s.note(env, "failed", "", fmt.Sprintf("%s could not be told over %s: %s", to, p.Via, p.Error))
		s.handOn(p, env)
	case page.Pending:
		s.note(env, "retry", "", fmt.Sprintf("%s over %s: %s; again at %s", to, p.Via, p.Error, p.DueAt.UTC().Format(time.RFC3339)))
		s.PutOff(p, p.DueAt, env)
		if !s.stillWanted(p) {
			p.Cancel()
		}
	}
	return nil
}

// maxPutOff is how long a page may be put off before the next way is taken: waiting longer is failing for now.
const maxPutOff = 30 * time.Second

// PutOff makes a page wait because its provider asked for it.
func (s *State) PutOff(p *page.Page, until time.Time, env Env) {
	p.Defer(until)
	if p.Kind == page.Escalation && until.Sub(env.Now) > maxPutOff {
		s.handOn(p, env)
	}
}

func (in Reported) apply(s *State, env Env, _ *Effects) error {
	p := s.Page(in.Page)
	if p == nil || !p.Report(in.Ref, in.Delivered, in.Reason, env.Now) {
		return nil
	}
	if in.Delivered {
		s.note(env, "delivered", "", fmt.Sprintf("%s got the %s", p.User+p.Channel, p.Via))
		return nil
	}
	s.note(env, "failed", "", fmt.Sprintf("%s did not get the %s: %s", p.User+p.Channel, p.Via, in.Reason))
	s.handOn(p, env)
	return nil
}

// maxEdits is how often an edit is tried; a message that shows an old state is a pity, not a lost page.
const maxEdits = 6

func (in Posted) apply(s *State, env Env, _ *Effects) error {
	for i := range s.Posts {
		p := &s.Posts[i]
		if p.Via != in.Via || p.Ref != in.Ref || p.Attempts != in.Fence || p.LeaseUntil.IsZero() {
			continue
		}
		p.Replica, p.LeaseUntil, p.DueAt = "", time.Time{}, time.Time{}
		switch {
		case in.Error == "":
			p.Shown, p.Attempts = in.Rev, 0
		case in.Permanent || p.Attempts >= maxEdits:
			p.Shown, p.Attempts = s.Rev, 0
			s.note(env, "edit_failed", "", fmt.Sprintf("the %s message to %s shows an old state: %s", p.Via, p.User+p.Channel, in.Error))
		default:
			p.DueAt = env.Now.Add(max(in.Wait, 5*time.Second))
		}
	}
	return nil
}

// refreshPosts makes every post that shows an old state due.
func (s *State) refreshPosts(now time.Time) {
	for i := range s.Posts {
		if p := &s.Posts[i]; p.Shown < s.Rev && p.DueAt.IsZero() && p.LeaseUntil.IsZero() {
			p.DueAt = now
		}
	}
}
