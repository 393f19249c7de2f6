package digest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// maxLines is how many lines a part of a digest has.
const maxLines = 30

// Content is what a review is about.
type Content struct {
	Discuss    []*postmortem.State // in review, or published since the digest before
	Overdue    []*postmortem.State // not published, after their due dates; the oldest promise first
	Violations []Violation
}

// Violation is an action that is open after its due date.
type Violation struct {
	Postmortem *postmortem.State
	postmortem.Item
}

// Take adds a postmortem to the parts where it belongs.
func (c *Content) Take(s *postmortem.State, since, now time.Time) {
	if s.Stage() == postmortem.InReview || s.Status == postmortem.Completed && s.CompletedAt.After(since) {
		c.Discuss = append(c.Discuss, s)
	}
	if s.Overdue(now) {
		c.Overdue = append(c.Overdue, s)
	}
	if s.Status == postmortem.Waived {
		return
	}
	for _, i := range s.Actions {
		if i.Overdue(now) {
			c.Violations = append(c.Violations, Violation{s, i})
		}
	}
}

// Sort puts what waits longest first.
func (c *Content) Sort() {
	slices.SortFunc(c.Discuss, func(a, b *postmortem.State) int { return int(a.Number) - int(b.Number) })
	slices.SortFunc(c.Overdue, func(a, b *postmortem.State) int { return a.DueAt.Compare(b.DueAt) })
	slices.SortStableFunc(c.Violations, func(a, b Violation) int { return a.DueAt.Compare(b.DueAt) })
}

// Write is the digest of a review in the words of a message, in a zone.
func (c *Content) Write(d directory.Digest, from, until, now time.Time, zone *time.Location) (title, text string) {
	title = "Review of postmortems on " + from.In(zone).Format("Mon 2 Jan 2006")
	var b strings.Builder
	fmt.Fprintf(&b, "%s to %s", from.In(zone).Format("Mon 2 Jan 2006 15:04"), until.In(zone).Format("15:04 MST"))
	if d.Room != "" {
		b.WriteString(", " + d.Room)
	}
	b.WriteString("\n")
	if d.Agenda != "" {
		b.WriteString("\nAgenda:\n" + strings.TrimSpace(d.Agenda) + "\n")
	}
	part(&b, "To discuss", c.Discuss, func(s *postmortem.State) string {
		if s.Status == postmortem.Completed {
			return headline(s) + ", published on " + s.CompletedAt.In(zone).Format("Mon 2 Jan")
		}
		return headline(s) + ", in review"
	})
	part(&b, "Overdue", c.Overdue, func(s *postmortem.State) string {
		return headline(s) + ", due on " + s.DueAt.In(zone).Format("Mon 2 Jan 2006")
	})
	part(&b, "Actions in violation", c.Violations, func(v Violation) string {
		text := fmt.Sprintf("%s action %d: %s", v.Postmortem.Name(), v.N, oneLine(v.Text))
		if v.Owner != "" {
			text += " (" + v.Owner + ")"
		}
		text += fmt.Sprintf(", due on %s, %d days late", v.DueAt.In(zone).Format("Mon 2 Jan 2006"), v.DaysLate(now))
		if v.Slips > 0 {
			text += " against the first promise, put off " + slips(v.Slips)
		}
		return text
	})
	if len(c.Discuss)+len(c.Overdue)+len(c.Violations) == 0 {
		b.WriteString("\nThere is nothing to discuss, and nothing is late.\n")
	}
	return title, strings.TrimSpace(b.String())
}

func headline(s *postmortem.State) string {
	text := s.Name() + " " + oneLine(s.Title)
	if s.Owner != "" {
		text += " (" + s.Owner + ")"
	}
	return text
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func part[T any](b *strings.Builder, title string, list []T, line func(T) string) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for i, x := range list {
		if i == maxLines {
			fmt.Fprintf(b, "- and %d more\n", len(list)-i)
			break
		}
		b.WriteString("- " + line(x) + "\n")
	}
}

// slips says how often an action was put off.
func slips(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
