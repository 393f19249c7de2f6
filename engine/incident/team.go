package incident

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// maxTeamPostmortems bounds how many teams write one of their own.
const maxTeamPostmortems = 50

// TeamPostmortem is the postmortem that a team asked for, beside that of the incident: where several teams worked on a wide
// incident, each has something of its own to learn.
type TeamPostmortem struct {
	Team string    `json:"team"`
	Name string    `json:"name"` // PM-4
	ID   store.ID  `json:"id"`
	At   time.Time `json:"at"`
}

// PostmortemOf returns the one of a team, or nil.
func (s *State) PostmortemOf(team string) *TeamPostmortem {
	if i := slices.IndexFunc(s.TeamPostmortems, func(t TeamPostmortem) bool { return t.Team == team }); i >= 0 {
		return &s.TeamPostmortems[i]
	}
	return nil
}

// Postmortems are the ids of all of them, the incident's own first.
func (s *State) Postmortems() (ids []store.ID) {
	if s.PostmortemID != "" {
		ids = append(ids, s.PostmortemID)
	}
	for _, t := range s.TeamPostmortems {
		ids = append(ids, t.ID)
	}
	return ids
}

// askPostmortem asks for a postmortem of a team, once the harm is over. Whoever asks again gets the one that is there.
func (s *State) askPostmortem(a Action, env Env, fx *Effects) error {
	if _, ok := env.Dir.Teams[a.Team]; !ok {
		return &Refused{fmt.Sprintf("There is no team %q.", a.Team)}
	}
	switch {
	case s.PostmortemOf(a.Team) != nil:
		return nil
	case s.Harmful():
		return &Refused{fmt.Sprintf("%s is %s: a team writes its postmortem when it is over.", s.Name(), s.Status)}
	case len(s.TeamPostmortems) >= maxTeamPostmortems:
		return &Refused{fmt.Sprintf("%d teams have a postmortem of %s already.", maxTeamPostmortems, s.Name())}
	}
	s.did(a, env, "postmortem", "team "+a.Team+" writes one of its own")
	fx.PostmortemFor, s.Released = a.Team, false
	return nil
}

// made names the postmortem that a team asked for.
func (s *State) made(in PostmortemMade, env Env) error {
	if s.PostmortemOf(in.Team) != nil {
		return &Refused{fmt.Sprintf("Team %s has a postmortem of %s already: %s.", in.Team, s.Name(), s.PostmortemOf(in.Team).Name)}
	}
	s.TeamPostmortems = append(s.TeamPostmortems, TeamPostmortem{Team: in.Team, Name: in.Name, ID: in.ID, At: env.Now})
	s.note(env, "postmortem", "", in.Name+" is that of team "+in.Team)
	return nil
}
