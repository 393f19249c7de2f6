package incident

import "github.com/tocsin-oncall/tocsin/engine/store"

// Effects is what a transition means outside the incident.
type Effects struct {
	// PostmortemOwed says that the close owes a postmortem that does not exist yet. Make it, apply
	// PostmortemMade to the incident, and commit both at once.
	PostmortemOwed bool
	Reopened       bool // it was over, and is open again
}

// Input is what can happen to an incident: Joined, Action, PostmortemMade, Woken.
type Input interface {
	apply(*State, Env, *Effects) error
}

// Apply makes one thing happen to the incident. It fails only with *Refused, and then nothing has changed.
func Apply(s *State, in Input, env Env) (Effects, error) {
	var fx Effects
	if err := in.apply(s, env, &fx); err != nil {
		return Effects{}, err
	}
	s.Tick(env)
	return fx, nil
}

// Woken is the passing of time.
type Woken struct{}

func (Woken) apply(*State, Env, *Effects) error { return nil }

// Tick keeps the record within its bounds. Nothing else is ever due: an incident waits only for its retention.
func (s *State) Tick(Env) { s.compact() }

// Joined is an alert that belongs to the incident. The same one may come again; it changes nothing then.
type Joined struct {
	Alert    Alert  // JoinedAt is set by Apply
	Priority string // of the alert
	Tags     []string
}

// PostmortemMade says which postmortem the close owed.
type PostmortemMade struct {
	ID   store.ID
	Name string // PM-3
}
