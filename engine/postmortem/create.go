package postmortem

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const defaultDue = 7 * 24 * time.Hour // when the configuration says none

// New is the postmortem that the close of an incident owes. Its id must be of incident.Shard.
func New(id store.ID, number uint64, inc *incident.State, env Env) *State {
	due := env.Dir.Postmortem.Due
	if due <= 0 {
		due = defaultDue
	}
	s := &State{
		Format: Format, ID: id, Number: number, Status: Open, Phase: Required,
		Incident: inc.Name(), IncidentID: inc.ID, Title: inc.Title,
		Priority: inc.Priority, Service: inc.Service, Team: inc.Team,
		CreatedAt: env.Now, DueAt: env.Now.Add(due),
		Sections: map[string]string{}, Given: map[string]string{},
	}
	for _, h := range s.outline() {
		s.Sections[h.Name] = ""
	}
	for name, text := range begin(inc, env) {
		if s.outlined(name) && text != "" {
			s.Sections[name], s.Given[name] = text, text
		}
	}
	delete(s.Given, Course) // it is never asked for, and long
	s.note(env, "created", "", fmt.Sprintf("for %s; %s", inc.Name(), inc.PostmortemReason))
	owner, why := ownerFor(inc, env)
	s.Owner = owner
	if owner == "" {
		s.note(env, "unowned", "", "nobody can be named as its owner: "+s.Name()+" wants to be assigned")
	} else {
		s.note(env, "assigned", "", fmt.Sprintf("%s owns it: %s", owner, why))
	}
	s.schedule(env, time.Time{})
	return s
}

// ownerFor names who owns the postmortem of an incident, and why: the commander, else who answers for its team, else
// who closed the incident.
func ownerFor(inc *incident.State, env Env) (owner, why string) {
	if name := inc.Roles[incident.Commander]; known(env, name) {
		return name, "the commander of " + inc.Name()
	}
	if name := env.Dir.Owner(inc.Team); name != "" {
		return name, "answers for team " + inc.Team
	}
	if known(env, inc.ClosedBy) {
		return inc.ClosedBy, "closed " + inc.Name()
	}
	return "", ""
}

func known(env Env, user string) bool { _, ok := env.Dir.Users[user]; return ok }
