package override

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Wish is an override that somebody wants. It puts User on call from From until To instead of Replace or, without
// one, of everybody; in one rotation or in all. A zero From is now.
type Wish struct {
	Schedule string
	Rotation string // empty: in all
	User     string // schedules.Nobody: no substitute
	Replace  string // empty: everybody
	From, To time.Time
	Reason   string
	By       string // the user's name, or "api:NAME" for a key
	Via      string // where it was made: api, …
	Swap     string // the swap that it carries out, such as SWAP-3
}

// Check says, as *Refused, what is wrong with a wish now.
func (w Wish) Check(env Env) error {
	_, err := w.checked(env)
	return err
}

func (w Wish) checked(env Env) (Wish, error) {
	s, err := schedule(w.Schedule, env)
	if err != nil {
		return w, err
	}
	if w.User != schedules.Nobody {
		if err = person(w.User, env); err != nil {
			return w, err
		}
	}
	if w.From, w.To, err = span(w.From, w.To, env); err != nil {
		return w, err
	}
	if strings.TrimSpace(w.Reason) == "" {
		return w, refuse("Say why, with a reason.")
	}
	if err = reasonFits(w.Reason); err != nil {
		return w, err
	}
	if _, problems := s.With([]schedules.OverrideSpec{w.spec("")}); len(problems) > 0 {
		p := problems[0]
		return w, refuse("%s: %s.", p.Path[strings.LastIndexByte(p.Path, '.')+1:], p.Message)
	}
	if w.Replace != "" && len(s.Shifts(w.From, w.To, w.Replace)) == 0 {
		return w, refuse("%s is not on call by %s between %s and %s, so nobody would be replaced.", w.Replace, w.Schedule, stamp(w.From), stamp(w.To))
	}
	return w, nil
}

func (w Wish) spec(id string) schedules.OverrideSpec {
	return schedules.OverrideSpec{
		ID: id, User: w.User, Replace: w.Replace, Rotation: w.Rotation, From: stamp(w.From), To: stamp(w.To), Reason: w.Reason, By: w.By,
	}
}

// State is everything that is known of an override; it is stored as JSON.
type State struct {
	Format int      `json:"v"`
	ID     store.ID `json:"id"`
	Number uint64   `json:"number"`
	Status Status   `json:"status"`
	// Counts says that the schedule has it, now or in the recent past.
	Counts bool `json:"counts,omitempty"`

	Schedule string    `json:"schedule"`
	Rotation string    `json:"rotation,omitempty"`
	User     string    `json:"user"`
	Replace  string    `json:"replace,omitempty"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"` // moved to the cancellation when it is cancelled after it has begun

	Reason       string    `json:"reason,omitempty"`
	By           string    `json:"by,omitempty"`
	Via          string    `json:"via,omitempty"`
	Swap         string    `json:"swap,omitempty"`
	CreatedAt    time.Time `json:"created_at"`
	CancelledAt  time.Time `json:"cancelled_at,omitzero"`
	CancelledBy  string    `json:"cancelled_by,omitempty"`
	CancelledFor string    `json:"cancelled_for,omitempty"`
}

// New is the override that somebody wants, or *Refused. Its id must be of incident.Shard.
func New(id store.ID, number uint64, w Wish, env Env) (*State, error) {
	w, err := w.checked(env)
	if err != nil {
		return nil, err
	}
	return &State{
		Format: Format, ID: id, Number: number, Status: Active, Counts: true,
		Schedule: w.Schedule, Rotation: w.Rotation, User: w.User, Replace: w.Replace, From: w.From, To: w.To,
		Reason: w.Reason, By: w.By, Via: w.Via, Swap: w.Swap, CreatedAt: env.Now,
	}, nil
}

// Cancel takes it back from now on. What it did so far stays in the schedule's past.
func (s *State) Cancel(by, reason string, env Env) error {
	if err := reasonFits(reason); err != nil {
		return err
	}
	switch {
	case s.Status == Cancelled:
		return nil // it is what they wanted
	case s.Status == Over || !s.To.After(env.Now):
		return refuse("%s was over at %s.", s.Name(), stamp(s.To))
	}
	s.Status, s.CancelledAt, s.CancelledBy, s.CancelledFor = Cancelled, env.Now, by, reason
	if now := env.Now.UTC().Truncate(time.Second); now.After(s.From) {
		s.To = now
	} else {
		s.Counts = false
	}
	return nil
}

// Tick does everything that is due by now.
func (s *State) Tick(env Env) {
	if s.Status == Active && !s.To.After(env.Now) {
		s.Status = Over
	}
	if !s.To.Add(Recent).After(env.Now) {
		s.Counts = false
	}
}

// Spec is the override as schedules see it.
func (s *State) Spec() schedules.OverrideSpec {
	return Wish{User: s.User, Replace: s.Replace, Rotation: s.Rotation, From: s.From, To: s.To, Reason: s.Reason, By: s.By}.spec(s.Name())
}

// Specs sorts overrides by when they were made, for each schedule: the later made wins.
func Specs(list []*State) map[string][]schedules.OverrideSpec {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b *State) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return int(int64(a.Number) - int64(b.Number))
	})
	specs := map[string][]schedules.OverrideSpec{}
	for _, s := range list {
		specs[s.Schedule] = append(specs[s.Schedule], s.Spec())
	}
	return specs
}

// Name is what people call it: OVR-7.
func (s *State) Name() string { return fmt.Sprintf("OVR-%d", s.Number) }

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when it was made.
func (s *State) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) {
	if s.Status == Active {
		add(s.To)
	}
	if s.Counts {
		add(s.To.Add(Recent))
	}
	add(s.GoneAt(env))
}

// GoneAt is when it is deleted.
func (s *State) GoneAt(Env) time.Time { return s.To.Add(Keep) }

// ListCounting is the list of the overrides that the schedules have.
const ListCounting = "overrides/counting"

// ListOf names the list of the overrides of a status.
func ListOf(status Status) string { return "overrides/" + string(status) }

// Lists are the lists that it is found in.
func (s *State) Lists() []string {
	if s.Counts {
		return []string{ListOf(s.Status), ListCounting}
	}
	return []string{ListOf(s.Status)}
}

// Keys is the lookup key by which it is found: its name.
func (s *State) Keys() []string { return []string{incident.NameKey(s.Name())} }

// Paging are none.
func (s *State) Paging() []page.Page { return nil }
