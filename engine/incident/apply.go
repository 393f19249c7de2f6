package incident

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Effects is what a transition means outside the incident.
type Effects struct {
	// PostmortemOwed says that the close owes a postmortem that does not exist yet. Make it, apply
	// PostmortemMade to the incident, and commit both at once.
	PostmortemOwed bool
	// PostmortemFor is the team that asked for one of its own. Make it, apply PostmortemMade, and commit both at once.
	PostmortemFor string
	Reopened      bool   // it was over, and is open again
	Bytes         *Bytes // of a file that was attached: commit them with the incident
}

// Bytes are those of a file.
type Bytes struct {
	ID   store.ID
	Data []byte
}

// Input is what can happen to an incident: Joined, Parted, Answered, Action, Attached, Detached, Done, PostmortemMade, Woken.
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

// Tick does everything that is due by now, tells the channels what is new and keeps the record within its bounds.
func (s *State) Tick(env Env) {
	s.widens(env)
	s.command(env)
	s.keepTold(env)
	s.publishAtStatuspage(env)
	s.retire(env)
	s.chat(env)
	s.Issues.Plan(s.owner(), &s.Out, env)
	s.announce(env)
	s.compact()
}

// Joined is an alert that belongs to the incident. The same one may come again; it changes nothing then.
type Joined struct {
	Alert    Alert  // JoinedAt is set by Apply
	Priority string // of the alert
	Tags     []string
	Labels   map[string]string
	By, Via  string // who joined it; empty for a rule
	Note     string // said with it

	StartsAt, CreatedAt time.Time // of the alert
	AckedAt             time.Time // zero while nobody has
	AckedBy             string
}

// Parted is an alert that does not belong to the incident after all.
type Parted struct {
	Alert   store.ID
	Number  uint64
	By, Via string
	Note    string
}

// PostmortemMade says which postmortem the close owed, or a team asked for.
type PostmortemMade struct {
	Team string // empty for the incident's own

	ID   store.ID
	Name string // PM-3
}
