package postmortem

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
)

const courseLines = 100 // how much of the incident's timeline the postmortem begins with

// begin is what the sections of a postmortem begin with: what the record of the incident says. Times are in UTC.
func begin(inc *incident.State, env Env) map[string]string {
	return map[string]string{
		Impact:     impactOf(inc, env),
		Detection:  "- Opened " + second(inc.OpenedAt) + openedBy(inc),
		Response:   responseOf(inc),
		Course:     courseOf(inc),
		Performed:  dependenciesOf(inc, env),
		Mitigation: mitigationOf(inc, env),
	}
}

func second(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

func openedBy(inc *incident.State) string {
	if inc.OpenedBy == "" {
		return " by a rule, of an alert"
	}
	return " by " + inc.OpenedBy
}

func impactOf(inc *incident.State, env Env) string {
	lines := []string{fmt.Sprintf("- %s (%s), for %s", inc.Severity(), inc.Priority, span(inc.Duration(env.Now)))}
	if inc.Service != "" {
		lines = append(lines, "- Services: "+inc.Service)
	}
	return strings.Join(lines, "\n")
}

func responseOf(inc *incident.State) string {
	var lines []string
	for _, role := range slices.Sorted(maps.Keys(inc.Roles)) {
		lines = append(lines, fmt.Sprintf("- %s: %s", role, inc.Roles[role]))
	}
	if len(inc.Responders) > 0 {
		lines = append(lines, "- Responders: "+strings.Join(inc.Responders, ", "))
	}
	return strings.Join(lines, "\n")
}

func dependenciesOf(inc *incident.State, env Env) string {
	var lines []string
	for _, name := range env.Dir.Services[inc.Service].DependsOn {
		lines = append(lines, "- "+name+":")
	}
	return strings.Join(lines, "\n")
}

func mitigationOf(inc *incident.State, env Env) string {
	if inc.ResolvedAt.IsZero() {
		return ""
	}
	return fmt.Sprintf("- Resolved %s, %s after it was opened", second(inc.ResolvedAt), span(inc.Duration(env.Now)))
}

// courseOf is what is known of the course of the incident, one line for each entry, times in UTC.
func courseOf(inc *incident.State) string {
	entries := inc.Timeline[max(0, len(inc.Timeline)-courseLines):]
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "- %s %s", second(e.At), e.Kind)
		if e.By != "" {
			b.WriteString(" by " + e.By)
		}
		if e.Text != "" {
			b.WriteString(": " + strings.ReplaceAll(e.Text, "\n", " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
