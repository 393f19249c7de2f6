package alert

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
)

// New is the alert that a firing event begins. Its first steps may be due at once: their pages are there.
func New(id store.ID, number uint64, integration, key string, ev event.Event, d Routing, env Env) (*State, Effects) {
	s := begin(id, number, integration, key, ev, d, env)
	s.Roster = rosterOf(d, key, env)
	s.began(ev, env)
	return s, s.routed(d, env)
}

// begin is a new alert that is not routed yet.
func begin(id store.ID, number uint64, integration, key string, ev event.Event, d Routing, env Env) *State {
	s := &State{
		Format: Format, ID: id, Number: number, Status: Open,
		Integration: integration, DedupKey: key,
		Title:       cmp.Or(d.Title, ev.Title),
		Description: cmp.Or(d.Description, ev.Description),
		Source:      ev.Source,
		Service:     cmp.Or(d.Service, ev.Service),
		Team:        cmp.Or(d.Team, ev.Team),
		Rule:        d.Rule,
		Priority:    cmp.Or(d.Priority, ev.Priority, event.DefaultPriority),
		Tags:        d.Tags,
		Actions:     ev.Actions,
		Labels:      merged(ev.Labels, d.Labels),
		Details:     ev.Details,
		Link:        cmp.Or(d.Link, ev.Link),
		Runbook:     cmp.Or(d.Runbook, ev.Runbook),
		Count:       1,
		CreatedAt:   env.Now,
		StartsAt:    ev.StartsAt,
		LastEventAt: env.Now,
		ExpiresAt:   ev.ExpiresAt,
		AutoClose:   d.AutoClose,
	}
	s.stale(env.Now)
	if len(d.Details) > 0 { // the event's own map is the caller's
		s.Details = maps.Clone(s.Details)
	}
	for k, v := range d.Details {
		if s.Details == nil {
			s.Details = map[string]any{}
		}
		s.Details[k] = v
	}
	if d.GroupKey != "" {
		s.Grouped, s.Members = true, map[string]bool{ev.DedupKey: true}
	}
	if d.Incident {
		s.WantIncident, s.IncidentDue = true, env.Now
	}
	s.note(env, "created", "", fmt.Sprintf("%s from %s", s.Priority, integration))
	for _, problem := range d.Errors {
		s.note(env, "rule_error", "", problem)
	}
	return s
}

// routed routes a new alert, and does what is due at once.
func (s *State) routed(d Routing, env Env) Effects {
	s.route(d, env)
	fx := Effects{RuleErrors: d.Failed}
	s.advance(env, &fx)
	s.feed(false, env, &fx)
	return fx
}

// route pins the policy that the rules chose. One that is unknown (a reload may have removed it between the
// two looks) becomes the fallback, never silence.
func (s *State) route(d Routing, env Env) {
	switch {
	case d.Nobody:
		s.note(env, "routed", "", fmt.Sprintf("rule %q says that nobody is paged", d.Rule))
		return
	case d.Suppress:
		s.note(env, "routed", "", fmt.Sprintf("suppressed by rule %q: nobody is paged", d.Rule))
		return
	}
	name := d.Policy
	p, ok := env.Dir.Policies[name]
	if !ok {
		p, ok = env.Dir.Policies[env.Dir.Fallback]
		s.note(env, "routed", "", fmt.Sprintf("policy %q is unknown: fallback %q runs", name, env.Dir.Fallback))
	}
	if !ok {
		s.ExhaustedAt = env.Now
		s.note(env, "exhausted", "", "there is no policy to page anybody with")
		return
	}
	s.Policy = p.Name
	s.start(p, env.Now, p.Name == env.Dir.Fallback)
	text := fmt.Sprintf("rule %q chose policy %s", d.Rule, p.Name)
	if d.Rule == rules.Fallback {
		text = fmt.Sprintf("no rule matched: the fallback policy %s runs", p.Name)
	}
	s.note(env, "routed", "", text)
	s.holdAsRouted(d, env)
	s.awaitOthers(env)
}

func merged(a, b map[string]string) map[string]string {
	if len(b) == 0 {
		return a
	}
	out := maps.Clone(a)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, b)
	return out
}

// Reopens reports whether a firing event now would re-open the closed alert; otherwise it begins a new one.
func (s *State) Reopens(within time.Duration, now time.Time) bool {
	return s.Status == Closed && within > 0 && now.Before(s.ClosedAt.Add(within))
}

func (in Fired) apply(s *State, env Env, _ *Effects) error {
	ev := in.Event
	s.Count++
	if !ev.StartsAt.IsZero() && (s.StartsAt.IsZero() || ev.StartsAt.Before(s.StartsAt)) && s.Active() {
		s.StartsAt = ev.StartsAt
	}
	s.seen(ev, env)
	s.required(env)
	if s.Held() && in.Priority != "" && in.Priority < s.Priority {
		s.raise(in, env)
	}
	if s.Grouped {
		if s.Members == nil || s.Status == Closed { // who resolved while it was closed was not counted
			s.Members = map[string]bool{}
		}
		if !s.Members[ev.DedupKey] {
			s.joined(ev, env)
		}
		s.Members[ev.DedupKey] = true
		ev.Title, ev.Priority = in.Title, in.Priority
		s.summarise(ev)
	}
	if !s.RecoveredAt.IsZero() {
		s.RecoveredAt = time.Time{}
		s.note(env, "repeated", "", "fires again")
		s.Rev++
	}
	if s.Status == Closed {
		s.reopen(env, in.ReopenWithin)
	}
	return nil
}

// reopen takes up a closed alert where it was: whoever had acknowledged it has it again, otherwise the
// policy goes on with the steps that it had not taken, the next of them at once if it is due by now and
// those after it at their distance. Those who had been paged are told; they are not paged anew, unless
// everything had been tried before.
func (s *State) reopen(env Env, within time.Duration) {
	s.note(env, "reopened", "", fmt.Sprintf("fires again within %s of its close", within))
	s.ClosedAt, s.ClosedBy = time.Time{}, ""
	s.Status = Open
	if s.AckedBy != "" {
		s.Status, s.AckedAt = Acked, env.Now
	}
	s.endHolds(env)
	if s.Status == Open && !slices.ContainsFunc(s.Runs, func(r Run) bool { return !r.Over }) {
		s.restart(env)
		return
	}
	for i := range s.Runs {
		if at := s.nextAt(i, env); reached(at, env.Now) {
			late := env.Now.Sub(at)
			s.Runs[i].Base = s.Runs[i].Base.Add(late)
			if s.Runs[i].Next >= len(s.Runs[i].Policy.Steps) {
				s.Runs[i].LastAt = env.Now // it has its time of grace again
			}
		}
	}
	s.Rev++
	s.tell(env, "", "Fires again", false)
}

func (in Resolved) apply(s *State, env Env, _ *Effects) error {
	if !s.Active() {
		return nil
	}
	s.stale(env.Now)
	if s.Grouped {
		if !s.Members[in.Event.DedupKey] && len(s.Members) > 0 {
			return nil // it was over before, or was never one of them
		}
		delete(s.Members, in.Event.DedupKey)
		s.left(in.Event.DedupKey, env)
		s.summarise(in.Event)
		if len(s.Members) > 0 {
			s.note(env, "recovered", "", fmt.Sprintf("%s is over, %d more of its group fire", in.Event.DedupKey, len(s.Members)))
			return nil
		}
	}
	s.over(in.Keep, env)
	return nil
}

// over is the end of what the alert is about: it closes, or waits for somebody to close it.
func (s *State) over(keep bool, env Env) {
	switch {
	case !keep:
		s.close(env, "", ResolvedBySource)
	case s.RecoveredAt.IsZero():
		s.RecoveredAt, s.ExpiresAt = env.Now, time.Time{}
		s.note(env, "recovered", "", "the source says that it is over; somebody must close it")
		s.Rev++
	}
}

// close ends the alert: nothing more is sent for it but the word to those who had been paged.
func (s *State) close(env Env, by, text string) {
	s.Status, s.ClosedAt, s.ClosedBy = Closed, env.Now, by
	s.SnoozedUntil, s.ExpiresAt, s.ExhaustedAt = time.Time{}, time.Time{}, time.Time{}
	s.Overridden = false
	s.cancel(func(i int) bool { return true })
	s.note(env, "closed", by, text)
	s.Rev++
	s.tell(env, by, "Closed: "+text, true)
}
