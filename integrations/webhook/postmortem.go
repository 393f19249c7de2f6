package webhook

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// Postmortem is how far a postmortem is, as other systems see it; what it says is read by the API.
type Postmortem struct {
	ID          string    `json:"id"`
	Number      uint64    `json:"number"`
	Stage       string    `json:"stage"`
	Incident    string    `json:"incident"`
	Title       string    `json:"title"`
	Priority    string    `json:"priority"`
	Service     string    `json:"service,omitempty"`
	Team        string    `json:"team,omitempty"`
	Tags        []string  `json:"tags"`
	Owner       string    `json:"owner,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	DueAt       time.Time `json:"due_at"`
	CompletedAt time.Time `json:"completed_at,omitzero"`
	CompletedBy string    `json:"completed_by,omitempty"`
	WaivedAt    time.Time `json:"waived_at,omitzero"`
	WaivedBy    string    `json:"waived_by,omitempty"`
	Actions     []Action  `json:"actions"`
	Revision    int       `json:"revision"` // counts its changes: the greater one is the newer
}

// Action is an action of a postmortem.
type Action struct {
	N          int       `json:"n"`
	Text       string    `json:"text"`
	Horizon    string    `json:"horizon"`
	Owner      string    `json:"owner,omitempty"`
	DueAt      time.Time `json:"due_at,omitzero"`
	DoneAt     time.Time `json:"done_at,omitzero"`
	VerifiedAt time.Time `json:"verified_at,omitzero"`
	VerifiedBy string    `json:"verified_by,omitempty"`
	Issue      string    `json:"issue,omitempty"`
}

func viewPostmortem(s *postmortem.State) *Postmortem {
	v := &Postmortem{
		ID: s.Name(), Number: s.Number, Stage: string(s.Stage()), Incident: s.Incident, Title: s.Title, Priority: s.Priority,
		Service: s.Service, Team: s.Team, Tags: append([]string{}, s.Tags...), Owner: s.Owner, CreatedAt: s.CreatedAt, DueAt: s.DueAt,
		CompletedAt: s.CompletedAt, CompletedBy: s.CompletedBy, WaivedAt: s.WaivedAt, WaivedBy: s.WaivedBy,
		Actions: []Action{}, Revision: s.Noted,
	}
	for _, i := range s.Actions {
		v.Actions = append(v.Actions, Action{
			N: i.N, Text: i.Text, Horizon: string(i.Horizon), Owner: i.Owner, DueAt: i.DueAt, DoneAt: i.DoneAt,
			VerifiedAt: i.VerifiedAt, VerifiedBy: i.VerifiedBy, Issue: i.Issue,
		})
	}
	return v
}
