package api

import (
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// PlanStep is one step of what a postmortem is followed through.
type PlanStep struct {
	Step       postmortem.StepName  `json:"step" jsonschema:"enum=meeting,enum=metrics,enum=write,enum=send,enum=actions"`
	DueAt      Time                 `json:"due_at" doc:"On a working day of the owner, on the way to the due date of the postmortem; of actions, the last date that one is due on."`
	State      postmortem.StepState `json:"state" jsonschema:"enum=ahead,enum=open,enum=overdue,enum=done" doc:"Nobody is reminded of what is ahead or done."`
	Reminded   int                  `json:"reminded" doc:"How often."`
	RemindedAt Time                 `json:"reminded_at"`
	Done       string               `json:"done" doc:"How it is known to be done."`
}

// Snooze is until when somebody is not reminded.
type Snooze struct {
	Person string `json:"person"`
	Until  Time   `json:"until"`
	By     string `json:"by"`
}

func showStep(s postmortem.Step) PlanStep {
	return PlanStep{s.Name, utc(s.DueAt), s.State, s.Reminded, utc(s.RemindedAt), s.Done}
}

func showSnooze(r postmortem.Rest) Snooze { return Snooze{r.User, utc(r.Until), r.By} }

// SnoozeRequest puts reminders off.
type SnoozeRequest struct {
	Actor
	Person string `json:"person,omitempty" doc:"The user who is not reminded; by default the owner of the postmortem."`
	Until  string `json:"until,omitempty" jsonschema:"format=date-time" doc:"Until when, 31 days at most; now ends a snooze."`
	For    string `json:"for,omitempty" doc:"For how long, such as 2d."`
}

func (c *call) snooze() (postmortem.Action, error) {
	var body SnoozeRequest
	if err := c.read(&body); err != nil {
		return postmortem.Action{}, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return postmortem.Action{}, err
	}
	act := postmortem.Action{Do: postmortem.Snooze, By: by, Via: via, Note: body.Note, User: body.Person}
	if body.Person != "" {
		if err := c.knownUser("person", body.Person); err != nil {
			return act, err
		}
	}
	act.Until, err = c.until(true, AlertAction{Until: body.Until, For: body.For})
	return act, err
}

func snoozePostmortem(c *call) (any, error) {
	act, err := c.snooze()
	if err != nil {
		return nil, err
	}
	return c.shownPostmortem(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), act))
}

// Snoozed is which postmortems somebody is not reminded of.
type Snoozed struct {
	Person      string   `json:"person"`
	Until       Time     `json:"until"`
	Postmortems []string `json:"postmortems" doc:"All of which they owe something now; new ones remind."`
}

func snoozeReminders(c *call) (any, error) {
	act, err := c.snooze()
	if err != nil {
		return nil, err
	}
	if act.User == "" {
		return nil, invalid("person", "missing: say whose reminders are snoozed")
	}
	names, err := c.Engine.SnoozeReminders(c.ctx, act)
	if err != nil {
		return nil, err
	}
	return Snoozed{act.User, utc(act.Until), each(names, func(name string) string { return name })}, nil
}

// MarkRequest says that a step of the plan is done though the record does not know, or that it is not needed.
type MarkRequest struct {
	Actor
	Step string `json:"step" jsonschema:"enum=meeting,enum=metrics,enum=write,enum=send"`
	Done *bool  `json:"done,omitempty" doc:"false takes that back. Default true."`
}

func markPostmortem(c *call) (any, error) {
	var body MarkRequest
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	if body.Step == "" {
		return nil, invalid("step", "missing: meeting, metrics, write or send")
	}
	do := postmortem.Mark
	if body.Done != nil && !*body.Done {
		do = postmortem.Unmark
	}
	return c.shownPostmortem(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), postmortem.Action{
		Do: do, By: by, Via: via, Note: body.Note, Step: postmortem.StepName(body.Step),
	}))
}

// plan is what a postmortem is followed through, as far as it still is.
func (c *call) postmortemPlan(s *postmortem.State) []PlanStep { return each(s.Plan(c.env), showStep) }

// snoozes are those that are not over.
func (c *call) snoozes(s *postmortem.State) []Snooze {
	var list []postmortem.Rest
	for _, r := range s.Snoozes {
		if r.Until.After(c.env.Now) {
			list = append(list, r)
		}
	}
	return each(list, showSnooze)
}

func postmortemPlanRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/postmortems/{ref}/snooze", id: "snoozePostmortem", role: Responder, acts: true,
			doc:  "Put off what somebody is reminded of for a postmortem. What is due stays due.",
			body: SnoozeRequest{}, answer: Postmortem{}, handle: snoozePostmortem},
		{method: http.MethodPost, path: "/postmortems/{ref}/mark", id: "markPostmortemStep", role: Responder, acts: true,
			doc:  "Say that a step of the plan is done, or not needed.",
			body: MarkRequest{}, answer: Postmortem{}, handle: markPostmortem},
		{method: http.MethodPost, path: "/reminders/snooze", id: "snoozeReminders", role: Responder, acts: true,
			doc:  "Put off everything that a person is reminded of for postmortems.",
			body: SnoozeRequest{}, answer: Snoozed{}, handle: snoozeReminders},
	}
}
