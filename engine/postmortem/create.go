package postmortem

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const (
	defaultDue  = 7 * 24 * time.Hour // when the configuration says none
	courseLines = 100                // how much of the incident's timeline the postmortem begins with
)

// New is the postmortem that the close of an incident owes. Its id must be of incident.Shard.
func New(id store.ID, number uint64, inc *incident.State, env Env) *State {
	due := env.Dir.Postmortem.Due
	if due <= 0 {
		due = defaultDue
	}
	s := &State{
		Format: Format, ID: id, Number: number, Status: Open,
		Incident: inc.Name(), IncidentID: inc.ID, Title: inc.Title,
		Priority: inc.Priority, Service: inc.Service, Team: inc.Team,
		CreatedAt: env.Now, DueAt: env.Now.Add(due),
		Sections: map[string]string{},
	}
	for _, name := range Sections {
		s.Sections[name] = ""
	}
	s.Sections[Course] = courseOf(inc)
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

// ownerFor names who owns the postmortem of an incident, and why: who answers for its team, else the commander,
// else who closed the incident.
func ownerFor(inc *incident.State, env Env) (owner, why string) {
	if name := env.Dir.Owner(inc.Team); name != "" {
		return name, "answers for team " + inc.Team
	}
	if name := inc.Roles[incident.Commander]; known(env, name) {
		return name, "the commander of " + inc.Name()
	}
	if known(env, inc.ClosedBy) {
		return inc.ClosedBy, "closed " + inc.Name()
	}
	return "", ""
}

func known(env Env, user string) bool { _, ok := env.Dir.Users[user]; return ok }

// courseOf is what is known of the course of the incident, one line for each entry, times in UTC.
func courseOf(inc *incident.State) string {
	entries := inc.Timeline[max(0, len(inc.Timeline)-courseLines):]
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "- %s %s", e.At.UTC().Format("2006-01-02 15:04:05Z"), e.Kind)
		if e.By != "" {
			b.WriteString(" by " + e.By)
		}
		if e.Text != "" {
			b.WriteString(": " + strings.ReplaceAll(e.Text, "\n", " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
