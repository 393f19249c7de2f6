package api

import "github.com/tocsin-oncall/tocsin/engine/incident"

// IncidentStatuspage is what is known of an incident at Atlassian Statuspage.
type IncidentStatuspage struct {
	ID        string `json:"id" doc:"Of the incident there; empty before its first update is published."`
	URL       string `json:"url" doc:"Where people see it."`
	Published int    `json:"published" doc:"The number of the latest status update that it shows."`
	Waiting   int    `json:"waiting" doc:"How many updates are still to be published."`
	Failed    int    `json:"failed" doc:"How many were given up, for Statuspage refused them."`
	Error     string `json:"error" doc:"Why the latest attempt failed; empty once one succeeds."`
	Gone      bool   `json:"gone" doc:"Somebody removed the incident there: nothing more is published."`
}

func showStatuspage(s *incident.State) IncidentStatuspage {
	sp := s.Statuspage
	return IncidentStatuspage{
		ID: sp.ID, URL: sp.URL, Published: sp.Published, Waiting: len(sp.Queue), Failed: sp.Failed, Error: sp.Error, Gone: sp.Gone,
	}
}
