package api

import (
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// Postmortem is a postmortem as the API shows it.
type Postmortem struct {
	ID       string            `json:"id" doc:"PM-3."`
	Number   uint64            `json:"number"`
	Status   postmortem.Status `json:"status" jsonschema:"enum=open,enum=completed,enum=waived" doc:"Whether it is owed: open until it is published or waived."`
	Stage    postmortem.Stage  `json:"stage" jsonschema:"enum=required,enum=drafting,enum=in_review,enum=published,enum=waived" doc:"How far it is."`
	Incident string            `json:"incident" doc:"INC-7."`
	Title    string            `json:"title"`
	Priority string            `json:"priority"`
	Service  string            `json:"service"`
	Team     string            `json:"team"`
	Tags     []string          `json:"tags" doc:"What kind of failure it was; those of the incident at first."`
	Owner    string            `json:"owner" doc:"Empty when nobody could be named."`
	Reviews  []Review          `json:"reviews" doc:"By reviewer."`
	DueAt    Time              `json:"due_at"`
	DueWhy   string            `json:"due_why" doc:"Why it is due on that day and not on the one that was counted or asked for: that was no working day of its owner."`
	Promised Time              `json:"promised_at" doc:"When it was due before its due date was moved."`
	Moves    []Move            `json:"moves" doc:"Of the due date."`
	Overdue  bool              `json:"overdue"`

	Template string            `json:"template" doc:"The file whose outline it is written by; empty for the standard one."`
	Outline  []Heading         `json:"outline" doc:"Its sections in their order."`
	Sections map[string]string `json:"sections" doc:"Plain text or Markdown, by name."`
	Causes   []Cause           `json:"causes" doc:"The tree of root causes: parents before their children."`
	Lessons  []Lesson          `json:"lessons"`
	Actions  []ActionItem      `json:"actions"`

	CreatedAt   Time       `json:"created_at"`
	CompletedAt Time       `json:"completed_at" doc:"When it was published."`
	CompletedBy string     `json:"completed_by"`
	Gaps        []string   `json:"gaps" doc:"What it was published in spite of."`
	ForcedFor   string     `json:"forced_for" doc:"Why it was published by force."`
	WaivedAt    Time       `json:"waived_at"`
	WaivedBy    string     `json:"waived_by"`
	WaivedFor   string     `json:"waived_for" doc:"The reason."`
	Meeting     *Meeting   `json:"meeting,omitempty" doc:"The review meeting, if one was set."`
	Plan        []PlanStep `json:"plan" doc:"What is to be done for it, and by when; none of a waived one."`
	Snoozes     []Snooze   `json:"snoozes" doc:"Who is not reminded for now."`
	RemindAt    Time       `json:"remind_at" doc:"When its owner is reminded next."`
	Reminders   int        `json:"reminders" doc:"How many rounds there were."`

	Pages    []Page          `json:"pages" doc:"The reminders that were sent."`
	Timeline []NumberedEntry `json:"timeline"`
}

// Heading is a section of a postmortem's outline.
type Heading struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Guidance string `json:"guidance" doc:"What is to be written here."`
	Required bool   `json:"required"`
}

// Review is what a reviewer said at last.
type Review struct {
	User    string             `json:"user"`
	Verdict postmortem.Verdict `json:"verdict" jsonschema:"enum=asked,enum=approved,enum=changes"`
	AskedAt Time               `json:"asked_at"`
	At      Time               `json:"at" doc:"Of the verdict."`
	Note    string             `json:"note"`
}

// Move is one change of a date that was promised.
type Move struct {
	At    Time   `json:"at"`
	By    string `json:"by"`
	From  Time   `json:"from"`
	To    Time   `json:"to"`
	Why   string `json:"why"`
	Admin bool   `json:"admin" doc:"Beyond the one move that everybody may make."`
}

// Cause is one answer to a why.
type Cause struct {
	N        int    `json:"n"`
	Parent   int    `json:"parent" doc:"The cause that it explains; 0 for a first answer."`
	Text     string `json:"text"`
	Evidence string `json:"evidence" doc:"How it is known."`
	Category string `json:"category" doc:"What kind of cause it is, in the words of every postmortem: capacity, release."`
}

// Lesson is something that was learned.
type Lesson struct {
	N    int    `json:"n"`
	Text string `json:"text"`
}

// ActionItem is something to be done.
type ActionItem struct {
	N         int                `json:"n"`
	Text      string             `json:"text"`
	Status    string             `json:"status" jsonschema:"enum=open,enum=done,enum=verified"`
	Owner     string             `json:"owner"`
	DueAt     Time               `json:"due_at"`
	Horizon   postmortem.Horizon `json:"horizon" doc:"short (hours), mid (weeks), long, or empty."`
	Issue     string             `json:"issue" doc:"The address of the issue that follows it elsewhere."`
	Ticket    *Issue             `json:"ticket,omitempty" doc:"That issue, as its tracker says; missing where it is in none that is configured."`
	IssueDone bool               `json:"issue_done" doc:"Its issue is done, and it is not verified yet: somebody has to say that it is done, and that it worked."`
	Lesson    int                `json:"lesson" doc:"The lesson that it comes from; 0 for none."`
	Overdue   bool               `json:"overdue"`
	Promised  Time               `json:"promised_at" doc:"The first date that it was due on."`
	DaysLate  int                `json:"days_late" doc:"Against the first date, until it was done."`
	Slips     int                `json:"slips" doc:"How often it was put off."`
	Moves     []Move             `json:"moves" doc:"Of the due date."`

	Done       bool   `json:"done"`
	DoneAt     Time   `json:"done_at"`
	DoneBy     string `json:"done_by"`
	VerifiedAt Time   `json:"verified_at"`
	VerifiedBy string `json:"verified_by"`
	Evidence   string `json:"evidence" doc:"That the same condition no longer leads to the same failure."`
}

func (c *call) showPostmortem(s *postmortem.State) Postmortem {
	return Postmortem{
		ID: s.Name(), Number: s.Number, Status: s.Status, Stage: s.Stage(), Incident: s.Incident, Title: s.Title, Priority: s.Priority,
		Service: s.Service, Team: s.Team, Tags: some(s.Tags), Owner: s.Owner, Reviews: each(s.Reviews, showReview),
		DueAt: utc(s.DueAt), DueWhy: s.DueWhy, Promised: utc(s.Promised()), Moves: each(s.Moves, showMove), Overdue: s.Overdue(c.env.Now),
		Template: s.Template, Outline: each(s.Headings(), showHeading), Sections: s.Texts(),
		Causes:  each(s.Causes, func(c postmortem.Cause) Cause { return Cause(c) }),
		Lessons: each(s.Lessons, func(l postmortem.Lesson) Lesson { return Lesson(l) }),
		Actions: each(s.Actions, func(i postmortem.Item) ActionItem { return c.showItem(s, i) }),

		CreatedAt: utc(s.CreatedAt), CompletedAt: utc(s.CompletedAt), CompletedBy: s.CompletedBy,
		Gaps: each(s.Gaps, func(g string) string { return g }), ForcedFor: s.ForcedFor,
		WaivedAt: utc(s.WaivedAt), WaivedBy: s.WaivedBy, WaivedFor: s.WaivedFor,
		Meeting: showMeeting(s.Meeting), Plan: c.postmortemPlan(s), Snoozes: c.snoozes(s), RemindAt: utc(s.RemindAt), Reminders: s.Reminders,
		Pages: each(s.Pages, showPage), Timeline: numbered(s.Timeline),
	}
}

// each shows a list one by one; none is [], not null.
func each[A, B any](list []A, show func(A) B) []B {
	out := make([]B, len(list))
	for i, v := range list {
		out[i] = show(v)
	}
	return out
}

func showHeading(h postmortem.Heading) Heading {
	return Heading{h.Name, h.Title, h.Guidance, h.Required}
}

func showReview(r postmortem.Review) Review {
	return Review{r.User, r.Verdict, utc(r.AskedAt), utc(r.At), r.Note}
}

func showMove(m postmortem.Move) Move {
	return Move{utc(m.At), m.By, utc(m.From), utc(m.To), m.Why, m.Admin}
}

func (c *call) showItem(s *postmortem.State, i postmortem.Item) ActionItem {
	status, now := "open", c.env.Now
	switch {
	case i.Verified():
		status = "verified"
	case i.Done:
		status = "done"
	}
	v := ActionItem{
		N: i.N, Text: i.Text, Status: status, Owner: i.Owner, DueAt: utc(i.DueAt), Horizon: i.Horizon, Issue: i.Issue, Lesson: i.Lesson,
		Overdue: i.Overdue(now), Promised: utc(i.Promised()), DaysLate: i.DaysLate(now), Slips: i.Slips, Moves: each(i.Moves, showMove),
		Done: i.Done, DoneAt: utc(i.DoneAt), DoneBy: i.DoneBy,
		VerifiedAt: utc(i.VerifiedAt), VerifiedBy: i.VerifiedBy, Evidence: i.Evidence,
	}
	if t := s.Ticket(i.N); t != nil {
		shown := showIssue(*t, s.Pages)
		v.Ticket, v.IssueDone = &shown, t.Category == issue.Done && !i.Verified()
	}
	return v
}

// PostmortemCheck is what a postmortem lacks.
type PostmortemCheck struct {
	OK   bool  `json:"ok" doc:"It can be published: there is no error."`
	Gaps []Gap `json:"gaps"`
}

// Gap is something that a postmortem lacks.
type Gap struct {
	Severity postmortem.Severity `json:"severity" jsonschema:"enum=error,enum=warning" doc:"Errors keep it from being published."`
	Code     string              `json:"code" doc:"section_empty, lesson_without_action, action_without_owner, action_without_date, blame, not_approved."`
	Where    string              `json:"where" doc:"The section by name, or cause 3, lesson 1, action 2, review."`
	Text     string              `json:"text"`
}

func checkPostmortem(c *call) (any, error) {
	s, err := c.Engine.Postmortem(c.ctx, c.name("PM"))
	if err != nil {
		return nil, err
	}
	gaps := s.Check(c.env)
	return PostmortemCheck{
		OK:   len(gaps.Errors()) == 0,
		Gaps: each(gaps, func(g postmortem.Gap) Gap { return Gap(g) }),
	}, nil
}
