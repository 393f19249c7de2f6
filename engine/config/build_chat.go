package config

import (
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/rules"
)

const defaultChannel = "inc-{{ incident.number }}-{{ incident.title }}"

// chat is how incidents get channels in Slack; nil where they get none.
func (b *builder) chat() *directory.Chat {
	c := b.f.Incident.Slack
	if c == nil {
		return nil
	}
	if b.f.Providers.Slack == nil {
		b.fail("incident.slack", "add slack to providers", "there is no provider for Slack, so no channel can be made")
	}
	if c.ArchiveAfter != 0 && c.ArchiveAfter < Duration(time.Minute) {
		b.fail("incident.slack.archive_after", "write for example 7d", "the closing summary could not be read within %s", c.ArchiveAfter)
	}
	source := c.Channel
	if source == "" {
		source = defaultChannel
	}
	built := &directory.Chat{
		When: b.condition("incident.slack.when", string(c.When)), Name: b.template("incident.slack.channel", source),
		Private: c.Private, Invite: c.Invite == nil || *c.Invite, ArchiveAfter: time.Duration(c.ArchiveAfter),
	}
	if built.Name == nil {
		return nil
	}
	if text, err := built.Name(sample); err == nil && incident.ChannelName(text) == "" {
		b.fail("incident.slack.channel", "write for example "+defaultChannel, "%q is no name: Slack allows letters, digits, - and _", text)
	}
	return built
}

// sample is an incident by which templates are tried when they are loaded.
var sample = directory.IncidentFacts{
	Name: "INC-7", Number: 7, Priority: "P1", Title: "Payments fail for APAC", Service: "payments", Team: "payments",
	Services: []string{"payments"}, Duration: time.Hour, Impact: time.Hour, Alerts: 2, Tags: []string{"apac"},
}

// conference is the link under which people meet about an incident; nil for none.
func (b *builder) conference() func(directory.IncidentFacts) (string, error) {
	const path = "incident.conference"
	source := b.f.Incident.Conference
	if source == "" {
		return nil
	}
	link := b.template(path, source)
	if link == nil {
		return nil
	}
	text, err := link(sample)
	if err != nil {
		return link // it may be of what only real ones have
	}
	if u, err := url.Parse(text); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		b.fail(path, "write for example https://meet.example.com/{{ incident.name }}", "it gives %q, which is not an absolute http or https URL", text)
	}
	return link
}

// template compiles a text with expressions over an incident in it; nil where it is wrong, which is said.
func (b *builder) template(path, source string) func(directory.IncidentFacts) (string, error) {
	pieces, _ := rules.Cut(source)
	for _, p := range pieces {
		if p.Insert && strings.HasPrefix(strings.TrimSpace(p.Text), "update.") {
			b.report(Error, path, p.Offset, "there is no status update here", "write for example incident.name")
			return nil
		}
	}
	words := b.words(path, source)
	if words == nil {
		return nil
	}
	return func(facts directory.IncidentFacts) (string, error) { return words(facts, directory.UpdateFacts{}) }
}
