package incident

import (
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Errand is something that is to be done to another record: the incident keeps it until that record has committed it.
// Each is done once for what is known, and may be done twice without harm.
type Errand struct {
	N     int       `json:"n"`
	Do    ErrandDo  `json:"do"`
	Alert store.ID  `json:"alert,omitempty"` // or, for Discard, the bytes of a file
	To    string    `json:"to,omitempty"`    // whom a page calls
	By    string    `json:"by,omitempty"`    // who asked for it
	Via   string    `json:"via,omitempty"`
	At    time.Time `json:"at"` // when to try; while an attempt is under way, when its lease ends
}

// ErrandDo is what an errand does.
type ErrandDo string

// What errands do.
const (
	Page    ErrandDo = "page"    // opens the responder alert of To
	Shut    ErrandDo = "close"   // closes an alert
	Join    ErrandDo = "join"    // tells an alert that it is of this incident
	Leave   ErrandDo = "leave"   // tells an alert that it is not any more
	Mail    ErrandDo = "mail"    // sends the status update of the number To by e-mail
	Discard ErrandDo = "discard" // deletes the bytes of a file, before the incident is deleted
	Ask     ErrandDo = "ask"     // asks whether the postmortem is still owed, before the incident is deleted
)

// claimMost is how many errands are claimed in one commit.
const claimMost = 100

// send puts an errand in. One that is there for the same is not put in twice, and one that undoes another replaces it.
func (s *State) send(e Errand, env Env) {
	s.Errands = slices.DeleteFunc(s.Errands, func(o Errand) bool {
		return o.Alert == e.Alert && o.To == e.To && (o.Do == e.Do || o.Do == Join && e.Do == Leave || o.Do == Leave && e.Do == Join)
	})
	s.Sent++
	e.N, e.At = s.Sent, env.Now
	s.Errands = append(s.Errands, e)
}

// Claim gives the errands that are due to the caller for the time of a lease, if there are any. It takes effect with
// the commit, so that of two who try only one goes on.
func (s *State) Claim(env Env) bool {
	s.claimed = nil
	for i := range s.Errands {
		if e := &s.Errands[i]; !e.At.After(env.Now) && len(s.claimed) < claimMost {
			e.At = env.Now.Add(outbox.Lease)
			s.claimed = append(s.claimed, *e)
		}
	}
	return len(s.claimed) > 0
}

// Claimed are the errands that Claim gave last.
func (s *State) Claimed() []Errand { return s.claimed }

// Done says what came of errands.
type Done struct {
	Errands []int // their numbers
	Paged   []Paged
	Owed    bool // by Ask: the postmortem is still owed
}

// Paged is the responder alert that a page opened.
type Paged struct {
	To     string
	Alert  store.ID
	Number uint64
}

func (in Done) apply(s *State, env Env, _ *Effects) error {
	for _, p := range in.Paged {
		s.paged(p, env)
	}
	s.Errands = slices.DeleteFunc(s.Errands, func(e Errand) bool {
		if !slices.Contains(in.Errands, e.N) {
			return false
		}
		switch e.Do {
		case Ask:
			s.asked(in.Owed, env)
		case Discard:
			s.discarded(e.Alert)
		}
		return true
	})
	return nil
}

// lookAgain is how often it is asked whether a postmortem is still owed when the incident's time is over.
const lookAgain = 24 * time.Hour

// asked says whether the postmortem that keeps the incident is still owed.
func (s *State) asked(owed bool, env Env) {
	if owed {
		s.KeepUntil = env.Now.Add(lookAgain)
		return
	}
	s.KeepUntil, s.Released = time.Time{}, true
}

// retire asks about the postmortem when the retention of a closed incident is over, for it is not deleted before, and then
// has its files deleted.
func (s *State) retire(env Env) {
	if s.Status != Closed {
		s.KeepUntil, s.Released = time.Time{}, false
		return
	}
	at := s.leaves(env)
	switch {
	case at.IsZero() || at.After(env.Now) || s.leaving():
	case len(s.Postmortems()) > 0 && !s.Released:
		s.send(Errand{Do: Ask}, env)
	default:
		s.discard(env)
	}
}

// leaving reports whether what comes before its deletion is under way.
func (s *State) leaving() bool {
	return slices.ContainsFunc(s.Errands, func(e Errand) bool { return e.Do == Ask || e.Do == Discard })
}

// leaves is when the retention is over, or when to ask again.
func (s *State) leaves(env Env) time.Time {
	keep := env.Dir.Retention.Incidents
	if s.Status != Closed || keep <= 0 {
		return time.Time{}
	}
	if at := s.ClosedAt.Add(keep); at.After(s.KeepUntil) {
		return at
	}
	return s.KeepUntil
}
