package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// StepName is a step of the plan that every postmortem has.
type StepName string

// The steps of the plan, in their order.
const (
	StepMeeting StepName = "meeting" // schedule the review meeting
	StepMetrics StepName = "metrics" // fill in the metrics: impact and detection
	StepWrite   StepName = "write"   // write the retrospective, until it is in review
	StepSend    StepName = "send"    // publish it, and send the retrospective
	StepActions StepName = "actions" // finish the actions, until they are verified
)

// StepNames are all of them.
var StepNames = [...]StepName{StepMeeting, StepMetrics, StepWrite, StepSend, StepActions}

// StepState is how far a step is.
type StepState string

// The states of a step.
const (
	StepAhead   StepState = "ahead"   // nobody is reminded of it yet
	StepOpen    StepState = "open"    // it is to be done now
	StepOverdue StepState = "overdue" // and should have been
	StepDone    StepState = "done"
)

// Step is one step of the plan, as it is now.
type Step struct {
	Name       StepName
	State      StepState
	DueAt      time.Time // zero for actions that have no due date
	From       time.Time // when it is reminded of first
	Reminded   int
	RemindedAt time.Time
	Done       string // how it is known to be done
	what       string
}

// Told is what is known of a step that the rest of the record does not say.
type Told struct {
	Name       StepName  `json:"name"`
	Reminded   int       `json:"reminded,omitempty"`
	RemindedAt time.Time `json:"reminded_at,omitzero"`
	DoneAt     time.Time `json:"done_at,omitzero"` // when somebody said that it is done, or not needed
	DoneBy     string    `json:"done_by,omitempty"`
	Why        string    `json:"why,omitempty"`
}

// told returns what is known of a step, and makes room for it.
func (s *State) told(name StepName) *Told {
	i := slices.IndexFunc(s.Steps, func(t Told) bool { return t.Name == name })
	if i < 0 {
		s.Steps = append(s.Steps, Told{Name: name})
		i = len(s.Steps) - 1
	}
	return &s.Steps[i]
}

// Plan is what is to be done for the postmortem, and by when: the steps before the due date at equal distances on the way
// to it, on working days of the owner. A waived one has no plan.
func (s *State) Plan(env Env) []Step {
	if s.Status == Waived {
		return nil
	}
	way := s.DueAt.Sub(s.CreatedAt)
	part := func(n int) time.Time {
		at, _ := workDay(s.CreatedAt.Add(way*time.Duration(n)/4), s.Owner, env)
		if at.After(s.DueAt) {
			return s.DueAt
		}
		return at
	}
	meeting, metrics, write := part(1), part(2), part(3)
	steps := []Step{
		{Name: StepMeeting, DueAt: meeting, From: s.CreatedAt, what: "schedule the review meeting", Done: s.meetingDone()},
		{Name: StepMetrics, DueAt: metrics, From: meeting, what: "fill in the metrics (impact, detection)", Done: s.metricsDone()},
		{Name: StepWrite, DueAt: write, From: metrics, what: "write the retrospective and submit it for review", Done: s.writeDone()},
		s.sending(env),
		s.finishing(),
	}
	for i := range steps {
		s.stateOf(&steps[i], env)
	}
	return steps
}

// stateOf fills in what holds for every step.
func (s *State) stateOf(step *Step, env Env) {
	for _, t := range s.Steps {
		if t.Name != step.Name {
			continue
		}
		step.Reminded, step.RemindedAt = t.Reminded+step.Reminded, t.RemindedAt
		if step.Done == "" && !t.DoneAt.IsZero() {
			step.Done = strings.TrimSuffix("marked"+byWhom(t.DoneBy)+": "+t.Why, ": ")
		}
	}
	switch {
	case step.Done != "":
		step.State = StepDone
	case !step.DueAt.IsZero() && step.DueAt.Before(env.Now):
		step.State = StepOverdue
	case step.From.After(env.Now):
		step.State = StepAhead
	default:
		step.State = StepOpen
	}
}

func (s *State) meetingDone() string {
	switch {
	case s.Meeting.On():
		return "on " + stamp(s.Meeting.At)
	case s.Status == Completed:
		return "published"
	}
	return ""
}

// metricsDone says that the sections are written whose figures are asked for, as far as the outline has them.
func (s *State) metricsDone() string {
	if s.Status == Completed {
		return "published"
	}
	for _, name := range [...]string{Impact, Detection} {
		if s.outlined(name) && !s.written(name) {
			return ""
		}
	}
	return "impact and detection are written"
}

func (s *State) writeDone() string {
	switch {
	case s.Status == Completed:
		return "published"
	case s.Stage() == InReview:
		return "in review"
	}
	return ""
}

// sending is the step that ends the work on the postmortem. A retrospective is owed where the configuration had one when
// it was published, so that those of earlier days are not asked for.
func (s *State) sending(env Env) Step {
	step := Step{Name: StepSend, DueAt: s.DueAt, From: s.DueAt, what: "publish it"}
	configured, sent := env.Dir.Postmortem.Retrospective.On, s.Retrospective.Sent()
	switch {
	case s.Status != Completed && configured && !sent:
		step.what = "publish it, and send the retrospective"
	case s.Status != Completed:
	case !configured || !s.Retrospective.Owed:
		step.Done = "published"
	case sent:
		step.Done = "published, and the retrospective is sent"
	default:
		step.what = "send the retrospective"
	}
	return step
}

// finishing is the step of the actions, of which their owners are reminded.
func (s *State) finishing() Step {
	step := Step{Name: StepActions, From: s.CreatedAt, what: "finish the actions"}
	verified := 0
	for _, i := range s.Actions {
		if i.DueAt.After(step.DueAt) {
			step.DueAt = i.DueAt
		}
		if i.Verified() {
			verified++
		}
		step.Reminded += i.Reminded
	}
	if len(s.Actions) == 0 {
		step.From = s.DueAt
	}
	switch {
	case verified < len(s.Actions):
	case verified > 0:
		step.Done = count(verified, "action") + " verified"
	case s.Status == Completed:
		step.Done = "there are none"
	}
	return step
}

// mark says that a step is done though the record does not know, or that it is not needed; or takes that back.
func (s *State) mark(a Action, env Env) error {
	switch {
	case s.Status == Waived:
		return s.isOver()
	case !slices.Contains(StepNames[:], a.Step):
		return &Refused{fmt.Sprintf("The plan has no step %q: meeting, metrics, write, send, actions.", a.Step)}
	case a.Step == StepSend && s.Status == Open:
		return &Refused{fmt.Sprintf("%s is not published yet: publish it, or waive it.", s.Name())}
	case a.Step == StepActions:
		return &Refused{"The actions are finished one by one: say of each that it is done, and by which evidence it is verified."}
	}
	t := s.told(a.Step)
	if (a.Do == Mark) != t.DoneAt.IsZero() {
		return nil
	}
	text := "step " + string(a.Step) + " of the plan is done"
	t.DoneAt, t.DoneBy, t.Why = env.Now, a.By, strings.TrimSpace(a.Note)
	if a.Do == Unmark {
		t.DoneAt, t.DoneBy, t.Why = time.Time{}, "", ""
		text = "step " + string(a.Step) + " of the plan is not done after all"
	}
	s.note(env, "plan", a.By, a.said(text))
	s.reschedule(env)
	s.cancelUnwanted(env)
	return nil
}
