package postmortem

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// How much a postmortem holds.
const (
	maxTitle    = 500     // bytes
	maxSections = 40      //
	maxSection  = 100_000 // bytes of one section
	maxName     = 60      // bytes of the name of a section
)

// update writes sections, causes, lessons and action items, and moves the due date: all of it or nothing. A published
// postmortem can still be updated: its action items go on.
func (s *State) update(a Action, env Env) error {
	if s.Status == Waived {
		return s.isOver()
	}
	next := s.copied()
	changed, err := next.edit(a, env)
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		if next.Status == Open && next.Stage() == Required {
			next.Phase = Drafting
		}
		next.note(env, "updated", a.By, a.said(strings.Join(changed, "; ")))
	}
	*s = *next
	return nil
}

// copied shares nothing with s that an update changes.
func (s *State) copied() *State {
	next := *s
	next.Tags = slices.Clone(s.Tags)
	next.Sections = maps.Clone(s.Sections)
	next.Causes, next.Lessons, next.Actions = slices.Clone(s.Causes), slices.Clone(s.Lessons), slices.Clone(s.Actions)
	for i := range next.Actions {
		next.Actions[i].Moves = slices.Clone(next.Actions[i].Moves)
	}
	next.Moves, next.Timeline = slices.Clone(s.Moves), slices.Clone(s.Timeline)
	next.Issues.List, next.Pages = slices.Clone(s.Issues.List), slices.Clone(s.Pages)
	return &next
}

// edit does everything and says what changed; refused, it may have changed s.
func (s *State) edit(a Action, env Env) (changed []string, err error) {
	e := a.Edit
	if e.Title = strings.TrimSpace(e.Title); len(e.Title) > maxTitle {
		return nil, &Refused{fmt.Sprintf("A title holds %d bytes at most, this one has %d.", maxTitle, len(e.Title))}
	}
	if e.Title != "" && e.Title != s.Title {
		s.Title = e.Title
		changed = append(changed, fmt.Sprintf("title %q", e.Title))
	}
	said := func(text string, failed error) error {
		if text != "" {
			changed = append(changed, text)
		}
		return failed
	}
	tagged, err := s.editTags(e)
	if err != nil {
		return nil, err
	}
	changed = append(changed, tagged...)
	if err := said(s.moveTo(a, env)); err != nil {
		return nil, err
	}
	if e.Sections, err = canonical(e.Sections); err != nil {
		return nil, err
	}
	if err := s.checkSections(e.Sections); err != nil {
		return nil, err
	}
	changed = append(changed, s.write(e.Sections)...)
	for _, c := range e.Causes {
		if err := said(s.editCause(c)); err != nil {
			return nil, err
		}
	}
	for _, l := range e.Lessons {
		if err := said(s.editLesson(l)); err != nil {
			return nil, err
		}
	}
	for _, item := range e.Actions {
		text, err := s.editItem(item, a.By, env)
		if err != nil {
			return nil, err
		}
		changed = append(changed, text...)
	}
	return changed, nil
}

// moveTo moves the due date: once, with a reason. Only an admin may move it again.
func (s *State) moveTo(a Action, env Env) (said string, err error) {
	due, why := a.Edit.DueAt, strings.TrimSpace(a.Note)
	moved := ""
	if !due.IsZero() && !due.Equal(s.DueAt) {
		due, moved = workDay(due, s.Owner, env)
	}
	switch {
	case due.IsZero() || due.Equal(s.DueAt):
		return "", nil
	case due.Before(s.CreatedAt):
		return "", &Refused{fmt.Sprintf("%s cannot be due before it was made, %s.", s.Name(), stamp(s.CreatedAt))}
	case why == "":
		return "", &Refused{fmt.Sprintf("Say why %s is due on another day than %s.", s.Name(), stamp(s.DueAt))}
	case len(s.Moves) > 0 && !a.Admin:
		return "", &Refused{fmt.Sprintf("The due date of %s was moved already%s, from %s to %s. It moves once; only an admin may move it again.",
			s.Name(), byWhom(s.Moves[0].By), stamp(s.Moves[0].From), stamp(s.Moves[0].To))}
	}
	m := Move{At: env.Now, By: a.By, From: s.DueAt, To: due, Why: why, Admin: len(s.Moves) > 0}
	s.DueAt, s.DueWhy = due, moved
	s.Moves = append(s.Moves, m)
	if len(s.Moves) > maxMoves {
		s.Moves = slices.Delete(s.Moves, 1, 2)
	}
	said = fmt.Sprintf("due %s, after %s", stamp(m.To), stamp(m.From))
	if moved != "" {
		said += " (" + moved + ")"
	}
	return said, nil
}

// canonical puts sections under the names by which they are kept.
func canonical(sections map[string]string) (map[string]string, error) {
	named := map[string]string{}
	for name, text := range sections {
		kept := Canonical(name)
		if _, twice := named[kept]; twice {
			return nil, &Refused{fmt.Sprintf("The section %s is given twice.", kept)}
		}
		named[kept] = text
	}
	return named, nil
}

func (s *State) checkSections(sections map[string]string) error {
	total := len(s.Sections)
	for name, text := range sections {
		switch _, there := s.Sections[name]; {
		case name == "" || len(name) > maxName:
			return &Refused{fmt.Sprintf("The name of a section has 1 to %d bytes.", maxName)}
		case len(text) > maxSection:
			return &Refused{fmt.Sprintf("A section holds %d bytes at most, %q has %d.", maxSection, name, len(text))}
		case !there && text != "":
			total++
		}
	}
	if total > maxSections {
		return &Refused{fmt.Sprintf("A postmortem has %d sections at most.", maxSections)}
	}
	return nil
}

// write puts the texts into their sections and says what changed.
func (s *State) write(sections map[string]string) (changed []string) {
	for _, name := range slices.Sorted(maps.Keys(sections)) {
		text := sections[name]
		if s.Sections[name] == text {
			continue
		}
		if text == "" && !s.outlined(name) {
			delete(s.Sections, name)
		} else {
			if s.Sections == nil {
				s.Sections = map[string]string{}
			}
			s.Sections[name] = text
		}
		changed = append(changed, "section "+name)
	}
	return changed
}
