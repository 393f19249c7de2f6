package postmortem

import (
	"fmt"
	"strings"
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
		CreatedAt: env.Now,
		Sections:  map[string]string{}, Given: map[string]string{},
	}
	s.note(env, "created", "", fmt.Sprintf("for %s; %s", inc.Name(), inc.PostmortemReason))
	s.choose(inc, env)
	s.fill(begin(inc, env))
	owner, why := ownerFor(inc, env)
	s.Owner = owner
	s.DueAt, s.DueWhy = workDay(env.Now.Add(due), owner, env)
	if s.DueWhy != "" {
		s.note(env, "due", "", "due "+stamp(s.DueAt)+": "+s.DueWhy)
	}
	if owner == "" {
		s.note(env, "unowned", "", "nobody can be named as its owner: "+s.Name()+" wants to be assigned")
	} else {
		s.note(env, "assigned", "", fmt.Sprintf("%s owns it: %s", owner, why))
	}
	s.schedule(env, time.Time{})
	return s
}

// choose takes the outline of the first template that applies to the incident.
func (s *State) choose(inc *incident.State, env Env) {
	for _, t := range env.Dir.Postmortem.Templates {
		applies, err := true, error(nil)
		if t.When != nil {
			applies, err = t.When(inc.Facts(env.Now))
		}
		if err != nil {
			s.note(env, "template", "", fmt.Sprintf("%s does not apply: %v", t.File, err))
		} else if applies {
			s.Outline, s.Template = t.Outline, t.File
			return
		}
	}
}

// fill begins the sections with what their template says, and with what the record of the incident does.
func (s *State) fill(record map[string]string) {
	for _, h := range s.outline() {
		text := strings.TrimSpace(h.Text + "\n\n" + record[h.Name])
		s.Sections[h.Name] = text
		if text != "" && h.Name != Course { // which is never asked for, and long
			s.Given[h.Name] = text
		}
	}
}

// ownerFor names who owns the postmortem of an incident, and why: the commander, else who acknowledged it or one of its
// alerts first, else who answers for its team, else who closed the incident.
func ownerFor(inc *incident.State, env Env) (owner, why string) {
	if name := inc.Roles[incident.Commander]; known(env, name) {
		return name, "the commander of " + inc.Name()
	}
	if known(env, inc.EngagedBy) {
		return inc.EngagedBy, "took up " + inc.Name() + " first"
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
