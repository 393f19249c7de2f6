package config

import (
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// Retrospective is who gets the retrospective of a postmortem.
type Retrospective struct {
	To       []string `json:"to,omitempty" doc:"Who gets it beside those who worked on the incident, and its e-mail subscribers of audiences that are not public: user:NAME, team:NAME, channel:NAME, e-mail addresses."`
	Audience string   `json:"audience,omitempty" doc:"One of incident.audiences, whose people and subscribers get it by e-mail, public or not."`
}

func (b *builder) retrospective(r *Retrospective) directory.Retrospective {
	const path = "postmortem.retrospective"
	if r == nil {
		return directory.Retrospective{}
	}
	built := directory.Retrospective{On: true, Audience: r.Audience}
	built.Targets, built.Emails = b.addressees(path+".to", r.To)
	var names []string
	for _, a := range b.f.Incident.Audiences {
		names = append(names, string(a.Name))
	}
	if r.Audience != "" && !slices.Contains(names, r.Audience) {
		b.fail(path+".audience", suggest(r.Audience, names, "write it under incident.audiences"), "there is no audience %q", r.Audience)
	}
	return built
}
