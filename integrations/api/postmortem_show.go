package api

import "github.com/tocsin-oncall/tocsin/engine/postmortem"

// Postmortem is a postmortem as the API shows it.
type Postmortem struct {
	ID       string            `json:"id" doc:"PM-3."`
	Number   uint64            `json:"number"`
	Status   postmortem.Status `json:"status" jsonschema:"enum=open,enum=completed,enum=waived"`
	Incident string            `json:"incident" doc:"INC-7."`
	Title    string            `json:"title"`
	Priority string            `json:"priority"`
	Service  string            `json:"service"`
	Team     string            `json:"team"`
	Owner    string            `json:"owner" doc:"Empty when nobody could be named."`
	DueAt    Time              `json:"due_at"`
	Overdue  bool              `json:"overdue"`
	Sections map[string]string `json:"sections" doc:"Plain text or Markdown, by name."`
	Actions  []ActionItem      `json:"actions"`

	CreatedAt   Time   `json:"created_at"`
	CompletedAt Time   `json:"completed_at"`
	CompletedBy string `json:"completed_by"`
	WaivedAt    Time   `json:"waived_at"`
	WaivedBy    string `json:"waived_by"`
	WaivedFor   string `json:"waived_for" doc:"The reason."`
	RemindAt    Time   `json:"remind_at" doc:"When its owner is reminded next."`
	Reminders   int    `json:"reminders" doc:"How many there were."`

	Pages    []Page          `json:"pages" doc:"The reminders that were sent."`
	Timeline []NumberedEntry `json:"timeline"`
}

// ActionItem is something to be done.
type ActionItem struct {
	N      int    `json:"n"`
	Text   string `json:"text"`
	Owner  string `json:"owner"`
	DueAt  Time   `json:"due_at"`
	Done   bool   `json:"done"`
	DoneAt Time   `json:"done_at"`
	DoneBy string `json:"done_by"`
}

func (c *call) showPostmortem(s *postmortem.State) Postmortem {
	v := Postmortem{
		ID: s.Name(), Number: s.Number, Status: s.Status, Incident: s.Incident, Title: s.Title, Priority: s.Priority,
		Service: s.Service, Team: s.Team, Owner: s.Owner, DueAt: utc(s.DueAt), Overdue: s.Overdue(c.env.Now),
		Sections: filled(s.Sections), Actions: make([]ActionItem, len(s.Actions)),
		CreatedAt: utc(s.CreatedAt), CompletedAt: utc(s.CompletedAt), CompletedBy: s.CompletedBy,
		WaivedAt: utc(s.WaivedAt), WaivedBy: s.WaivedBy, WaivedFor: s.WaivedFor,
		RemindAt: utc(s.RemindAt), Reminders: s.Reminders,
		Pages: make([]Page, len(s.Pages)), Timeline: numbered(s.Timeline),
	}
	for i, a := range s.Actions {
		v.Actions[i] = ActionItem{a.N, a.Text, a.Owner, utc(a.DueAt), a.Done, utc(a.DoneAt), a.DoneBy}
	}
	for i, p := range s.Pages {
		v.Pages[i] = showPage(p)
	}
	return v
}
