package incident

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Check is what became of an item of the checklist.
type Check struct {
	Item    string    `json:"item"`
	Skipped bool      `json:"skipped,omitempty"`
	Reason  string    `json:"reason,omitempty"` // why it was skipped, or what was said with it
	By      string    `json:"by,omitempty"`
	At      time.Time `json:"at,omitzero"` // zero while nothing became of it
}

// Done reports whether it was ticked or skipped.
func (c Check) Done() bool { return !c.At.IsZero() }

// Checklist is the configured checklist, with what became of each item.
func (s *State) Checklist(env Env) []Check {
	list := make([]Check, len(env.Dir.Incident.Checklist))
	for i, item := range env.Dir.Incident.Checklist {
		list[i] = Check{Item: item}
		if k := s.check(item); k >= 0 {
			list[i] = s.Checks[k]
		}
	}
	return list
}

func (s *State) check(item string) int {
	return slices.IndexFunc(s.Checks, func(c Check) bool { return c.Item == item })
}

// item finds an item of the checklist by its number, from 1, or by its text.
func item(ref string, env Env) (string, error) {
	list := env.Dir.Incident.Checklist
	if n, err := strconv.Atoi(ref); err == nil && n >= 1 && n <= len(list) {
		return list[n-1], nil
	}
	if slices.Contains(list, ref) {
		return ref, nil
	}
	if len(list) == 0 {
		return "", &Refused{"There is no checklist: incident.checklist is empty."}
	}
	return "", &Refused{fmt.Sprintf("The checklist has no item %q. Write a number from 1 to %d, or its text.", ref, len(list))}
}

// tick says that an item is done, is skipped, or is to be done after all.
func (s *State) tick(a Action, env Env) error {
	text, err := item(a.Item, env)
	if err != nil {
		return err
	}
	if a.Do == Skip && strings.TrimSpace(a.Note) == "" {
		return &Refused{fmt.Sprintf("Say why %q is skipped.", text)}
	}
	k := s.check(text)
	if a.Do == Untick {
		if k >= 0 {
			s.Checks = slices.Delete(s.Checks, k, k+1)
			s.did(a, env, "checklist", fmt.Sprintf("not done after all: %q", text))
		}
		return nil
	}
	done := Check{Item: text, Skipped: a.Do == Skip, Reason: a.Note, By: a.By, At: env.Now}
	switch {
	case k < 0:
		s.Checks = append(s.Checks, done)
	case s.Checks[k].Skipped == done.Skipped:
		return nil // it is what they wanted
	default:
		s.Checks[k] = done
	}
	if done.Skipped {
		s.did(a, env, "checklist", fmt.Sprintf("skipped %q", text))
	} else {
		s.did(a, env, "checklist", fmt.Sprintf("ticked %q", text))
	}
	return nil
}

// ready refuses a close while items of the checklist are open, unless it is forced with a reason. It gives those that
// the close does without.
func (s *State) ready(a Action, env Env) (without []string, err error) {
	var open []string
	for i, c := range s.Checklist(env) {
		if !c.Done() {
			without = append(without, c.Item)
			open = append(open, fmt.Sprintf("%d. %s", i+1, c.Item))
		}
	}
	switch {
	case len(open) == 0:
		return nil, nil
	case !a.Force:
		return nil, &Refused{fmt.Sprintf("%s cannot be closed yet. Tick or skip: %s. Or force it, and say why.", s.Name(), strings.Join(open, "; "))}
	case strings.TrimSpace(a.Note) == "":
		return nil, &Refused{fmt.Sprintf("Say why %s is closed without its checklist.", s.Name())}
	}
	return without, nil
}
