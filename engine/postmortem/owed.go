package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// verifyAfter is how long after an action is done its evidence is asked for: time to see whether it works.
const verifyAfter = 7 * 24 * time.Hour

// verifying is what the owner of the postmortem has to do for actions that others have done; false when they are verified.
func (s *State) verifying(env Env) (step Step, open bool) {
	step = Step{Name: StepActions, State: StepAhead}
	var which []string
	for i := range s.Actions {
		item := &s.Actions[i]
		if !item.Done || item.Verified() {
			continue
		}
		from := item.DoneAt.Add(verifyAfter)
		if step.From.IsZero() || from.Before(step.From) {
			step.From = from
		}
		if !from.After(env.Now) {
			step.State = StepOpen
			which = append(which, fmt.Sprint(item.N))
		}
	}
	what := "verify action "
	if len(which) > 1 {
		what = "verify actions "
	}
	step.what = what + strings.Join(which, ", ") + ": say by which evidence"
	return step, !step.From.IsZero() && s.Status != Waived
}

// owners are the steps of which the owner of the postmortem is reminded, as far as they are not done: the actions have
// owners of their own, until they are to be verified.
func (s *State) owners(env Env) []Step {
	steps := slices.DeleteFunc(s.Plan(env), func(step Step) bool { return step.State == StepDone || step.Name == StepActions })
	if step, open := s.verifying(env); open {
		steps = append(steps, step)
	}
	return steps
}

// remindFrom is when the owner is to be reminded of a step first; false when there is nothing to be done.
func (s *State) remindFrom(env Env) (from time.Time, open bool) {
	for _, step := range s.owners(env) {
		if !open || step.From.Before(from) {
			from, open = step.From, true
		}
	}
	return from, open
}

// todo are the steps that the owner is to be reminded of now.
func (s *State) todo(env Env) []Step {
	return slices.DeleteFunc(s.owners(env), func(step Step) bool { return step.State == StepAhead })
}

// countSteps counts that somebody is reminded of steps.
func (s *State) countSteps(steps []Step, env Env) {
	for _, step := range steps {
		t := s.told(step.Name)
		t.Reminded++
		t.RemindedAt = env.Now
	}
}
