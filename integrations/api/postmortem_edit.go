package api

import (
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// PostmortemEdit changes a postmortem: what is left out stays as it is. All of it is done, or nothing.
type PostmortemEdit struct {
	Actor
	Title      string            `json:"title,omitempty"`
	DueAt      string            `json:"due_at,omitempty" jsonschema:"format=date-time" doc:"It moves once, and note says why; the key of an admin may move it again."`
	AddTags    []string          `json:"add_tags,omitempty"`
	RemoveTags []string          `json:"remove_tags,omitempty"`
	Sections   map[string]string `json:"sections,omitempty" doc:"By name; an empty text clears a section of the outline and removes another."`
	Causes     []CauseEdit       `json:"causes,omitempty"`
	Lessons    []LessonEdit      `json:"lessons,omitempty"`
	Actions    []ActionEdit      `json:"actions,omitempty"`
	Owner      string            `json:"owner,omitempty" doc:"Hands it to another user; on its own, or with a note."`
}

// CauseEdit makes a cause, or changes, moves or removes the one of number n.
type CauseEdit struct {
	N        int     `json:"n,omitempty" doc:"None makes a new one, which must have a text."`
	Text     *string `json:"text,omitempty"`
	Evidence *string `json:"evidence,omitempty" doc:"How it is known."`
	Category *string `json:"category,omitempty" doc:"What kind of cause it is, in the words of every postmortem: capacity, release; empty takes it away."`
	Parent   *int    `json:"parent,omitempty" doc:"The cause that it explains; 0 puts it at the top."`
	Before   int     `json:"before,omitempty" doc:"The cause of the same parent that it comes before; none for the last place."`
	Remove   bool    `json:"remove,omitempty" doc:"With everything below it."`
}

// LessonEdit makes a lesson, or changes or removes the one of number n.
type LessonEdit struct {
	N      int    `json:"n,omitempty" doc:"None makes a new one, which must have a text."`
	Text   string `json:"text,omitempty"`
	Remove bool   `json:"remove,omitempty"`
}

// ActionEdit makes an action item, or changes the one of number n.
type ActionEdit struct {
	N        int    `json:"n,omitempty" doc:"None makes a new one, which must have a text."`
	Text     string `json:"text,omitempty"`
	Owner    string `json:"owner,omitempty"`
	DueAt    string `json:"due_at,omitempty" jsonschema:"format=date-time"`
	Reason   string `json:"reason,omitempty" doc:"Why it is due on another day than was promised; must be given then."`
	Horizon  string `json:"horizon,omitempty" jsonschema:"enum=short,enum=mid,enum=long" doc:"short: hours, mid: weeks."`
	Issue    string `json:"issue,omitempty" doc:"The address of the issue that follows it elsewhere."`
	Lesson   int    `json:"lesson,omitempty" doc:"The lesson that it comes from."`
	Done     *bool  `json:"done,omitempty"`
	Verified *bool  `json:"verified,omitempty" doc:"Only what is done can be verified, and only by evidence."`
	Evidence string `json:"evidence,omitempty" doc:"That the same condition no longer leads to the same failure."`
}

func (b PostmortemEdit) empty() bool {
	return b.Title == "" && b.DueAt == "" && len(b.AddTags)+len(b.RemoveTags)+len(b.Sections)+len(b.Causes)+len(b.Lessons)+len(b.Actions) == 0
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
	act := postmortem.Action{Do: postmortem.Update, By: by, Via: via, Note: body.Note, Admin: c.key.Role.includes(Admin)}
	if act.Edit, err = c.edit(body); err != nil {
		return nil, err
	}
	switch {
	case body.Owner == "" && body.empty():
		return nil, invalid("body", "nothing is to be changed: give title, due_at, add_tags, remove_tags, sections, causes, lessons, actions or owner")
	case body.Owner != "" && !body.empty():
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
	e = postmortem.Edit{
		Title: body.Title, AddTags: body.AddTags, RemoveTags: body.RemoveTags, Sections: body.Sections,
		Causes:  each(body.Causes, func(c CauseEdit) postmortem.CauseEdit { return postmortem.CauseEdit(c) }),
		Lessons: each(body.Lessons, func(l LessonEdit) postmortem.LessonEdit { return postmortem.LessonEdit(l) }),
	}
	if e.DueAt, err = optionalTime("due_at", body.DueAt); err != nil {
		return e, err
	}
	for _, a := range body.Actions {
		item := postmortem.ItemEdit{
			N: a.N, Text: a.Text, Owner: a.Owner, Why: a.Reason, Horizon: postmortem.Horizon(a.Horizon), Issue: a.Issue,
			Lesson: a.Lesson, Done: a.Done, Verified: a.Verified, Evidence: a.Evidence,
		}
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
