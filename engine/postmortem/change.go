package postmortem

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// Change is a deployment that may be the cause of an incident, as its postmortem begins with it.
type Change struct {
	Name      string // DEP-5
	Title     string // payments 1.4.2 to production
	By        string
	Status    string
	Message   string
	StartedAt time.Time
	Path      []string // from an impacted service to the one that was deployed
}

// maxChanges is how many a postmortem begins with: those that began just before the harm rather than the latest during it.
const maxChanges = 20

// leadUpOf has a line for each deployment before the harm and in it, the earliest first, so that it reads as it happened.
func leadUpOf(inc *incident.State, changes []Change) string {
	var b strings.Builder
	if more := len(changes) - maxChanges; more > 0 {
		during := 0
		for during < len(changes) && changes[during].StartedAt.After(inc.Harm()) {
			during++
		}
		changes = changes[min(more, during):]
		changes = changes[:maxChanges]
		fmt.Fprintf(&b, "- %d other deployments\n", more)
	}
	for i := len(changes) - 1; i >= 0; i-- {
		c := changes[i]
		fmt.Fprintf(&b, "- %s %s: %s", second(c.StartedAt), c.Name, flat(c.Title))
		if c.By != "" {
			b.WriteString(", by " + flat(c.By))
		}
		if c.Status != "succeeded" {
			b.WriteString(", " + c.Status)
		}
		if d := inc.Harm().Sub(c.StartedAt); d >= 0 {
			fmt.Fprintf(&b, ", %s before the harm began", span(d))
		} else {
			b.WriteString(", after the harm began")
		}
		if len(c.Path) > 1 {
			b.WriteString(", needed by " + strings.Join(c.Path[:len(c.Path)-1], " → "))
		}
		if c.Message != "" {
			b.WriteString(": " + flat(c.Message))
		}
		if c.Name == inc.Cause.Deployment {
			b.WriteString(" (the cause)")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// faultOf is the deployment that was marked as the cause, with its commits.
func faultOf(inc *incident.State) string {
	c := inc.Cause
	if c.IsZero() {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "- Caused by %s: %s", c.Deployment, flat(c.Title))
	if c.By != "" {
		b.WriteString(", by " + flat(c.By))
	}
	if !c.StartedAt.IsZero() {
		b.WriteString(", " + second(c.StartedAt))
	}
	if c.Note != "" {
		b.WriteString(": " + flat(c.Note))
	}
	b.WriteByte('\n')
	for _, k := range c.Commits {
		fmt.Fprintf(&b, "  - %s %s", k.SHA[:min(len(k.SHA), 10)], flat(k.Title))
		if k.Author != "" {
			fmt.Fprintf(&b, " (%s)", flat(k.Author))
		}
		b.WriteByte('\n')
	}
	if more := c.Changes - len(c.Commits); more > 0 && len(c.Commits) > 0 {
		fmt.Fprintf(&b, "  - and %d more\n", more)
	}
	return b.String()
}

// flat is a text on one line.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }
