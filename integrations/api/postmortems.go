package api

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

var postmortemFilter = append([]param{
	{name: "status", list: true, of: []string{"open", "completed", "waived"}, doc: "Only these; all by default."},
	{name: "stage", list: true, of: []string{"required", "drafting", "in_review", "published", "waived"},
		doc: "Of what a page of the list holds, only these: a page may hold fewer than limit."},
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
	if stages := choices[postmortem.Stage](c.query, "stage"); len(stages) > 0 {
		list = slices.DeleteFunc(list, func(s *postmortem.State) bool { return !slices.Contains(stages, s.Stage()) })
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

// PostmortemAction is the body of every action on a postmortem.
type PostmortemAction struct {
	Actor
	Reason    string   `json:"reason,omitempty" doc:"waive, request-changes, publish by force: why; note will do, too."`
	Owner     string   `json:"owner,omitempty" doc:"assign: the user who owns it from now on."`
	Reviewers []string `json:"reviewers,omitempty" doc:"submit: the users who are asked, beside those who were before."`
	Force     bool     `json:"force,omitempty" doc:"publish: although the check finds errors, for a reason."`
}

var postmortemActions = [...]struct {
	do      postmortem.Do
	id, doc string
}{
	{postmortem.Submit, "submitPostmortem", "Ask its reviewers to read it."},
	{postmortem.Approve, "approvePostmortem", "Approve it, as a reviewer: user says who."},
	{postmortem.RequestChanges, "requestChangesToPostmortem", "Send it back to its owner, as a reviewer: user says who, reason what is to be changed."},
	{postmortem.Publish, "publishPostmortem", "Publish it. Refused while the check finds errors, unless by force for a reason."},
	{postmortem.Complete, "completePostmortem", "Publish it as it is. What the check finds is written down."},
	{postmortem.Waive, "waivePostmortem", "It is not needed after all, for a reason."},
	{postmortem.Reopen, "reopenPostmortem", "Take up a postmortem that was over."},
	{postmortem.Assign, "assignPostmortem", "Hand it to another user."},
	{postmortem.Note, "notePostmortem", "Write a note into the timeline."},
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
		return c.shownPostmortem(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), postmortem.Action{
			Do: do, By: by, Via: via, Note: cmp.Or(body.Reason, body.Note), Owner: body.Owner,
			Reviewers: body.Reviewers, Force: body.Force, Admin: c.key.Role.includes(Admin),
		}))
	}
}

func (b PostmortemAction) check(c *call, do postmortem.Do) error {
	waive, assign, changes := do == postmortem.Waive, do == postmortem.Assign, do == postmortem.RequestChanges
	said := strings.TrimSpace(b.Reason+b.Note) != ""
	switch {
	case b.Reason != "" && !waive && !changes && !b.Force:
		return invalid("reason", "only waive, request-changes and publish by force take it")
	case b.Reason != "" && b.Note != "":
		return invalid("reason", "give reason or note, not both")
	case len(b.Reason) > maxNote:
		return invalid("reason", "it has %d bytes, %d are possible", len(b.Reason), maxNote)
	case waive && !said:
		return invalid("reason", "missing: say why it is not needed")
	case changes && !said:
		return invalid("reason", "missing: say what is to be changed")
	case b.Force && do != postmortem.Publish:
		return invalid("force", "only publish takes it")
	case b.Force && !said:
		return invalid("reason", "missing: say why it is published although it is not complete")
	case len(b.Reviewers) > 0 && do != postmortem.Submit:
		return invalid("reviewers", "only submit takes them")
	case b.Owner != "" && !assign:
		return invalid("owner", "only assign takes it")
	case assign && b.Owner == "":
		return invalid("owner", "missing: say who owns it from now on")
	case assign:
		return c.knownUser("owner", b.Owner)
	case do == postmortem.Note && strings.TrimSpace(b.Note) == "":
		return invalid("note", "a note needs a text")
	}
	for _, user := range b.Reviewers {
		if err := c.knownUser("reviewers", user); err != nil {
			return err
		}
	}
	return nil
}
