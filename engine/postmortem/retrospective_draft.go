package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	draftSection = 5_000 // characters of a section, at most
	draftLines   = 10    // of the timeline
	draftCauses  = 20
	draftItems   = 30 // lessons, actions
)

// highlights are the kinds of entries of an incident's timeline that the draft tells.
var highlights = [...]string{"opened", "mitigated", "resolved", "closed", "reopened", "note", "message", "cause", "priority", "status-update", "command"}

// Draft is a retrospective as the record says it, for colleagues: in short what happened, why, what was learned and what
// is done about it. It is the same for the same record.
func (s *State) Draft() Letter {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", draftHead(s))
	section := func(title, text string) {
		if text = strings.Trim(text, "\n"); strings.TrimSpace(text) != "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n", title, text)
		}
	}
	section("In short", clipped(s.Sections[Summary]))
	section("Impact", clipped(s.Sections[Impact]))
	section("What happened", s.draftCourse())
	section("Why", join(clipped(s.Sections[RootCauses]), s.draftCauses()))
	var lessons, actions []string
	for _, l := range s.Lessons {
		lessons = append(lessons, "- "+flat(l.Text))
	}
	for _, i := range s.Actions {
		actions = append(actions, "- "+draftAction(i))
	}
	section("What we learned", join(clipped(s.Sections[LessonText]), some(lessons, draftItems)))
	section("What is done about it", some(actions, draftItems))
	subject := cut(flat(shown(fmt.Sprintf("Retrospective of %s: %s", s.Incident, s.Title))), MaxSubject)
	return Letter{subject, cut(strings.ToValidUTF8(b.String(), "\uFFFD"), MaxRetrospective)}
}

func draftHead(s *State) string {
	facts := []string{"postmortem " + s.Name(), "incident " + s.Incident}
	for _, f := range [...][2]string{{"", s.Priority}, {"service ", s.Service}, {"team ", s.Team}, {"owned by ", s.Owner}} {
		if f[1] != "" {
			facts = append(facts, f[0]+f[1])
		}
	}
	text := strings.Join(facts, ", ")
	return "*" + strings.ToUpper(text[:1]) + text[1:] + "*"
}

// draftCourse is the timeline without what is of interest to nobody afterwards. What somebody wrote themselves is kept.
func (s *State) draftCourse() string {
	var lines []string
	for line := range strings.Lines(s.Sections[Course]) {
		if line = strings.TrimRight(line, " \r\n"); strings.TrimSpace(line) == "" {
			continue
		}
		if words := strings.Fields(line); len(words) >= 4 && words[0] == "-" && ofMachine(words[1]+" "+words[2]) {
			if !slices.Contains(highlights[:], strings.TrimSuffix(words[3], ":")) {
				continue
			}
			line = told(words)
		}
		lines = append(lines, cut(line, 300))
	}
	if more := len(lines) - draftLines; more > 0 {
		const half = draftLines / 2
		between := fmt.Sprintf("- … (%s between)", count(more, "line"))
		lines = append(append(slices.Clone(lines[:half]), between), lines[len(lines)-half:]...)
	}
	return strings.Join(lines, "\n")
}

// told is a line of courseOf as people tell it: the minute, who, and what.
func told(words []string) string {
	head, text, worded := strings.Cut(strings.Join(words[3:], " "), ": ")
	kind, by, _ := strings.Cut(head, " by ")
	if !worded || kind == "opened" {
		text = strings.TrimSuffix(kind+": "+text, ": ")
	}
	line := "- " + words[1] + " " + words[2][:len("15:04")] + " UTC"
	if by != "" {
		line += ", " + by
	}
	return line + ": " + text
}

// ofMachine reports whether a line begins with a time as courseOf writes it.
func ofMachine(at string) bool {
	_, err := time.Parse("2006-01-02 15:04:05Z", at)
	return err == nil
}

// draftCauses is the tree of causes as a list of lists, without the evidence.
func (s *State) draftCauses() string {
	var lines []string
	var below func(parent int, indent string)
	below = func(parent int, indent string) {
		for _, c := range s.Children(parent) {
			lines = append(lines, indent+"- "+flat(c.Text))
			below(c.N, indent+"  ")
		}
	}
	below(0, "")
	return some(lines, draftCauses)
}

func draftAction(i Item) string {
	var facts []string
	if i.Owner != "" {
		facts = append(facts, i.Owner)
	}
	switch {
	case i.Verified():
		facts = append(facts, "verified")
	case i.Done:
		facts = append(facts, "done")
	case !i.DueAt.IsZero():
		facts = append(facts, "by "+i.DueAt.UTC().Format("2 January 2006"))
	}
	text := flat(i.Text)
	if len(facts) > 0 {
		text += " (" + strings.Join(facts, ", ") + ")"
	}
	return text
}

// shown is a text without what no subject may have: a title is as its sender wrote it.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if !inSubject(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// join puts texts under each other, each a paragraph of its own, and leaves out empty ones.
func join(texts ...string) string { return strings.Join(filled(texts...), "\n\n") }

// some are the first lines of a list, and how many there are more.
func some(lines []string, most int) string {
	if more := len(lines) - most; more > 0 {
		lines = append(slices.Clone(lines[:most]), fmt.Sprintf("- and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// clipped is the beginning of a section, up to the end of a line.
func clipped(text string) string {
	text = strings.Trim(text, "\n")
	short := cut(text, draftSection)
	if short == text {
		return text
	}
	if end := strings.LastIndexByte(short, '\n'); end > 0 {
		short = short[:end] + "\n\n…"
	}
	if strings.Count(short, "```")%2 == 1 {
		short += "\n```"
	}
	return short
}

// cut bounds a text to n characters.
func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}
