package api

import (
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

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

var postmortemFilter = append([]param{
	{name: "status", list: true, of: []string{"open", "completed", "waived"}, doc: "Only these; all by default."},
}, paging...)

func listPostmortems(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	list, next, err := c.Engine.Postmortems(c.ctx, choices[postmortem.Status](c.query, "status"), before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(list, next, c.showPostmortem), nil
}

func getPostmortem(c *call) (any, error) {
	return c.shownPostmortem(c.Engine.Postmortem(c.ctx, c.name("PM")))
}

func (c *call) shownPostmortem(s *postmortem.State, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return c.showPostmortem(s), nil
}

// PostmortemEdit changes a postmortem: what is left out stays as it is.
type PostmortemEdit struct {
	Actor
	Title    string            `json:"title,omitempty"`
	DueAt    time.Time         `json:"due_at,omitzero"`
	Sections map[string]string `json:"sections,omitempty" doc:"By name; an empty text clears a standard section and removes another."`
	Actions  []ActionEdit      `json:"actions,omitempty"`
	Owner    string            `json:"owner,omitempty" doc:"Hands it to another user; on its own, or with a note."`
}

// ActionEdit makes an action item, or changes the one of number n.
type ActionEdit struct {
	N     int       `json:"n,omitempty" doc:"None makes a new one, which must have a text."`
	Text  string    `json:"text,omitempty"`
	Owner string    `json:"owner,omitempty"`
	DueAt time.Time `json:"due_at,omitzero"`
	Done  *bool     `json:"done,omitempty"`
}

func editPostmortem(c *call) (any, error) {
	var body PostmortemEdit
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	act := postmortem.Action{Do: postmortem.Update, By: by, Via: via, Note: body.Note}
	act.Edit = postmortem.Edit{Title: body.Title, DueAt: body.DueAt, Sections: body.Sections}
	for _, a := range body.Actions {
		if a.Owner != "" {
			if err := c.knownUser("actions.owner", a.Owner); err != nil {
				return nil, err
			}
		}
		act.Edit.Actions = append(act.Edit.Actions, postmortem.ItemEdit(a))
	}
	empty := body.Title == "" && body.DueAt.IsZero() && len(body.Sections) == 0 && len(body.Actions) == 0
	switch {
	case body.Owner == "" && empty:
		return nil, invalid("body", "nothing is to be changed: give title, due_at, sections, actions or owner")
	case body.Owner != "" && !empty:
		return nil, invalid("owner", "it is changed on its own: one change is one commit")
	case body.Owner != "":
		if err := c.knownUser("owner", body.Owner); err != nil {
			return nil, err
		}
		act.Do, act.Owner = postmortem.Assign, body.Owner
	}
	return c.shownPostmortem(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), act))
}

// PostmortemAction is the body of every action on a postmortem.
type PostmortemAction struct {
	Actor
	Reason string `json:"reason,omitempty" doc:"waive: why it is not needed; note will do, too."`
	Owner  string `json:"owner,omitempty" doc:"assign: the user who owns it from now on."`
}

var postmortemActions = [...]struct {
	do  postmortem.Do
	doc string
}{
	{postmortem.Complete, "It is written and agreed upon."},
	{postmortem.Waive, "It is not needed after all, for a reason."},
	{postmortem.Reopen, "Take up a postmortem that was over."},
	{postmortem.Assign, "Hand it to another user."},
	{postmortem.Note, "Write a note into the timeline."},
}

func actOnPostmortem(do postmortem.Do) handler {
	return func(c *call) (any, error) {
		var body PostmortemAction
		if err := c.read(&body); err != nil {
			return nil, err
		}
		by, err := c.by(body.Actor)
		if err != nil {
			return nil, err
		}
		if err := body.check(c, do); err != nil {
			return nil, err
		}
		note := body.Note
		if body.Reason != "" {
			note = body.Reason
		}
		return c.shownPostmortem(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), postmortem.Action{
			Do: do, By: by, Via: via, Note: note, Owner: body.Owner,
		}))
	}
}

func (b PostmortemAction) check(c *call, do postmortem.Do) error {
	waive, assign := do == postmortem.Waive, do == postmortem.Assign
	switch {
	case b.Reason != "" && !waive:
		return invalid("reason", "only waive takes it")
	case b.Reason != "" && b.Note != "":
		return invalid("reason", "give reason or note, not both")
	case len(b.Reason) > maxNote:
		return invalid("reason", "it has %d bytes, %d are possible", len(b.Reason), maxNote)
	case waive && strings.TrimSpace(b.Reason+b.Note) == "":
		return invalid("reason", "missing: say why it is not needed")
	case b.Owner != "" && !assign:
		return invalid("owner", "only assign takes it")
	case assign && b.Owner == "":
		return invalid("owner", "missing: say who owns it from now on")
	case assign:
		return c.knownUser("owner", b.Owner)
	case do == postmortem.Note && strings.TrimSpace(b.Note) == "":
		return invalid("note", "a note needs a text")
	}
	return nil
}
