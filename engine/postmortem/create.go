package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const defaultDue = 7 * 24 * time.Hour // when the configuration says none

// New is the postmortem that the close of an incident owes or, with a team, the one that the team asked for; changes may be
// its causes, the latest first. Its id must be of incident.Shard.
func New(id store.ID, number uint64, inc *incident.State, team string, changes []Change, env Env) *State {
	due := env.Dir.Postmortem.Due
	if due <= 0 {
		due = defaultDue
	}
	s := &State{
		Format: Format, ID: id, Number: number, Status: Open, Phase: Required,
		Incident: inc.Name(), IncidentID: inc.ID, Title: inc.Title,
		Priority: inc.Priority, Service: inc.Service, Team: inc.Team, Tags: tagsOf(inc.Tags),
		CreatedAt: env.Now,
		Sections:  map[string]string{}, Given: map[string]string{},
	}
	why := inc.PostmortemReason
	if team != "" {
		s.Team, s.Title = team, inc.Title+" (team "+team+")"
		why = "team " + team + " asked for one of its own"
	}
	s.note(env, "created", "", fmt.Sprintf("for %s; %s", inc.Name(), why))
	s.choose(inc, env)
	s.fill(begin(inc, changes, env))
	s.Involved = involved(inc)
	owner, why := ownerFor(inc, env)
	if team != "" {
		owner, why = ownerOf(team, inc, env)
	}
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
	s.announce(env)
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

// ownerOf names who owns the postmortem that a team asked for: who of it answered the incident's call, else who of it
// worked on the incident, else who answers for it.
func ownerOf(team string, inc *incident.State, env Env) (owner, why string) {
	of := func(user string) bool {
		return known(env, user) && slices.ContainsFunc(env.Dir.Teams[team].Members, func(m directory.Member) bool { return m.User == user })
	}
	if c := inc.CallOf("team:" + team); c != nil && of(c.AnsweredBy) {
		return c.AnsweredBy, "answered the call of team " + team
	}
	if i := slices.IndexFunc(inc.Responders, of); i >= 0 {
		return inc.Responders[i], "worked on " + inc.Name() + " for team " + team
	}
	if name := env.Dir.Owner(team); name != "" {
		return name, "answers for team " + team
	}
	return "", ""
}

func known(env Env, user string) bool { _, ok := env.Dir.Users[user]; return ok }
