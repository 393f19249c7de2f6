package maintenance

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/trail"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// State is everything that is known of a maintenance; it is stored as JSON.
type State struct {
	Format int      `json:"v"`
	ID     store.ID `json:"id"`
	Number uint64   `json:"number"`
	Status Status   `json:"status"`
	Match
	From   time.Time `json:"from"` // of the first time that it takes place,
	Until  time.Time `json:"until"`
	Zone   string    `json:"zone"`            // in which it comes again
	RRule  string    `json:"rrule,omitempty"` // by which
	Ends   time.Time `json:"ends,omitzero"`   // from when on it does not begin again
	Reason string    `json:"reason"`
	Public string    `json:"public,omitempty"` // what customers are told of it; empty: nothing
	By     string    `json:"by,omitempty"`
	Via    string    `json:"via,omitempty"`

	CreatedAt    time.Time `json:"created_at"`
	EndedAt      time.Time `json:"ended_at,omitzero"` // when it was over, or cancelled
	CancelledBy  string    `json:"cancelled_by,omitempty"`
	CancelledFor string    `json:"cancelled_for,omitempty"`
}

// New is the maintenance that somebody wants, or *Refused. Its id must be of incident.Shard.
func New(id store.ID, number uint64, w Wish, env Env) (*State, error) {
	s, err := w.checked(env)
	if err != nil {
		return nil, err
	}
	s.Format, s.ID, s.Number, s.Status, s.CreatedAt = Format, id, number, Active, env.Now
	return s, nil
}

// Times are when it takes place, or *Refused.
func (s *State) Times() (*schedules.Recurrence, error) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, refuse("timezone", "%q is not a time zone", clip(s.Zone))
	}
	spec := schedules.RecurrenceSpec{From: stamp(s.From), Until: stamp(s.Until), RRule: s.RRule, Zone: zone}
	if !s.Ends.IsZero() {
		spec.Ends = stamp(s.Ends)
	}
	times, problems := schedules.NewRecurrence(spec)
	if len(problems) > 0 {
		return nil, refuse(problems[0].Path, "%s", problems[0].Message)
	}
	return times, nil
}

// Next is when it takes place, or will the next time. There is none when it is over or cancelled.
func (s *State) Next(now time.Time) (schedules.Occurrence, bool) {
	times, err := s.Times()
	if err != nil || s.Status != Active {
		return schedules.Occurrence{}, false
	}
	return times.Next(now)
}

// Cancel takes it back from now on. What it holds goes on.
func (s *State) Cancel(by, reason string, env Env) error {
	switch {
	case len(reason) > maxReason:
		return refuse("reason", "a reason holds %d bytes at most, this one has %d", maxReason, len(reason))
	case s.Status == Over:
		return refuse("", "%s was over at %s.", s.Name(), stamp(s.EndedAt))
	case s.Status == Active:
		s.Status, s.EndedAt, s.CancelledBy, s.CancelledFor = Cancelled, env.Now, by, reason
	}
	return nil
}

// Tick does everything that is due by now.
func (s *State) Tick(env Env) {
	if _, more := s.Next(env.Now); s.Status == Active && !more {
		s.Status, s.EndedAt = Over, env.Now
	}
}

// In is what a directory has of it. With an error its configuration does not understand it any more, for a window that it
// names is gone.
func (s *State) In(d *directory.Directory) (directory.Maintenance, error) {
	when, problems := s.Match.Compile(d.Language)
	if len(problems) > 0 {
		return directory.Maintenance{}, &Refused{problems[0].Path, problems[0].Message, problems[0].Hint}
	}
	times, err := s.Times()
	if err != nil {
		return directory.Maintenance{}, err
	}
	return directory.Maintenance{Name: s.Name(), Reason: s.Reason, Condition: s.Condition(), When: when, Times: times, Public: s.Public, Service: s.Service}, nil
}

// Apply is a directory with those of a list that are not over, by their numbers, after those of the configuration. One
// that the configuration does not understand holds nothing: see Broken.
func Apply(d *directory.Directory, list []*State) *directory.Directory {
	if len(list) == 0 {
		return d
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b *State) int { return cmp.Compare(a.Number, b.Number) })
	with := *d
	with.Maintenance = slices.Clone(d.Maintenance)
	for _, s := range list {
		if in, err := s.In(d); err == nil && s.Status == Active {
			with.Maintenance = append(with.Maintenance, in)
		}
	}
	return &with
}

// Broken says why it holds nothing with the configuration in force; "" where it does.
func (s *State) Broken(d *directory.Directory) string {
	if s.Status != Active {
		return ""
	}
	if _, err := s.In(d); err != nil {
		return err.Error()
	}
	return ""
}

// Made is what the audit trail says of its making.
func (s *State) Made() trail.Note {
	text := fmt.Sprintf("alerts with %s are held from %s to %s", s.Condition(), stamp(s.From), stamp(s.Until))
	if s.RRule != "" {
		text += ", again by " + s.RRule + " in " + s.Zone
	}
	return trail.Note{By: s.By, Did: "maintenance.made", What: s.Name(), Why: s.Reason, Text: text}
}

// Unmade is what the trail says of its being taken back.
func (s *State) Unmade() trail.Note {
	return trail.Note{By: s.CancelledBy, Did: "maintenance.cancelled", What: s.Name(), Why: s.CancelledFor,
		Text: fmt.Sprintf("alerts with %s are not held any more", s.Condition())}
}
