package postmortem

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// What is done about the issues of action items.
const (
	LinkIssue     Do = "link-issue" // of action Action.Issue.Action: links one that is there, or has one created
	UnlinkIssue   Do = "unlink-issue"
	RefreshIssues Do = "refresh-issues"
	CreateIssues  Do = "create-issues" // for each action that is not done and has none
)

const draftMost = 8_000 // bytes of a description

// Ticket is the issue that follows an action item in a tracker, nil where there is none.
func (s *State) Ticket(item int) *issue.Issue { return s.Issues.Of(item) }

func (s *State) editIssues(a Action, env Env) error {
	if s.Status == Waived && a.Do != UnlinkIssue {
		return s.isOver()
	}
	switch a.Do {
	case RefreshIssues:
		s.Issues.Refresh(&s.Batch, env.Now)
		return nil
	case CreateIssues:
		return s.createIssues(a, env)
	}
	item := s.Item(a.Issue.Action)
	if item == nil {
		return &Refused{fmt.Sprintf("%s has no action item %d.", s.Name(), a.Issue.Action)}
	}
	if a.Do == LinkIssue {
		said, err := s.link(item, a.Issue, a.By, env)
		if err == nil && said != "" {
			s.note(env, "issue", a.By, a.said(said))
		}
		return err
	}
	was := item.Issue
	if i := s.Ticket(item.N); i != nil {
		was = i.Name()
	}
	if was == "" {
		return &Refused{fmt.Sprintf("Action item %d has no issue.", item.N)}
	}
	s.unlink(item)
	s.note(env, "issue", a.By, a.said(fmt.Sprintf("%s is not the issue of action %d any more", was, item.N)))
	return nil
}

// link gives an action its issue, in place of one that it may have, and says so; "" when it had it already.
func (s *State) link(item *Item, w issue.Wish, by string, env Env) (said string, err error) {
	w.Action = item.N
	if w.Relation == "" {
		w.Relation = issue.FollowUp
	}
	if w.Create != nil {
		if i := s.Ticket(item.N); i != nil {
			return "", &Refused{fmt.Sprintf("Action item %d has an issue already: %s. Unlink it first.", item.N, i.Name())}
		}
		w.Create = s.draft(item, *w.Create, env)
	}
	was := s.Ticket(item.N)
	i, fresh, err := s.Issues.Add(w, by, env)
	var no *issue.Refused
	if errors.As(err, &no) {
		return "", &Refused{no.Reason}
	}
	if err != nil || !fresh {
		return "", err
	}
	added := *i
	if was != nil {
		_, _ = s.Issues.Remove(was.N, &s.Batch) // it is there
	}
	item.Issue = added.URL
	if added.New != nil {
		return fmt.Sprintf("an issue is to be created in %s for action %d", added.New.Project, item.N), nil
	}
	return fmt.Sprintf("%s is the issue of action %d", added.Name(), item.N), nil
}

// unlink leaves an action without an issue. The issue stays where it is.
func (s *State) unlink(item *Item) {
	if i := s.Ticket(item.N); i != nil {
		n := i.N
		_, _ = s.Issues.Remove(n, &s.Batch)
	}
	item.Issue = ""
}

// createIssues has an issue created for each action that is not done and has none.
func (s *State) createIssues(a Action, env Env) error {
	made := 0
	for k := range s.Actions {
		item := &s.Actions[k]
		if item.Done || item.Issue != "" || s.Ticket(item.N) != nil {
			continue
		}
		w := a.Issue
		draft := issue.Draft{}
		if w.Create != nil {
			draft.Project, draft.Type = w.Create.Project, w.Create.Type
		}
		w.Create = &draft
		if _, err := s.link(item, w, a.By, env); err != nil {
			return err
		}
		made++
	}
	if made == 0 {
		return &Refused{fmt.Sprintf("Every action of %s that is not done has an issue.", s.Name())}
	}
	s.note(env, "issue", a.By, a.said(fmt.Sprintf("%s to be created for the actions", count(made, "issue"))))
	return nil
}

// draft begins an issue with what the postmortem says of an action, as far as nobody said anything else.
func (s *State) draft(item *Item, d issue.Draft, env Env) *issue.Draft {
	if strings.TrimSpace(d.Summary) == "" {
		d.Summary = item.Text
	}
	if strings.TrimSpace(d.Description) == "" {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\n\nAction %d of postmortem %s of incident %s: %s\n", item.Text, item.N, s.Name(), s.Incident, s.Title)
		if item.Owner != "" {
			fmt.Fprintf(&b, "owner: %s\n", item.Owner)
		}
		if !item.DueAt.IsZero() {
			fmt.Fprintf(&b, "due: %s\n", item.DueAt.In(env.Dir.ZoneOf(item.Owner)).Format("Mon 2 Jan 2006"))
		}
		if l := s.Lesson(item.Lesson); l != nil {
			fmt.Fprintf(&b, "lesson: %s\n", l.Text)
		}
		d.Description = b.String()
		if len(d.Description) > draftMost {
			d.Description = strings.ToValidUTF8(d.Description[:draftMost], "")
		}
	}
	return &d
}

// follow is what an address of an issue means that is written into an action: where its tracker is configured, it is
// followed there.
func (s *State) follow(item *Item, by string, env Env) error {
	if i := s.Ticket(item.N); i != nil && i.URL == item.Issue {
		return nil
	}
	address := item.Issue
	s.unlink(item)
	item.Issue = address
	if tracker, _ := issue.Recognise(address, env); tracker == issue.Link {
		return nil
	}
	_, err := s.link(item, issue.Wish{URL: address}, by, env)
	return err
}

// planIssues puts in the tasks that its issues want. States are refreshed while an action with an issue is open.
func (s *State) planIssues(env Env) {
	live := slices.ContainsFunc(s.Actions, func(i Item) bool { return !i.Done && s.Ticket(i.N) != nil }) && s.Status != Waived
	o := issue.Owner{ID: s.ID, Name: s.Name(), Title: "postmortem of " + s.Incident + ": " + s.Title, Live: live}
	s.Issues.Plan(o, &s.Batch, env)
}

// issueSettled takes what came of a task for a tracker.
func (s *State) issueSettled(p *page.Page, o page.Outcome, env Env) {
	news, ok := s.Issues.Settle(p, o, env.Now)
	if !ok {
		return
	}
	for _, n := range news {
		kind := "issue"
		if n.Failed {
			kind = "failed"
		}
		text := n.Text
		if item := s.Item(n.Issue.Action); item != nil {
			item.Issue = n.Issue.URL
			text = fmt.Sprintf("action %d: %s", item.N, text)
			if n.Issue.Category == issue.Done && !item.Done {
				text += "; the action is still to be done and verified"
			}
		}
		s.note(env, kind, "", text)
	}
}

// ticketText is what a reminder says of the issue of an action, "" when there is none.
func (s *State) ticketText(item int) string {
	i := s.Ticket(item)
	switch {
	case i == nil || i.Key == "" || i.State == "":
		return ""
	case i.Category == issue.Done:
		return fmt.Sprintf(", its issue %s is done: say that the action is, and have it verified", i.Key)
	}
	return fmt.Sprintf(", its issue %s is %s", i.Key, i.State)
}
