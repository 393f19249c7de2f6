package incident

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Opening is what an incident is opened with.
type Opening struct {
	Title       string
	Description string
	Priority    string // empty for event.DefaultPriority
	Key         string // what alerts join it by; empty when none is to join by itself
	Service     string
	Team        string
	Tags        []string
	Services    []string // impacted, beside Service
	By          string   // empty for a rule
	Via         string
	Reason      string // which rule, or what the person said
}

// Check refuses what a person cannot have meant. Rules need not ask: what they take from events is bounded.
func (o Opening) Check(env Env) error {
	switch title := strings.TrimSpace(o.Title); {
	case title == "":
		return &Refused{"An incident needs a title."}
	case len(title) > maxTitle:
		return &Refused{fmt.Sprintf("A title holds %d bytes at most, this one has %d.", maxTitle, len(title))}
	case len(o.Reason) > maxNote:
		return &Refused{fmt.Sprintf("A note holds %d bytes at most, this one has %d.", maxNote, len(o.Reason))}
	case o.Priority != "" && !event.ValidPriority(o.Priority):
		return &Refused{fmt.Sprintf("%q is not a priority: P1 to P5.", o.Priority)}
	}
	if _, ok := env.Dir.Teams[o.Team]; !ok && o.Team != "" {
		return &Refused{fmt.Sprintf("There is no team %q.", o.Team)}
	}
	if _, ok := env.Dir.Services[o.Service]; !ok && o.Service != "" {
		return &Refused{fmt.Sprintf("There is no service %q.", o.Service)}
	}
	for _, name := range o.Services {
		if _, ok := env.Dir.Services[name]; !ok {
			return &Refused{fmt.Sprintf("There is no service %q.", name)}
		}
	}
	if len(o.Description) > maxDescription {
		return &Refused{fmt.Sprintf("A description holds %d bytes at most, this one has %d.", maxDescription, len(o.Description))}
	}
	return nil
}

// New is an incident that begins now. The alert that opened it then joins like any other.
func New(id store.ID, number uint64, o Opening, env Env) *State {
	s := &State{
		Format: Format, ID: id, Number: number, Status: Open,
		Key: o.Key, Title: o.Title, Priority: cmp.Or(o.Priority, event.DefaultPriority),
		Description: o.Description, Service: o.Service, Services: o.Services, Team: o.Team,
		OpenedAt: env.Now, OpenedBy: o.By,
	}
	s.tag(o.Tags)
	s.note(env, "opened", o.By, o.Reason)
	s.Timeline[0].Via = o.Via
	s.meet(env)
	s.Tick(env)
	return s
}
