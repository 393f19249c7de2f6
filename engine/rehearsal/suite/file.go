// Package suite is tests of a configuration, written in YAML beside it: given these events at this time, that is who
// must be paged, how and when. Load reads a file, strictly and with places in its errors; Run rehearses each test and
// compares. It reads the files that it is told to and those that they name; it sends nothing and talks to nobody.
package suite

import (
	"github.com/tocsin-oncall/tocsin/engine/config"
)

// File is a test file as it is written. The tags are as those of config.File.
type File struct {
	Config config.Names    `json:"config" doc:"The configuration that is tested: files and folders, relative to this file."`
	Until  config.Duration `json:"until,omitempty" doc:"How long each test goes on, unless it says otherwise. Default 4h."`
	Tests  []Test          `json:"tests" jsonschema:"minItems=1" doc:"The tests."`
}

// Test is one test.
type Test struct {
	Name  string  `json:"name" doc:"What is expected, in words."`
	At    string  `json:"at" doc:"When it begins: 2026-11-22 03:00, wall clock in the configuration's timezone, or RFC 3339."`
	Given []Given `json:"given,omitempty" doc:"The events that come in."`

	Acks        map[string]config.Duration `json:"acks,omitempty" doc:"Who acknowledges everything that is open, and how long after the beginning: {ethan: 12m}."`
	Answers     map[string]config.Duration `json:"answers,omitempty" doc:"Who acknowledges how long after their first page; anybody is everybody who is not named."`
	Silent      config.Names               `json:"silent,omitempty" doc:"Who does not answer, whatever answers says of anybody."`
	Overrides   []Override                 `json:"overrides,omitempty" doc:"Who is on call by an override, beside those of the configuration."`
	Maintenance []Maintenance              `json:"maintenance,omitempty" doc:"Maintenances and silences in force, beside those of the configuration."`
	Away        []Away                     `json:"away,omitempty" doc:"Who is away, and does not answer. It takes nobody off call."`
	Down        []Down                     `json:"down,omitempty" doc:"Providers that do not work."`
	Stops       map[string]config.Duration `json:"stops,omitempty" doc:"Heartbeats that stop, and when they are heard of for the last time: {nightly-backup: 0m}."`
	Until       config.Duration            `json:"until,omitempty" doc:"How long the test goes on. It ends earlier when nothing more would happen. Default: until of the file."`
	Seed        int                        `json:"seed,omitempty" jsonschema:"minimum=0" doc:"Decides what is random: random: targets. Default 0."`

	Expect Expect `json:"expect" doc:"What must come of it."`
}

// Given is one event, or what an integration's sender posts.
type Given struct {
	At          config.Duration   `json:"at,omitempty" doc:"How long after the beginning. Default 0s."`
	Integration string            `json:"integration,omitempty" doc:"Where it comes from. Default api for an event; needed for a payload."`
	Payload     string            `json:"payload,omitempty" doc:"A file with the body that the integration's sender posts, relative to this file; instead of the fields of an event."`
	Headers     map[string]string `json:"headers,omitempty" doc:"The headers that come with a payload."`

	Title       string            `json:"title,omitempty" doc:"Of the event: one line."`
	Description string            `json:"description,omitempty" doc:"Of the event."`
	Status      config.Status     `json:"status,omitempty" doc:"Default firing."`
	DedupKey    string            `json:"dedup_key,omitempty" doc:"What makes two events the same alert. Default: the title."`
	Source      string            `json:"source,omitempty" doc:"The host or thing it is about."`
	Priority    config.Priority   `json:"priority,omitempty" doc:"What the sender says."`
	Service     string            `json:"service,omitempty" doc:"What the sender says."`
	Team        string            `json:"team,omitempty" doc:"What the sender says."`
	Tags        config.Names      `json:"tags,omitempty" doc:"What the sender says."`
	Actions     config.Names      `json:"actions,omitempty" doc:"What the sender says."`
	Labels      map[string]string `json:"labels,omitempty" doc:"What the sender says."`
	Details     map[string]string `json:"details,omitempty" doc:"What the sender says."`
}

// Override puts somebody else on call.
type Override struct {
	Schedule string `json:"schedule" doc:"In which schedule."`
	User     string `json:"user" doc:"Who is on call; nobody leaves a gap."`
	From     string `json:"from" doc:"Wall clock in the schedule's zone, or RFC 3339."`
	To       string `json:"to" doc:"Until when."`
	Replace  string `json:"replace,omitempty" doc:"Only while this person is on call. Default: instead of everybody."`
	Rotation string `json:"rotation,omitempty" doc:"Only in this rotation. Default: in all."`
}

// Maintenance holds the alerts that match, as one that is made at run time.
type Maintenance struct {
	When        config.Expr       `json:"when,omitempty" doc:"Which alerts: a condition, as in rules. Of when and the four keys below at least one is needed, and all that are given must be true."`
	Service     string            `json:"service,omitempty" doc:"Which alerts: those of this service."`
	Team        string            `json:"team,omitempty" doc:"Which alerts: those of this team."`
	Integration string            `json:"integration,omitempty" doc:"Which alerts: those that came through this integration."`
	Labels      map[string]string `json:"labels,omitempty" doc:"Which alerts: those with these labels."`

	From   string          `json:"from,omitempty" doc:"Wall clock in the configuration's timezone, or RFC 3339. Default: from the beginning."`
	Until  string          `json:"until,omitempty" doc:"Until when. Default: to the end of the test."`
	For    config.Duration `json:"for,omitempty" doc:"Instead of until: how long."`
	Reason string          `json:"reason,omitempty" doc:"For people."`
}

// Away is somebody who is away.
type Away struct {
	User   string `json:"user" doc:"Who."`
	From   string `json:"from,omitempty" doc:"Wall clock in the configuration's timezone, or RFC 3339. Default: from the beginning."`
	To     string `json:"to,omitempty" doc:"Until when. Default: to the end."`
	Reason string `json:"reason,omitempty" doc:"For people."`
}

// Down is a provider that does not work.
type Down struct {
	Via   string          `json:"via" doc:"slack, sms, voice, email, console, webhook or shoutrrr."`
	From  config.Duration `json:"from,omitempty" doc:"How long after the beginning. Default 0s."`
	Until config.Duration `json:"until,omitempty" doc:"Default: to the end."`
}

// Expect is what must come of a test. What is not written is not looked at. The fields of an alert are those of the alert
// that the first event becomes, at the end of the test.
type Expect struct {
	Priority  config.Priority `json:"priority,omitempty" doc:"Of the alert."`
	Team      string          `json:"team,omitempty" doc:"Of the alert."`
	Service   string          `json:"service,omitempty" doc:"Of the alert."`
	Policy    string          `json:"policy,omitempty" doc:"That was chosen for the alert."`
	Rule      string          `json:"rule,omitempty" doc:"What routed the alert, as explain calls it: names or paths of rules, joined by \" > \"; or one of them."`
	Status    config.AlertIs  `json:"status,omitempty" doc:"Of the alert, at the end."`
	Title     string          `json:"title,omitempty" doc:"Of the alert."`
	Tags      config.Names    `json:"tags,omitempty" doc:"That the alert has, among others."`
	AckedBy   string          `json:"acked_by,omitempty" doc:"Who acknowledged the alert last."`
	Incident  *bool           `json:"incident,omitempty" doc:"Whether the alert joined an incident."`
	Exhausted *bool           `json:"exhausted,omitempty" doc:"Whether everything was tried, and nobody acknowledged."`
	Alerts    *int            `json:"alerts,omitempty" jsonschema:"minimum=0" doc:"How many alerts there were."`

	Pages        []Page `json:"pages,omitempty" doc:"Every page, to the end of the test: no more and no fewer."`
	PagesInclude []Page `json:"pages_include,omitempty" doc:"Some of the pages."`
	Nobody       bool   `json:"nobody,omitempty" doc:"That nobody was paged at all."`
}

// Page is one page that was sent. Words that only say what became of an alert are none.
type Page struct {
	To  string          `json:"to" doc:"A user, or channel:NAME."`
	Via string          `json:"via,omitempty" doc:"Over which way. Default: any."`
	At  config.Duration `json:"at,omitempty" doc:"How long after the beginning, to the second. Default 0s."`
}
