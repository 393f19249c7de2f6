package incident

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// What is done about its issues.
const (
	LinkIssue     Do = "link-issue" // links one that is there, or has one created
	UnlinkIssue   Do = "unlink-issue"
	RefreshIssues Do = "refresh-issues"
)

// owner says to whom its issues belong.
func (s *State) owner() issue.Owner {
	return issue.Owner{ID: s.ID, Name: s.Name(), Title: s.Title, Live: s.Active()}
}

// editIssues links, unlinks and refreshes issues. A closed incident has issues, too.
func (s *State) editIssues(a Action, env Env) error {
	switch a.Do {
	case RefreshIssues:
		s.Issues.Refresh(&s.Out, env.Now)
	case UnlinkIssue:
		gone, err := s.Issues.Remove(a.Issue.N, &s.Out)
		if err != nil {
			return asRefused(err)
		}
		s.did(a, env, "issue", gone.Name()+" is not linked any more")
	default:
		w := a.Issue
		if w.Create != nil {
			w.Create = s.draft(*w.Create)
		}
		i, fresh, err := s.Issues.Add(w, a.By, env)
		if err != nil {
			return asRefused(err)
		}
		switch {
		case !fresh:
		case i.New != nil:
			s.did(a, env, "issue", fmt.Sprintf("an issue is to be created in %s, which %s %s", i.New.Project, i.Relation.Seen(), s.Name()))
		default:
			s.did(a, env, "issue", fmt.Sprintf("%s %s %s", s.Name(), i.Relation.Words(), i.Name()))
		}
	}
	return nil
}

// asRefused is the refusal of an issue as one of the incident.
func asRefused(err error) error {
	var no *issue.Refused
	if errors.As(err, &no) {
		return &Refused{no.Reason}
	}
	return err
}

// draft begins an issue with what is known of the incident, as far as nobody said anything else. What other systems are
// told is what the incident says of itself: no properties, links or notes.
func (s *State) draft(d issue.Draft) *issue.Draft {
	if strings.TrimSpace(d.Summary) == "" {
		d.Summary = s.Name() + ": " + s.Title
	}
	if strings.TrimSpace(d.Description) == "" {
		var b strings.Builder
		fmt.Fprintf(&b, "%s %s %s: %s\n", s.Severity(), s.Status, s.Name(), s.Title)
		for _, m := range [...]Moment{ImpactStart, Mitigation, Resolution} {
			if at := s.Time(m).At; !at.IsZero() {
				fmt.Fprintf(&b, "%s: %s\n", strings.ReplaceAll(string(m), "_", " "), at.UTC().Format(time.RFC3339))
			}
		}
		if services := s.Impacted(); len(services) > 0 {
			fmt.Fprintf(&b, "impacts: %s\n", strings.Join(services, ", "))
		}
		if s.Description != "" {
			const most = 5000 // characters: the rest is in the incident
			text := []rune(s.Description)
			b.WriteString("\n" + strings.ToValidUTF8(string(text[:min(len(text), most)]), ""))
		}
		d.Description = b.String()
		if len(d.Description) > draftMost {
			d.Description = strings.ToValidUTF8(d.Description[:draftMost], "")
		}
	}
	return &d
}

const draftMost = 10_000 // bytes of a description

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
		s.note(env, kind, "", n.Text)
	}
	s.Tick(env) // the next task, and the channels are told
}
