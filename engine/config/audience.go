package config

import "time"

// Audience is who is told how an incident goes.
type Audience struct {
	Name     Name     `json:"name" doc:"What tocsin incident tell calls it."`
	Public   bool     `json:"public,omitempty" doc:"What it is told is for everybody: status pages show it. Its standard words give away no title of an incident."`
	Channels []Name   `json:"channels,omitempty" doc:"Are told, too."`
	Email    []string `json:"email,omitempty" doc:"Who gets e-mail: addresses, user:NAME, team:NAME. Others may be subscribed to an incident."`

	Every        ByPriority `json:"every,omitzero" doc:"How long after an update the next one is due; whoever has the role communications is then reminded. Default: never."`
	FirstWithin  ByPriority `json:"first_within,omitzero" doc:"How long after the opening the first one is due. Default: never."`
	AutoFirst    []Priority `json:"auto_first,omitempty" doc:"Of the incidents that rules open, whose first update is sent by itself. Default: none."`
	AutoResolved bool       `json:"auto_resolved,omitempty" doc:"The last update is sent by itself when the incident is resolved."`

	Title     string  `json:"title,omitempty" doc:"A template: what updates are headed with. Default: the incident's title; for a public audience, its services."`
	Templates Phrases `json:"templates,omitzero" doc:"The text of an update that is sent without one, by its phase. Templates see incident (name, title, severity, priority, status, service, services, team, tags) and update (audience, phase, n, next, next_in, by)."`
}

// ByPriority is a duration for each priority.
type ByPriority struct {
	P1 Duration `json:"P1,omitempty" doc:"Of P1, the worst."`
	P2 Duration `json:"P2,omitempty" doc:"Of P2."`
	P3 Duration `json:"P3,omitempty" doc:"Of P3."`
	P4 Duration `json:"P4,omitempty" doc:"Of P4."`
	P5 Duration `json:"P5,omitempty" doc:"Of P5."`
}

// all are those that are given.
func (b ByPriority) all() map[string]time.Duration {
	out := map[string]time.Duration{}
	for priority, d := range map[string]Duration{"P1": b.P1, "P2": b.P2, "P3": b.P3, "P4": b.P4, "P5": b.P5} {
		if d > 0 {
			out[priority] = time.Duration(d)
		}
	}
	return out
}

// Phrases are the templates of an audience.
type Phrases struct {
	Investigating string `json:"investigating,omitempty" doc:"The first one: fast, and the same for everything."`
	Identified    string `json:"identified,omitempty" doc:"The cause is known."`
	Monitoring    string `json:"monitoring,omitempty" doc:"It is mended, as far as we know."`
	Resolved      string `json:"resolved,omitempty" doc:"It is over."`
}
