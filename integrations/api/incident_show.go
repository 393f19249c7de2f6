package api

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/issue"
)

// Incident is an incident as the API shows it.
type Incident struct {
	ID         string            `json:"id" doc:"INC-7."`
	Number     uint64            `json:"number"`
	Status     incident.Status   `json:"status" jsonschema:"enum=open,enum=mitigated,enum=resolved,enum=closed"`
	Title      string            `json:"title"`
	Priority   string            `json:"priority"`
	Severity   string            `json:"severity" doc:"How its priority is shown: SEV1 for P1."`
	Service    string            `json:"service"`
	Team       string            `json:"team"`
	Tags       []string          `json:"tags"`
	Alerts     []IncidentAlert   `json:"alerts" doc:"The first and the latest that joined."`
	Count      int               `json:"count" doc:"How many alerts joined."`
	Left       int               `json:"left" doc:"How many of them left."`
	Roles      map[string]string `json:"roles" doc:"Who has which role; the one who leads is the commander."`
	Responders []string          `json:"responders" doc:"The users who work on it."`
	Calls      []IncidentCall    `json:"calls" doc:"The teams and people who were called."`

	Description string             `json:"description"`
	Services    []string           `json:"services" doc:"What it impacts."`
	Properties  map[string]string  `json:"properties"`
	Links       []IncidentLink     `json:"links"`
	Cause       *MarkedCause       `json:"cause,omitempty" doc:"The deployment that was marked as its cause; left out where none is."`
	Conference  string             `json:"conference" doc:"The link under which people meet."`
	Audiences   []IncidentAudience `json:"audiences" doc:"Who is told how it goes, and when they are told next."`
	Chat        IncidentChat       `json:"chat" doc:"Its channel in Slack."`
	Files       []IncidentFile     `json:"files" doc:"What was attached."`
	Issues      []Issue            `json:"issues" doc:"In Jira and GitHub, and links."`
	Requests    int                `json:"customer_requests" doc:"How many of them are of customers who ask about it."`
	Checklist   []IncidentCheck    `json:"checklist" doc:"What is to be ticked or skipped before it is closed."`
	Forced      string             `json:"forced" doc:"Why it was closed without the rest of its checklist."`

	OpenedAt    Time   `json:"opened_at"`
	OpenedBy    string `json:"opened_by" doc:"Empty for a rule."`
	MitigatedAt Time   `json:"mitigated_at"`
	MitigatedBy string `json:"mitigated_by"`
	ResolvedAt  Time   `json:"resolved_at"`
	ResolvedBy  string `json:"resolved_by"`
	ClosedAt    Time   `json:"closed_at"`
	ClosedBy    string `json:"closed_by"`

	Times          map[incident.Moment]IncidentTime `json:"times" doc:"The times that matter, as far as they have come: impact_start, detected, engaged, mitigated, resolved."`
	ElapsedSeconds int64                            `json:"elapsed_seconds" doc:"From its opening to its resolution, or until now."`
	ImpactSeconds  int64                            `json:"impact_seconds" doc:"From impact_start to mitigated, or until now."`

	Statuspage IncidentStatuspage           `json:"statuspage" doc:"What is known of it at Atlassian Statuspage."`
	DetectedBy incident.Detector            `json:"detected_by" jsonschema:"enum=monitoring,enum=customer,enum=staff" doc:"Who noticed it first: as somebody said, or else monitoring where a rule opened it or an alert came before."`
	Measures   map[incident.Measure]float64 `json:"measures" doc:"How long it took, in seconds, as far as it is over: time_to_detect, time_to_engage, time_to_mitigate, time_to_fix, communication_delay. As in reports."`

	Postmortem       string           `json:"postmortem" doc:"PM-3; empty when there is none."`
	TeamPostmortems  []TeamPostmortem `json:"team_postmortems" doc:"Those that teams asked for, beside it."`
	PostmortemReason string           `json:"postmortem_reason" doc:"Why the last close owed one, or did not."`
	Timeline         []NumberedEntry  `json:"timeline"`
}

// TeamPostmortem is the postmortem that a team asked for.
type TeamPostmortem struct {
	Team       string `json:"team"`
	Postmortem string `json:"postmortem" doc:"PM-4."`
	At         Time   `json:"at"`
}

// IncidentTime is one of the times that matter.
type IncidentTime struct {
	At    Time   `json:"at"`
	By    string `json:"by" doc:"Who set it; empty for what the record says."`
	SetAt Time   `json:"set_at"`
}

// IncidentCall is a team or a person who was called.
type IncidentCall struct {
	To         string              `json:"to" doc:"team:NAME, user:NAME, admins:TEAM or fallback."`
	Status     incident.CallStatus `json:"status" jsonschema:"enum=asked,enum=notified,enum=aware,enum=declined,enum=over"`
	By         string              `json:"by" doc:"Who called; empty for the configuration."`
	At         Time                `json:"at"`
	Alert      uint64              `json:"alert" doc:"The number of the responder alert, which pages them; 0 until it is there."`
	AnsweredBy string              `json:"answered_by"`
	AnsweredAt Time                `json:"answered_at"`
}

// IncidentCheck is an item of the checklist.
type IncidentCheck struct {
	Item   string `json:"item"`
	Status string `json:"status" jsonschema:"enum=open,enum=ticked,enum=skipped"`
	By     string `json:"by"`
	At     Time   `json:"at"`
	Reason string `json:"reason" doc:"Why it was skipped, or what was said with it."`
}

// IncidentAlert names an alert that joined.
type IncidentAlert struct {
	ID       string `json:"id"`
	Number   uint64 `json:"number"`
	Title    string `json:"title"`
	JoinedAt Time   `json:"joined_at"`
}

// NumberedEntry is one line of a timeline whose entries have numbers.
type NumberedEntry struct {
	N int `json:"n" doc:"1, 2, …; a number that is missing was left out to keep the record small."`
	Entry
	Via string `json:"via" doc:"Where it was done: api, link, slack, …; empty for what happens by itself."`

	LoggedAt Time   `json:"logged_at" doc:"When it was written down, where that was later than at."`
	LoggedBy string `json:"logged_by" doc:"Who wrote down what by had said."`
	Link     string `json:"link" doc:"Where it can be seen."`
}

func (c *call) showIncident(s *incident.State) Incident {
	v := Incident{
		ID: s.Name(), Number: s.Number, Status: s.Status, Title: s.Title, Priority: s.Priority, Severity: s.Severity(),
		Service: s.Service, Team: s.Team, Tags: some(s.Tags), Alerts: make([]IncidentAlert, len(s.Alerts)), Count: s.Count,
		Left: s.Left, Roles: filled(s.Roles), Responders: some(s.Responders), Calls: make([]IncidentCall, len(s.Calls)),
		Description: s.Description, Services: some(s.Impacted()), Properties: filled(s.Properties), Links: make([]IncidentLink, len(s.Links)), Forced: s.Forced,
		Times: map[incident.Moment]IncidentTime{}, ElapsedSeconds: int64(s.Duration(c.env.Now) / time.Second), ImpactSeconds: int64(s.ImpactDuration(c.env.Now) / time.Second),
		OpenedAt: utc(s.OpenedAt), OpenedBy: s.OpenedBy, MitigatedAt: utc(s.MitigatedAt), MitigatedBy: s.MitigatedBy, ResolvedAt: utc(s.ResolvedAt), ResolvedBy: s.ResolvedBy,
		ClosedAt: utc(s.ClosedAt), ClosedBy: s.ClosedBy,
		Postmortem: s.Postmortem, PostmortemReason: s.PostmortemReason, Timeline: course(s),
		Conference: s.Conference, Chat: showChat(s), Audiences: audiencesOf(s, c.env),
		DetectedBy: s.Detector(), Measures: map[incident.Measure]float64{},
	}
	v.TeamPostmortems = []TeamPostmortem{}
	for _, t := range s.TeamPostmortems {
		v.TeamPostmortems = append(v.TeamPostmortems, TeamPostmortem{t.Team, t.Name, utc(t.At)})
	}
	for i, a := range s.Alerts {
		v.Alerts[i] = IncidentAlert{string(a.ID), a.Number, a.Title, utc(a.JoinedAt)}
	}
	for i, l := range s.Links {
		v.Links[i] = IncidentLink(l)
	}
	for i, k := range s.Calls {
		v.Calls[i] = IncidentCall{k.To, k.Status, k.By, utc(k.At), k.Number, k.AnsweredBy, utc(k.AnsweredAt)}
	}
	for _, m := range incident.Measures {
		if took, over := s.Took(m); over {
			v.Measures[m] = took.Seconds()
		}
	}
	for _, m := range incident.Moments {
		if t := s.Time(m); !t.At.IsZero() {
			v.Times[m] = IncidentTime{utc(t.At), t.By, utc(t.SetAt)}
		}
	}
	v.Statuspage = showStatuspage(s)
	v.Checklist, v.Files = checklist(s, c.env), filesOf(s)
	v.Issues, v.Requests = showIssues(s.Issues.List, s.Out.Pages), s.Issues.Count(issue.CustomerRequest)
	v.Cause = showCause(s.Cause)
	return v
}

func checklist(s *incident.State, env directory.Env) []IncidentCheck {
	list := s.Checklist(env)
	out := make([]IncidentCheck, len(list))
	for i, k := range list {
		out[i] = IncidentCheck{Item: k.Item, Status: "open", By: k.By, At: utc(k.At), Reason: k.Reason}
		switch {
		case k.Skipped:
			out[i].Status = "skipped"
		case k.Done():
			out[i].Status = "ticked"
		}
	}
	return out
}

func numbered(timeline []incident.Entry) []NumberedEntry {
	out := make([]NumberedEntry, len(timeline))
	for i, e := range timeline {
		out[i] = NumberedEntry{N: e.N, Entry: Entry{utc(e.At), e.Kind, e.By, e.Text}, Via: e.Via}
	}
	return out
}
