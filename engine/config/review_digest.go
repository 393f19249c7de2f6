package config

import (
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// ReviewDigest is the review of postmortems that comes again and again.
type ReviewDigest struct {
	From     string   `json:"from" doc:"The first review, such as 2026-03-10T14:00: wall clock in timezone."`
	For      Duration `json:"for,omitempty" doc:"How long a review lasts. Default 1h."`
	RRule    string   `json:"rrule,omitempty" doc:"How it comes again, as an RFC 5545 rule. Default FREQ=WEEKLY;INTERVAL=2."`
	Timezone string   `json:"timezone,omitempty" doc:"IANA zone. Default: timezone of the configuration."`
	Ahead    Duration `json:"ahead,omitempty" doc:"How long before a review the digest is sent, on the wall clock. Default 1d."`
	To       []string `json:"to" doc:"Who gets it: user:NAME, team:NAME, channel:NAME, e-mail addresses. Users get it over the ways of remind.via."`
	Room     string   `json:"room,omitempty" doc:"Where: a room, or the address of a conference."`
	Agenda   string   `json:"agenda,omitempty" doc:"What is talked about beside what it lists; several lines are possible."`
}

const (
	usualReview = Duration(time.Hour)
	usualAhead  = Duration(24 * time.Hour)
	usualRule   = "FREQ=WEEKLY;INTERVAL=2"
	mostAhead   = Duration(31 * 24 * time.Hour)
	maxAgenda   = 4000 // bytes
)

// reviewDigest makes the review digest; the zero one where there is none, or where it makes no sense.
func (b *builder) reviewDigest(d *ReviewDigest) directory.Digest {
	const path = "postmortem.digest"
	if d == nil {
		return directory.Digest{}
	}
	length, ahead, rule := d.For, d.Ahead, d.RRule
	set(&length, usualReview)
	set(&ahead, usualAhead)
	set(&rule, usualRule)
	zone := b.location(path+".timezone", d.Timezone)
	from, err := schedules.ParseTime(d.From, zone)
	if err != nil {
		b.fail(path+".from", "", "%s", err)
		return directory.Digest{}
	}
	built := directory.Digest{
		From: d.From, Until: from.Add(time.Duration(length)).Format(time.RFC3339), RRule: rule, Zone: zone.String(),
		Ahead: time.Duration(ahead), Room: strings.TrimSpace(d.Room), Agenda: strings.TrimSpace(d.Agenda),
	}
	built.Targets, built.Emails = b.addressees(path+".to", d.To)
	if _, problems := built.Times(); problems != nil {
		for _, p := range problems {
			at := path + "." + p.Path
			if p.Path == "until" {
				at = path + ".for"
			}
			b.fail(at, "", "%s", p.Message)
		}
		return directory.Digest{}
	}
	switch {
	case ahead > mostAhead:
		b.fail(path+".ahead", "write for example 1d", "it goes out %s before the review at most", mostAhead)
	case len(d.To) == 0:
		b.fail(path+".to", "write to: [\"team:payments\", \"channel:sre\"]", "nobody gets the digest")
	case len(built.Room)+len(built.Agenda) > maxAgenda:
		b.fail(path+".agenda", "", "room and agenda have more than %d bytes", maxAgenda)
	}
	return built
}

// addressees reads who gets a message: users, teams, channels and e-mail addresses.
func (b *builder) addressees(path string, list []string) (targets []policy.Target, emails []string) {
	b.bounded(path, len(list), maxRecipients)
	b.distinct(path, list)
	for i, text := range list {
		at := b.item(path, i)
		kind, name, named := strings.Cut(text, ":")
		t := policy.Target{Kind: policy.TargetKind(kind), Name: name}
		switch {
		case named && (t.Kind == policy.User || t.Kind == policy.Team || t.Kind == policy.Channel):
			b.target(at, t)
			targets = append(targets, t)
		case Email(text).check() == nil:
			b.via(at, "email")
			emails = append(emails, text)
		default:
			b.fail(at, "write it as user:NAME, team:NAME, channel:NAME or ethan@example.com", "%q is neither a user, a team, a channel nor an e-mail address", text)
		}
	}
	return targets, emails
}
