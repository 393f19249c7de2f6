package incident

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Markdown writes an incident and what happened as a document; times are in UTC. left is how many lines are not told.
func Markdown(s *State, lines []Line, left int, env Env) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", s.Name(), plain(s.Title))
	fact := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- **%s**: %s\n", name, plain(value))
		}
	}
	fact("Status", string(s.Status))
	fact("Severity", s.Severity()+" ("+s.Priority+")")
	fact("Team", s.Team)
	fact("Impacted services", strings.Join(s.Impacted(), ", "))
	fact("Tags", strings.Join(s.Tags, ", "))
	fact("Opened", moment(s.OpenedAt))
	for _, m := range Moments {
		t := s.Time(m)
		text := moment(t.At)
		if t.By != "" {
			text += " (set by " + t.By + ")"
		}
		fact(title(m), text)
	}
	fact("Closed", moment(s.ClosedAt))
	fact("Harm lasted", short(s.ImpactDuration(env.Now).Round(time.Second)))
	fact("Lasted", short(s.Duration(env.Now).Round(time.Second)))
	for _, role := range slices.Sorted(maps.Keys(s.Roles)) {
		fact(strings.ToUpper(role[:1])+role[1:], s.Roles[role])
	}
	fact("Responders", strings.Join(s.Responders, ", "))
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		fact(name, s.Properties[name])
	}
	fact("Conference", s.Conference)
	fact("Postmortem", s.Postmortem)
	for _, t := range s.TeamPostmortems {
		fact("Postmortem of team "+t.Team, t.Name)
	}
	if s.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", quoted(s.Description))
	}
	if len(s.Links) > 0 {
		b.WriteString("\n## Links\n\n")
		for _, l := range s.Links {
			fmt.Fprintf(&b, "- [%s](<%s>)\n", plain(l.Text), href(l.Href))
		}
	}
	if !s.Cause.IsZero() {
		b.WriteString("\n## Cause\n\n" + causeText(s.Cause))
	}
	if len(s.Files) > 0 {
		b.WriteString("\n## Files\n\n")
		for _, f := range s.Files {
			fmt.Fprintf(&b, "%d. %s (%s, by %s at %s)", f.N, plain(f.Name), Size(f.Size), plain(f.By), moment(f.At))
			if f.Note != "" {
				fmt.Fprintf(&b, ": %s", plain(f.Note))
			}
			if !f.RemovedAt.IsZero() {
				fmt.Fprintf(&b, " (removed by %s: %s)", plain(f.RemovedBy), plain(f.Reason))
			}
			b.WriteString("\n")
		}
	}
	if list := s.Checklist(env); len(list) > 0 {
		b.WriteString("\n## Checklist\n\n")
		for _, c := range list {
			b.WriteString(checked(c))
		}
	}
	b.WriteString("\n## Timeline\n\nTimes are in UTC.\n\n")
	if left > 0 {
		fmt.Fprintf(&b, "%d lines in the middle are left out.\n\n", left)
	}
	for _, l := range lines {
		fmt.Fprintf(&b, "- `%s` %s\n", l.At.UTC().Format("2006-01-02 15:04:05"), told(l))
	}
	return b.String()
}

// href is a link between < and >.
func href(link string) string { return strings.NewReplacer("<", "%3C", ">", "%3E").Replace(link) }

func checked(c Check) string {
	mark, tail := " ", ""
	if c.Done() {
		mark, tail = "x", ": "+c.By
	}
	if c.Skipped {
		mark, tail = "-", ": skipped by "+c.By
	}
	if c.Reason != "" {
		tail += ", " + c.Reason
	}
	return fmt.Sprintf("- [%s] %s%s\n", mark, plain(c.Item), plain(tail))
}

// told is a line in words: what it is about, who did it from where, and what.
func told(l Line) string {
	text := l.Text
	if text == "" {
		text = l.Kind
	}
	who := l.By
	if l.Via != "" && who != "" {
		who += " (" + l.Via + ")"
	}
	if who != "" {
		text = "**" + plain(who) + "** " + plain(text)
	} else {
		text = plain(text)
	}
	if l.Link != "" {
		text += fmt.Sprintf(" ([link](<%s>))", href(l.Link))
	}
	if l.LoggedBy != "" {
		text += fmt.Sprintf(", added by %s at %s", plain(l.LoggedBy), moment(l.LoggedAt))
	}
	if l.Alert != 0 {
		text = fmt.Sprintf("alert #%d: %s", l.Alert, text)
	}
	return text
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 MST")
}

func title(m Moment) string {
	name := strings.ReplaceAll(string(m), "_", " ")
	return strings.ToUpper(name[:1]) + name[1:]
}

// plain is a text on one line in which nothing is markup: what senders wrote is only words in a document.
func plain(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `&lt;`, ">", `&gt;`, "#", `\#`, "|", `\|`).Replace(text)
}

// quoted is a text of several lines, which its writer may have marked up.
func quoted(text string) string {
	return "> " + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(text), "<", "&lt;"), "\n", "\n> ")
}
