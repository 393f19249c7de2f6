package api

import (
	"net/http"
	"strconv"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// Issue is an issue in another system, or a link.
type Issue struct {
	N        int            `json:"n"`
	Tracker  string         `json:"tracker" jsonschema:"enum=jira,enum=github,enum=link"`
	Key      string         `json:"key" doc:"PAY-12 or owner/repo#34; empty until it is created, and of a link."`
	URL      string         `json:"url"`
	Relation issue.Relation `json:"relation" jsonschema:"enum=blocks,enum=is_blocked_by,enum=causes,enum=is_caused_by,enum=relates_to,enum=duplicates,enum=follow_up,enum=customer_request" doc:"Read as: INC-7 is_caused_by PAY-12."`
	Summary  string         `json:"summary"`
	State    string         `json:"state" doc:"As its tracker calls it; empty while nothing is known."`
	Category issue.Category `json:"category" doc:"open, in_progress or done; empty while nothing is known."`
	Assignee string         `json:"assignee"`
	Missing  bool           `json:"missing" doc:"Its tracker does not know it any more, or does not show it to Tocsin."`
	ReadAt   Time           `json:"refreshed_at" doc:"When its tracker said so."`
	By       string         `json:"by" doc:"Who linked it."`
	At       Time           `json:"at"`
	Pending  *IssueTask     `json:"pending,omitempty" doc:"What waits for its tracker; missing when nothing does."`
	Error    string         `json:"error" doc:"Why it could not be created, linked or read. A refresh tries again."`
}

// IssueTask is something that is to be done at a tracker.
type IssueTask struct {
	Do       string      `json:"do" jsonschema:"enum=create,enum=attach" doc:"attach: have the issue show where it comes from, and read it."`
	Status   page.Status `json:"status" jsonschema:"enum=pending,enum=sending"`
	Attempts int         `json:"attempts"`
	Error    string      `json:"error" doc:"What came of the latest attempt."`
	NextAt   Time        `json:"next_at" doc:"When it is tried next."`
}

// NewIssue links an issue: exactly one of create, key and url says which.
type NewIssue struct {
	Actor
	Tracker  string      `json:"tracker,omitempty" jsonschema:"enum=jira,enum=github,enum=link" doc:"Default: as the url says, or the only one that is configured."`
	Create   *IssueDraft `json:"create,omitempty" doc:"Have it created. The answer does not wait for it: see pending."`
	Key      string      `json:"key,omitempty" doc:"PAY-12, owner/repo#34, or #34 in the configured repository."`
	URL      string      `json:"url,omitempty" doc:"Where its tracker is configured, the issue is followed there; else it is a link."`
	Relation string      `json:"relation,omitempty" jsonschema:"enum=blocks,enum=is_blocked_by,enum=causes,enum=is_caused_by,enum=relates_to,enum=duplicates,enum=follow_up,enum=customer_request" doc:"Default: relates_to; of an action, follow_up."`
	Summary  string      `json:"summary,omitempty" doc:"Of a link: what it is."`
}

// IssueDraft is an issue that is to be created.
type IssueDraft struct {
	Project     string `json:"project,omitempty" doc:"A Jira project, or OWNER/NAME. Default: the configured one."`
	Type        string `json:"type,omitempty" doc:"Of a Jira issue. Default: the configured one."`
	Summary     string `json:"summary,omitempty" doc:"Default: the title of the incident, or the text of the action."`
	Description string `json:"description,omitempty" doc:"Plain text; the link back is added. Default: what happened."`
}

// ActionIssues has issues created for the actions of a postmortem.
type ActionIssues struct {
	Actor
	Tracker  string `json:"tracker,omitempty" jsonschema:"enum=jira,enum=github" doc:"Default: the only one that is configured."`
	Project  string `json:"project,omitempty" doc:"Default: the configured one."`
	Type     string `json:"type,omitempty" doc:"Of Jira issues. Default: the configured one."`
	Relation string `json:"relation,omitempty" jsonschema:"enum=blocks,enum=is_blocked_by,enum=causes,enum=is_caused_by,enum=relates_to,enum=duplicates,enum=follow_up,enum=customer_request" doc:"Default: follow_up."`
}

func issueRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	made := []int{http.StatusCreated}
	return []route{
		{method: get, path: "/incidents/{ref}/issues", id: "listIncidentIssues", role: Viewer, answer: List[Issue]{}, handle: listIssues,
			doc: "The issues in Jira and GitHub and the links of an incident, in the order in which they were linked."},
		{method: post, path: "/incidents/{ref}/issues", id: "linkIncidentIssue", role: Responder, acts: true, body: NewIssue{}, answer: Incident{}, statuses: made, handle: linkIssue,
			doc: "Link an issue that is there, or have one created. Trackers are asked afterwards, for a week while they are away."},
		{method: post, path: "/incidents/{ref}/issues/refresh", id: "refreshIncidentIssues", role: Responder, acts: true, body: Actor{}, answer: Incident{}, handle: refreshIssues,
			doc: "Ask the trackers now how the issues are, and try again what failed."},
		{method: del, path: "/incidents/{ref}/issues/{n}", id: "unlinkIncidentIssue", role: Responder, acts: true, params: cancelParams, answer: Incident{}, handle: unlinkIssue,
			doc: "Unlink an issue. It stays in its tracker."},
		{method: post, path: "/postmortems/{ref}/actions/{n}/issue", id: "linkActionIssue", role: Responder, acts: true, body: NewIssue{}, answer: Postmortem{}, statuses: made, handle: linkTicket,
			doc: "Give an action its issue: one that is there, or one that is created."},
		{method: del, path: "/postmortems/{ref}/actions/{n}/issue", id: "unlinkActionIssue", role: Responder, acts: true, params: cancelParams, answer: Postmortem{}, handle: unlinkTicket,
			doc: "Unlink the issue of an action. It stays in its tracker."},
		{method: post, path: "/postmortems/{ref}/issues", id: "createActionIssues", role: Responder, acts: true, body: ActionIssues{}, answer: Postmortem{}, statuses: made, handle: createTickets,
			doc: "Have an issue created for each action that is not done and has none."},
		{method: post, path: "/postmortems/{ref}/issues/refresh", id: "refreshActionIssues", role: Responder, acts: true, body: Actor{}, answer: Postmortem{}, handle: refreshTickets,
			doc: "Ask the trackers now how the issues of the actions are, and try again what failed."},
	}
}

func (b NewIssue) wish() issue.Wish {
	w := issue.Wish{Tracker: b.Tracker, Relation: issue.Relation(b.Relation), Key: b.Key, URL: b.URL, Summary: b.Summary}
	if b.Create != nil {
		d := issue.Draft(*b.Create)
		w.Create = &d
	}
	return w
}

// n is the number in the path.
func (c *call) n() (int, error) {
	n, err := strconv.Atoi(c.param("n"))
	if err != nil || n < 1 {
		return 0, invalid("n", "%q is not the number of one", clip(c.param("n")))
	}
	return n, nil
}

func listIssues(c *call) (any, error) {
	s, err := c.Engine.Incident(c.ctx, c.name("INC"))
	if err != nil {
		return nil, err
	}
	return List[Issue]{Items: showIssues(s.Issues.List, s.Out.Pages)}, nil
}

// onIssues does something about the issues of an incident.
func (c *call) onIssues(do incident.Do, who Actor, w issue.Wish) (any, error) {
	by, err := c.by(who)
	if err != nil {
		return nil, err
	}
	return c.shownIncident(c.Engine.ActOnIncident(c.ctx, c.name("INC"), incident.Action{Do: do, By: by, Via: via, Note: who.Note, Issue: w}))
}

func linkIssue(c *call) (any, error) {
	var body NewIssue
	if err := c.read(&body); err != nil {
		return nil, err
	}
	return c.onIssues(incident.LinkIssue, body.Actor, body.wish())
}

func refreshIssues(c *call) (any, error) {
	var who Actor
	if err := c.read(&who); err != nil {
		return nil, err
	}
	return c.onIssues(incident.RefreshIssues, who, issue.Wish{})
}

func unlinkIssue(c *call) (any, error) {
	n, err := c.n()
	if err != nil {
		return nil, err
	}
	return c.onIssues(incident.UnlinkIssue, Actor{User: c.query.text("user"), Note: c.query.text("reason")}, issue.Wish{N: n})
}

// onTickets does something about the issues of the actions of a postmortem.
func (c *call) onTickets(do postmortem.Do, who Actor, w issue.Wish) (any, error) {
	by, err := c.by(who)
	if err != nil {
		return nil, err
	}
	return c.shownPostmortem(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), postmortem.Action{Do: do, By: by, Via: via, Note: who.Note, Issue: w}))
}

func linkTicket(c *call) (any, error) {
	var body NewIssue
	if err := c.read(&body); err != nil {
		return nil, err
	}
	n, err := c.n()
	if err != nil {
		return nil, err
	}
	w := body.wish()
	w.Action = n
	return c.onTickets(postmortem.LinkIssue, body.Actor, w)
}

func unlinkTicket(c *call) (any, error) {
	n, err := c.n()
	if err != nil {
		return nil, err
	}
	return c.onTickets(postmortem.UnlinkIssue, Actor{User: c.query.text("user"), Note: c.query.text("reason")}, issue.Wish{Action: n})
}

func createTickets(c *call) (any, error) {
	var body ActionIssues
	if err := c.read(&body); err != nil {
		return nil, err
	}
	return c.onTickets(postmortem.CreateIssues, body.Actor, issue.Wish{
		Tracker: body.Tracker, Relation: issue.Relation(body.Relation), Create: &issue.Draft{Project: body.Project, Type: body.Type},
	})
}

func refreshTickets(c *call) (any, error) {
	var who Actor
	if err := c.read(&who); err != nil {
		return nil, err
	}
	return c.onTickets(postmortem.RefreshIssues, who, issue.Wish{})
}
