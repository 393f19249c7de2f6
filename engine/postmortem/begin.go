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
func begin(inc *incident.State, changes []Change, env Env) map[string]string {
	return map[string]string{
		Impact:     impactOf(inc, env),
		LeadUp:     leadUpOf(inc, changes),
		Fault:      faultOf(inc),
		Detection:  detectionOf(inc),
		Response:   responseOf(inc),
		Course:     courseOf(inc),
		Performed:  dependenciesOf(inc, env),
		Mitigation: mitigationOf(inc),
	}
}

func second(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// since says when a moment was, and how long after an earlier one; "" when it was not.
func since(inc *incident.State, what string, m, earlier incident.Moment, after string) string {
	at, from := inc.Time(m), inc.Time(earlier)
	switch {
	case at.At.IsZero():
		return ""
	case from.At.IsZero() || !at.At.After(from.At):
		return fmt.Sprintf("- %s %s\n", what, second(at.At))
	}
	return fmt.Sprintf("- %s %s, %s after %s\n", what, second(at.At), span(at.At.Sub(from.At)), after)
}

func impactOf(inc *incident.State, env Env) string {
	text := fmt.Sprintf("- %s (%s), for %s\n", inc.Severity(), inc.Priority, span(inc.ImpactDuration(env.Now)))
	text += since(inc, "From", incident.ImpactStart, "", "") + since(inc, "Until", incident.Mitigation, "", "")
	if services := inc.Impacted(); len(services) > 0 {
		text += "- Services: " + strings.Join(services, ", ") + "\n"
	}
	return text
}

func detectionOf(inc *incident.State) string {
	text := since(inc, "Detected", incident.Detection, incident.ImpactStart, "the harm began")
	if inc.OpenedBy != "" {
		return text + "- Opened by " + inc.OpenedBy + "\n"
	}
	return text + "- Opened by a rule, of an alert\n"
}

func responseOf(inc *incident.State) string {
	lines := filled(strings.TrimSpace(since(inc, "Engaged", incident.Engagement, incident.Detection, "it was detected")))
	if inc.EngagedBy != "" {
		lines = append(lines, "- Engaged first: "+inc.EngagedBy)
	}
	for _, role := range slices.Sorted(maps.Keys(inc.Roles)) {
		lines = append(lines, fmt.Sprintf("- %s: %s", role, inc.Roles[role]))
	}
	if len(inc.Responders) > 0 {
		lines = append(lines, "- Responders: "+strings.Join(inc.Responders, ", "))
	}
	return strings.Join(lines, "\n")
}

// filled leaves out what is empty.
func filled(lines ...string) []string {
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// dependenciesOf has a line for each service that the impacted ones depend on.
func dependenciesOf(inc *incident.State, env Env) string {
	var names []string
	for _, service := range inc.Impacted() {
		for _, name := range env.Dir.Services[service].DependsOn {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "- %s:\n", name)
	}
	return b.String()
}

func mitigationOf(inc *incident.State) string {
	return since(inc, "Mitigated", incident.Mitigation, incident.ImpactStart, "the harm began") +
		since(inc, "Resolved", incident.Resolution, incident.ImpactStart, "the harm began")
}

// courseOf is what is known of the course of the incident, one line for each entry, times in UTC.
func courseOf(inc *incident.State) string {
	entries := inc.Course()
	entries = entries[max(0, len(entries)-courseLines):]
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
