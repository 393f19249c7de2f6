package postmortem

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// How much a postmortem holds.
const (
	maxTitle    = 500     // bytes
	maxSections = 40      //
	maxSection  = 100_000 // bytes of one section
	maxName     = 60      // bytes of the name of a section
	maxItems    = 200     //
	maxItem     = 2_000   // bytes of the text of one action item
)

// update writes sections and action items, and moves the due date. A completed postmortem can still be updated:
// its action items go on. It checks everything before it changes anything.
func (s *State) update(a Action, env Env) error {
	e := a.Edit
	if s.Status == Waived {
		return s.isOver()
	}
	e.Title = strings.TrimSpace(e.Title)
	if len(e.Title) > maxTitle {
		return &Refused{fmt.Sprintf("A title holds %d bytes at most, this one has %d.", maxTitle, len(e.Title))}
	}
	if !e.DueAt.IsZero() && e.DueAt.Before(s.CreatedAt) {
		return &Refused{fmt.Sprintf("%s cannot be due before it was made, %s.", s.Name(), s.CreatedAt.UTC().Format(time.RFC3339))}
	}
	if err := s.checkSections(e.Sections); err != nil {
		return err
	}
	if err := s.checkItems(e.Actions, env); err != nil {
		return err
	}
	var changed []string
	if e.Title != "" && e.Title != s.Title {
		s.Title = e.Title
		changed = append(changed, fmt.Sprintf("title %q", e.Title))
	}
	if !e.DueAt.IsZero() && !e.DueAt.Equal(s.DueAt) {
		changed = append(changed, fmt.Sprintf("due %s, after %s", e.DueAt.UTC().Format(time.RFC3339), s.DueAt.UTC().Format(time.RFC3339)))
		s.DueAt = e.DueAt
	}
	changed = append(changed, s.write(e.Sections)...)
	for _, item := range e.Actions {
		changed = append(changed, s.change(item, a.By, env)...)
	}
	if len(changed) > 0 {
		s.note(env, "updated", a.By, a.said(strings.Join(changed, "; ")))
	}
	return nil
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
		if text == "" && !slices.Contains(Sections[:], name) {
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

func (s *State) checkItems(items []ItemEdit, env Env) error {
	total := len(s.Actions)
	for _, e := range items {
		switch {
		case e.N == 0 && strings.TrimSpace(e.Text) == "":
			return &Refused{"An action item needs a text."}
		case e.N != 0 && s.item(e.N) == nil:
			return &Refused{fmt.Sprintf("%s has no action item %d.", s.Name(), e.N)}
		case len(e.Text) > maxItem:
			return &Refused{fmt.Sprintf("An action item holds %d bytes at most, this one has %d.", maxItem, len(e.Text))}
		case e.Owner != "" && !known(env, e.Owner):
			return &Refused{fmt.Sprintf("There is no user %q.", e.Owner)}
		case e.N == 0:
			total++
		}
	}
	if total > maxItems {
		return &Refused{fmt.Sprintf("A postmortem has %d action items at most.", maxItems)}
	}
	return nil
}

func (s *State) item(n int) *Item {
	for i := range s.Actions {
		if s.Actions[i].N == n {
			return &s.Actions[i]
		}
	}
	return nil
}

// change makes or changes one action item and says what changed.
func (s *State) change(e ItemEdit, by string, env Env) (changed []string) {
	text := strings.TrimSpace(e.Text)
	if e.N == 0 {
		s.Items++
		s.Actions = append(s.Actions, Item{N: s.Items})
		e.N = s.Items
		changed = append(changed, fmt.Sprintf("new action %d: %s", e.N, text))
	}
	item := s.item(e.N)
	was := *item
	item.Text, item.Owner = cmp.Or(text, item.Text), cmp.Or(e.Owner, item.Owner)
	if !e.DueAt.IsZero() {
		item.DueAt = e.DueAt
	}
	if len(changed) == 0 && (item.Text != was.Text || item.Owner != was.Owner || !item.DueAt.Equal(was.DueAt)) {
		changed = append(changed, fmt.Sprintf("action %d", e.N))
	}
	if e.Done != nil && *e.Done != item.Done {
		item.Done, item.DoneAt, item.DoneBy = *e.Done, time.Time{}, ""
		text := "action %d not done after all"
		if item.Done {
			item.DoneAt, item.DoneBy = env.Now, by
			text = "action %d done"
		}
		changed = append(changed, fmt.Sprintf(text, e.N))
	}
	return changed
}
