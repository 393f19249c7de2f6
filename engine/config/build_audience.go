package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// What audiences hold at most.
const (
	maxAudiences  = 20
	maxRecipients = 200
	maxPhrase     = 5000 // bytes
	leastEvery    = 5 * time.Minute
)

func (b *builder) audiences() (list []directory.Audience) {
	b.bounded("incident.audiences", len(b.f.Incident.Audiences), maxAudiences)
	seen := map[Name]bool{}
	for i, a := range b.f.Incident.Audiences {
		path := fmt.Sprintf("incident.audiences[%d]", i)
		if a.Name != "" && seen[a.Name] {
			b.fail(path+".name", "give it another name", "there are two audiences called %s", a.Name)
		}
		seen[a.Name] = true
		for j, name := range a.Channels {
			b.target(fmt.Sprintf("%s.channels[%d]", path, j), policy.Target{Kind: policy.Channel, Name: string(name)})
		}
		built := directory.Audience{
			Name: string(a.Name), Public: a.Public, Channels: slices.Compact(slices.Sorted(slices.Values(texts(a.Channels)))),
			Every: b.byPriority(path+".every", a.Every), FirstWithin: b.byPriority(path+".first_within", a.FirstWithin),
			AutoFirst: texts(a.AutoFirst), AutoResolved: a.AutoResolved,
			Title: b.words(path+".title", a.Title), Templates: map[string]directory.Words{},
		}
		b.recipients(path+".email", a.Email, &built)
		for phase, source := range map[incident.Phase]string{
			incident.Investigating: a.Templates.Investigating, incident.Identified: a.Templates.Identified,
			incident.Monitoring: a.Templates.Monitoring, incident.PhaseOfResolved: a.Templates.Resolved,
		} {
			if words := b.words(fmt.Sprintf("%s.templates.%s", path, phase), source); words != nil {
				built.Templates[string(phase)] = words
			}
		}
		list = append(list, built)
	}
	return list
}

// recipients sorts who gets e-mail.
func (b *builder) recipients(path string, list []string, to *directory.Audience) {
	b.bounded(path, len(list), maxRecipients)
	b.distinct(path, list)
	if len(list) > 0 {
		b.via(path, "email")
	}
	for i, text := range list {
		at := b.item(path, i)
		kind, name, named := strings.Cut(text, ":")
		switch {
		case named && kind == string(policy.User):
			if b.refer(at, user, name) && b.dir.Address(name, "email") == "" && b.dir.Vias["email"] {
				b.fail(at, "give "+name+" an email under users", "%s has no e-mail address", name)
			}
			to.Users = append(to.Users, name)
		case named && kind == string(policy.Team):
			b.refer(at, team, name)
			to.Teams = append(to.Teams, name)
		default:
			if Email(text).check() != nil {
				b.fail(at, "write it as ethan@example.com, user:NAME or team:NAME", "%q is neither an e-mail address nor a user or a team", text)
			}
			to.Emails = append(to.Emails, text)
		}
	}
}

func (b *builder) byPriority(path string, durations ByPriority) map[string]time.Duration {
	all := durations.all()
	for priority, d := range all {
		if d < leastEvery {
			b.fail(path+"."+priority, "write for example 30m", "nobody writes an update within %s; at least %s", Duration(d), Duration(leastEvery))
		}
	}
	return all
}
