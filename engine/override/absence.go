package override

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Absence is a time in which a user cannot be on call, with what others were asked to cover; it is stored as JSON.
type Absence struct {
	Format int       `json:"v"`
	ID     store.ID  `json:"id"`
	Number uint64    `json:"number"`
	Status Status    `json:"status"`
	User   string    `json:"user"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`

	Reason       string    `json:"reason,omitempty"`
	By           string    `json:"by,omitempty"`
	Via          string    `json:"via,omitempty"`
	CreatedAt    time.Time `json:"created_at"`
	CancelledAt  time.Time `json:"cancelled_at,omitzero"`
	CancelledBy  string    `json:"cancelled_by,omitempty"`
	CancelledFor string    `json:"cancelled_for,omitempty"`

	Asks       []Ask     `json:"asks,omitempty"`
	Reminded   int       `json:"reminded,omitempty"` // how often the admins were told that nobody covers
	RemindedAt time.Time `json:"reminded_at,omitzero"`
	page.Batch
}

// NewAbsence says that somebody is away, or why that is *Refused, and asks those who could to cover. Of the wish it takes
// User, From, To, Reason, By and Via; away is who is away besides. Its id must be of incident.Shard.
func NewAbsence(id store.ID, number uint64, w Wish, away []schedules.Away, env Env) (*Absence, error) {
	w, err := w.away(env)
	if err != nil {
		return nil, err
	}
	s := &Absence{
		Format: Format, ID: id, Number: number, Status: Active, User: w.User, From: w.From, To: w.To,
		Reason: w.Reason, By: w.By, Via: w.Via, CreatedAt: env.Now,
	}
	s.ask(away, env)
	return s, nil
}

// CheckAway says, as *Refused, what is wrong with a wish for an absence.
func (w Wish) CheckAway(env Env) error {
	_, err := w.away(env)
	return err
}

func (w Wish) away(env Env) (Wish, error) {
	err := person(w.User, env)
	if err == nil {
		w.From, w.To, err = span(w.From, w.To, env)
	}
	if err == nil {
		err = reasonFits(w.Reason)
	}
	return w, err
}

// Cancel says that they are there after all.
func (s *Absence) Cancel(by, reason string, env Env) error {
	if err := reasonFits(reason); err != nil {
		return err
	}
	switch {
	case s.Status == Cancelled:
		return nil
	case s.Status == Over || !s.To.After(env.Now):
		return refuse("%s was over at %s.", s.Name(), stamp(s.To))
	}
	s.Status, s.CancelledAt, s.CancelledBy, s.CancelledFor = Cancelled, env.Now, by, reason
	s.stop(env)
	return nil
}

// Tick does everything that is due by now.
func (s *Absence) Tick(env Env) {
	if s.Status == Active && !s.To.After(env.Now) {
		s.Status = Over
	}
	if s.Status != Active {
		s.stop(env)
		return
	}
	if at := s.remindAt(); !at.IsZero() && !at.After(env.Now) {
		s.remind(env)
	}
	s.enough(env)
}

// Away is the absence as schedules see it.
func (s *Absence) Away() schedules.Away {
	return schedules.Away{ID: s.Name(), User: s.User, From: s.From, Until: s.To, Reason: s.Reason}
}

// Name is what people call it: AWAY-7.
func (s *Absence) Name() string { return fmt.Sprintf("AWAY-%d", s.Number) }

// Identity is its id.
func (s *Absence) Identity() store.ID { return s.ID }

// Born is when it was made.
func (s *Absence) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *Absence) Waits(env Env, add func(time.Time)) {
	if s.Status == Active {
		add(s.To)
		add(s.remindAt())
	}
	s.Batch.Waits(add)
	add(s.GoneAt(env))
}

// GoneAt is when it is deleted.
func (s *Absence) GoneAt(Env) time.Time { return s.To.Add(Keep) }

// AbsencesOf names the list of the absences of a status.
func AbsencesOf(status Status) string { return "absences/" + string(status) }

// Lists is the list of its status.
func (s *Absence) Lists() []string { return []string{AbsencesOf(s.Status)} }

// Keys is the lookup key by which it is found: its name.
func (s *Absence) Keys() []string { return []string{incident.NameKey(s.Name())} }

// Paging are its pages, to be claimed in place.
func (s *Absence) Paging() []page.Page { return s.Pages }
