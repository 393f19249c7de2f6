package api

import (
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

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
	DueAt    string            `json:"due_at,omitempty" jsonschema:"format=date-time"`
	Sections map[string]string `json:"sections,omitempty" doc:"By name; an empty text clears a standard section and removes another."`
	Actions  []ActionEdit      `json:"actions,omitempty"`
	Owner    string            `json:"owner,omitempty" doc:"Hands it to another user; on its own, or with a note."`
}

// ActionEdit makes an action item, or changes the one of number n.
type ActionEdit struct {
	N     int    `json:"n,omitempty" doc:"None makes a new one, which must have a text."`
	Text  string `json:"text,omitempty"`
	Owner string `json:"owner,omitempty"`
	DueAt string `json:"due_at,omitempty" jsonschema:"format=date-time"`
	Done  *bool  `json:"done,omitempty"`
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
	if act.Edit, err = c.edit(body); err != nil {
		return nil, err
	}
	empty := body.Title == "" && body.DueAt == "" && len(body.Sections) == 0 && len(body.Actions) == 0
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

func (c *call) edit(body PostmortemEdit) (e postmortem.Edit, err error) {
	e = postmortem.Edit{Title: body.Title, Sections: body.Sections}
	if e.DueAt, err = optionalTime("due_at", body.DueAt); err != nil {
		return e, err
	}
	for _, a := range body.Actions {
		item := postmortem.ItemEdit{N: a.N, Text: a.Text, Owner: a.Owner, Done: a.Done}
		if item.DueAt, err = optionalTime("actions.due_at", a.DueAt); err != nil {
			return e, err
		}
		if a.Owner != "" {
			if err = c.knownUser("actions.owner", a.Owner); err != nil {
				return e, err
			}
		}
		e.Actions = append(e.Actions, item)
	}
	return e, nil
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
