package deployment

import (
	"cmp"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// New is a deployment of which nothing is known yet; the report that it is made for is applied then. Its id must be of the
// shard of its Key.
func New(id store.ID, number uint64, integration, external string, env Env) *State {
	return &State{Format: Format, ID: id, Number: number, Integration: integration, External: external,
		Reached: map[Status]time.Time{}, CreatedAt: env.Now}
}

// Apply takes in what somebody says of the deployment. Reports may come twice and in any order: a deployment never goes
// back to a status before the one that it has, and what a later report said stays. The same one again changes nothing.
func (s *State) Apply(r Report, env Env) error {
	if err := r.Check(); err != nil {
		return err
	}
	r = r.bounded()
	if r = r.resolve(s.Service, env.Dir); s.Service == "" && r.Service == "" {
		return &Refused{"service", "missing: say what was deployed"}
	}
	if s.Reached == nil {
		s.Reached = map[Status]time.Time{}
	}
	at := s.moment(r, env)
	late := s.late(r, at)
	changed := s.describe(r, late)
	changed = s.reach(r, at, late, env) || changed
	if changed {
		s.UpdatedAt = env.Now
	}
	if s.PlacedAt.IsZero() {
		s.PlacedAt = cmp.Or(s.StartedAt, at)
	}
	return nil
}

// moment is when the status of a report was reached. No clock of a sender takes it to the future.
func (s *State) moment(r Report, env Env) time.Time {
	at := r.At
	switch {
	case !at.IsZero():
	case r.Status == Started && !r.StartedAt.IsZero():
		at = r.StartedAt
	case !r.FinishedAt.IsZero() && (r.Status == "" || r.Status.Over()):
		at = r.FinishedAt
	default:
		if known, ok := s.Reached[r.Status]; ok {
			return known // said again, without a time
		}
		at = env.Now
	}
	return past(at, env)
}

func past(t time.Time, env Env) time.Time {
	if t.After(env.Now) {
		return env.Now.UTC()
	}
	return t.UTC().Truncate(time.Millisecond)
}

// late reports whether the deployment is further than a report says.
func (s *State) late(r Report, at time.Time) bool {
	switch {
	case s.Status == "" || r.Status == "":
		return false
	case r.Status.rank() != s.Status.rank():
		return r.Status.rank() < s.Status.rank()
	}
	return at.Before(s.Reached[s.Status])
}

// describe takes over what a report says beside the status; of a late one, what is not known yet.
func (s *State) describe(r Report, late bool) (changed bool) {
	for _, f := range []struct {
		has *string
		is  string
	}{
		{&s.Service, r.Service}, {&s.Project, r.Project}, {&s.Environment, r.Environment}, {(*string)(&s.Tier), string(r.Tier)},
		{&s.Version, r.Version}, {&s.Revision, r.Revision}, {&s.Message, r.Message}, {&s.By, r.By},
	} {
		if f.is != "" && f.is != *f.has && (*f.has == "" || !late) {
			*f.has, changed = f.is, true
		}
	}
	if s.By == "" && r.Reporter != "" {
		s.By, changed = r.Reporter, true
	}
	if len(r.Commits) > 0 && !same(r.Commits, s.Commits) && (len(s.Commits) == 0 || !late) {
		s.Commits, s.Changes, changed = r.Commits, r.Changes, true
	}
	for _, l := range r.Links {
		if len(s.Links) < maxLinks && !has(s.Links, l) {
			s.Links, changed = append(s.Links, l), true
		}
	}
	return changed
}

// reach takes over the status of a report and its times.
func (s *State) reach(r Report, at time.Time, late bool, env Env) (changed bool) {
	was := *s
	status := r.Status
	if status == "" && s.Status == "" {
		status = Succeeded
	}
	if status != "" {
		// A beginning is the earliest that anybody says, an end the latest.
		known, ok := s.Reached[status]
		if !ok || (status.Over() && at.After(known)) || (!status.Over() && at.Before(known)) {
			s.Reached[status], changed = at, true
		}
		if !late {
			s.Status = status
		}
	}
	if begun := past(r.StartedAt, env); !r.StartedAt.IsZero() && !begun.Equal(s.Reached[Started]) {
		s.Reached[Started], changed = begun, true
	}
	s.FinishedAt = time.Time{}
	if s.Status.Over() {
		s.FinishedAt = s.Reached[s.Status]
	}
	s.StartedAt = cmp.Or(s.Reached[Started], s.FinishedAt)
	if !s.FinishedAt.IsZero() && s.StartedAt.After(s.FinishedAt) {
		s.StartedAt = s.FinishedAt // its beginning was told late and without a time, or by another clock
	}
	return changed || s.Status != was.Status
}

func same(a, b []Commit) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func has(list []Link, l Link) bool {
	for _, other := range list {
		if other.Href == l.Href {
			return true
		}
	}
	return false
}
