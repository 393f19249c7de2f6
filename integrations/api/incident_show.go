package api

import "github.com/tocsin-oncall/tocsin/engine/incident"

// Incident is an incident as the API shows it.
type Incident struct {
	ID         string            `json:"id" doc:"INC-7."`
	Number     uint64            `json:"number"`
	Status     incident.Status   `json:"status" jsonschema:"enum=open,enum=resolved,enum=closed"`
	Title      string            `json:"title"`
	Priority   string            `json:"priority"`
	Severity   string            `json:"severity" doc:"How its priority is shown: SEV1 for P1."`
	Service    string            `json:"service"`
	Team       string            `json:"team"`
	Tags       []string          `json:"tags"`
	Alerts     []IncidentAlert   `json:"alerts" doc:"The first and the latest that joined."`
	Count      int               `json:"count" doc:"How many alerts joined."`
	Roles      map[string]string `json:"roles" doc:"Who has which role; the one who leads is the commander."`
	Responders []string          `json:"responders"`

	OpenedAt   Time   `json:"opened_at"`
	OpenedBy   string `json:"opened_by" doc:"Empty for a rule."`
	ResolvedAt Time   `json:"resolved_at"`
	ResolvedBy string `json:"resolved_by"`
	ClosedAt   Time   `json:"closed_at"`
	ClosedBy   string `json:"closed_by"`

	Postmortem       string          `json:"postmortem" doc:"PM-3; empty when there is none."`
	PostmortemReason string          `json:"postmortem_reason" doc:"Why the last close owed one, or did not."`
	Timeline         []NumberedEntry `json:"timeline"`
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
}

func showIncident(s *incident.State) Incident {
	v := Incident{
		ID: s.Name(), Number: s.Number, Status: s.Status, Title: s.Title, Priority: s.Priority, Severity: s.Severity(),
		Service: s.Service, Team: s.Team, Tags: some(s.Tags), Alerts: make([]IncidentAlert, len(s.Alerts)), Count: s.Count,
		Roles: filled(s.Roles), Responders: some(s.Responders),
		OpenedAt: utc(s.OpenedAt), OpenedBy: s.OpenedBy, ResolvedAt: utc(s.ResolvedAt), ResolvedBy: s.ResolvedBy,
		ClosedAt: utc(s.ClosedAt), ClosedBy: s.ClosedBy,
		Postmortem: s.Postmortem, PostmortemReason: s.PostmortemReason, Timeline: numbered(s.Timeline),
	}
	for i, a := range s.Alerts {
		v.Alerts[i] = IncidentAlert{string(a.ID), a.Number, a.Title, utc(a.JoinedAt)}
	}
	return v
}

func numbered(timeline []incident.Entry) []NumberedEntry {
	out := make([]NumberedEntry, len(timeline))
	for i, e := range timeline {
		out[i] = NumberedEntry{e.N, Entry{utc(e.At), e.Kind, e.By, e.Text}}
	}
	return out
}
