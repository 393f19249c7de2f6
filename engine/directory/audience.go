package directory

import (
	"slices"
	"time"
)

// Audience is who is told how an incident goes: colleagues, or the customers.
type Audience struct {
	Name     string
	Public   bool     // what it is told is for everybody: status pages show it
	Channels []string // are told, too
	Users    []string // get e-mail; those of teams are in Teams
	Teams    []string
	Emails   []string // addresses that are no users'

	Every       map[string]time.Duration // by priority: how long after an update the next one is due; none is never
	FirstWithin map[string]time.Duration // by priority: how long after its opening the first one is due
	// AutoFirst are the priorities of the incidents of rules whose first update is sent by itself. AutoResolved sends
	// the last one by itself.
	AutoFirst    []string
	AutoResolved bool

	Title     Words            // what an update is headed with; nil for the standard one
	Templates map[string]Words // by phase; a phase without one takes the standard one
}

// Words fill in a template.
type Words func(IncidentFacts, UpdateFacts) (string, error)

// UpdateFacts is what templates of status updates see as `update`.
type UpdateFacts struct {
	Audience string `expr:"audience"`
	Phase    string `expr:"phase"`
	N        int    `expr:"n"`       // which update of the incident it is, from 1
	Next     string `expr:"next"`    // when the next one follows, such as "15:30 UTC"; empty when none is promised
	NextIn   string `expr:"next_in"` // the same, such as "30m"
	By       string `expr:"by"`      // the full name of whoever sends it; empty for what is sent by itself
}

// Audience returns the one of a name, or nil.
func (i *Incident) Audience(name string) *Audience {
	if k := slices.IndexFunc(i.Audiences, func(a Audience) bool { return a.Name == name }); k >= 0 {
		return &i.Audiences[k]
	}
	return nil
}
