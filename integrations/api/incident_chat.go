package api

import (
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// IncidentChat is the channel of an incident in Slack.
type IncidentChat struct {
	Status    incident.ChatStatus `json:"status" jsonschema:"enum=,enum=making,enum=open,enum=archived,enum=gone,enum=failed" doc:"Empty: it has none. making: asked for. gone: somebody archived or deleted it in Slack. failed: Slack refuses it."`
	Channel   string              `json:"channel" doc:"Its id in Slack."`
	Name      string              `json:"name" doc:"Without the #."`
	URL       string              `json:"url"`
	Invited   []string            `json:"invited" doc:"The users who were invited, or could not be."`
	Missed    []string            `json:"missed" doc:"Those who could not be invited."`
	ArchiveAt Time                `json:"archive_at" doc:"When it will be archived."`
	Doing     incident.ChatTask   `json:"doing" jsonschema:"enum=,enum=create,enum=revive,enum=summary,enum=invite,enum=post,enum=closing,enum=archive" doc:"What is being done in Slack now, or is tried again; empty for nothing."`
	Attempts  int                 `json:"attempts" doc:"How often that was tried."`
	NextAt    Time                `json:"next_at" doc:"When it is tried next."`
	Error     string              `json:"error" doc:"What Slack said last: of what is being done, or why there is no channel any more."`
	Behind    int                 `json:"behind" doc:"How many entries of the timeline the channel was not told yet."`
}

func showChat(s *incident.State) IncidentChat {
	c := s.Chat
	v := IncidentChat{
		Status: c.Status, Channel: c.Channel, Name: c.Name, URL: c.URL, Invited: some(c.Invited), Missed: some(c.Missed),
		ArchiveAt: utc(c.ArchiveAt), Doing: c.Doing, Error: c.Error,
	}
	if c.Status == incident.ChatOpen {
		v.Behind = s.Noted - c.Posted
	}
	if p := s.Out.Page(c.Task); p != nil {
		v.Attempts, v.Error = p.Attempts, p.Error
		if p.Status == page.Pending {
			v.NextAt = utc(p.DueAt)
		}
	}
	return v
}

// course is the timeline of an incident in the order in which things happened.
func course(s *incident.State) []NumberedEntry {
	list := s.Course()
	out := make([]NumberedEntry, len(list))
	for i, e := range list {
		out[i] = NumberedEntry{e.N, Entry{utc(e.At), e.Kind, e.By, e.Text}, e.Via, utc(e.LoggedAt), e.LoggedBy, e.Link}
	}
	return out
}
