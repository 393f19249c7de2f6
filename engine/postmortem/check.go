package postmortem

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Severity says whether a gap keeps a postmortem from being published.
type Severity string

// The severities of a gap.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Gap is something that a postmortem lacks.
type Gap struct {
	Severity Severity
	Code     string // section_empty, lesson_without_action, action_without_owner, action_without_date, blame, not_approved
	Where    string // the section by name, or cause 3, lesson 1, action 2, review
	Text     string
}

// Gaps are what Check found.
type Gaps []Gap

// Errors are the texts of those that keep it from being published.
func (g Gaps) Errors() (texts []string) {
	for _, gap := range g {
		if gap.Severity == Error {
			texts = append(texts, gap.Text)
		}
	}
	return texts
}

// Check finds what the postmortem lacks: required sections that are empty or say no more than what they began with,
// lessons without an action, actions without owner or date, a review that is not over, and blame.
func (s *State) Check(env Env) Gaps {
	var gaps Gaps
	wrong := func(code, where, format string, args ...any) {
		gaps = append(gaps, Gap{Error, code, where, fmt.Sprintf(format, args...)})
	}
	for _, h := range s.Headings() {
		switch {
		case !h.Required || s.written(h.Name):
		case strings.TrimSpace(s.Sections[h.Name]) != "":
			wrong("section_empty", h.Name, "section %s says only what it was filled in with", h.Name)
		default:
			wrong("section_empty", h.Name, "section %s is empty", h.Name)
		}
	}
	for _, l := range s.Lessons {
		if !slices.ContainsFunc(s.Actions, func(i Item) bool { return i.Lesson == l.N }) {
			wrong("lesson_without_action", fmt.Sprintf("lesson %d", l.N), "lesson %d has no action", l.N)
		}
	}
	if len(s.Lessons) == 0 && len(s.Actions) == 0 && s.written(LessonText) {
		wrong("lesson_without_action", LessonText, "there are lessons, and no action")
	}
	for _, i := range s.Actions {
		where := fmt.Sprintf("action %d", i.N)
		if !i.Done && !known(env, i.Owner) {
			wrong("action_without_owner", where, "action %d has no owner", i.N)
		}
		if !i.Done && i.DueAt.IsZero() {
			wrong("action_without_date", where, "action %d has no due date", i.N)
		}
	}
	for _, r := range s.Reviews {
		if r.Verdict != Approved {
			wrong("not_approved", "review", "%s did not approve it", r.User)
		}
	}
	return append(gaps, s.blame(env)...)
}

// written reports whether somebody wrote something into a section. The lists of causes and lessons count, too.
func (s *State) written(name string) bool {
	text := strings.TrimSpace(s.Sections[name])
	return text != "" && text != strings.TrimSpace(s.Given[name]) ||
		name == RootCauses && len(s.Causes) > 0 || name == LessonText && len(s.Lessons) > 0
}

// blame finds people among the root causes. One that is nothing but a person is an error; one that names a person is
// worth a second look.
func (s *State) blame(env Env) (gaps Gaps) {
	type cause struct{ where, text string }
	var causes []cause
	for line := range strings.Lines(s.Sections[RootCauses]) {
		causes = append(causes, cause{RootCauses, line})
	}
	for _, c := range s.Causes {
		causes = append(causes, cause{fmt.Sprintf("cause %d", c.N), c.Text})
	}
	for _, c := range causes {
		words := wordsOf(c.text)
		who := ""
		for _, name := range slices.Sorted(people(env)) {
			if contains(words, wordsOf(name)) {
				who = name
				words = without(words, wordsOf(name))
			}
		}
		switch {
		case who == "":
		case !slices.ContainsFunc(words, func(w string) bool { return !filler[w] }):
			gaps = append(gaps, Gap{Error, "blame", c.where, fmt.Sprintf("%s is a person (%s), not a cause: ask what let it happen", c.where, who)})
		default:
			gaps = append(gaps, Gap{Warning, "blame", c.where, fmt.Sprintf("%s names a person (%s): is that the cause, or what let it happen?", c.where, who)})
		}
	}
	return gaps
}

// people yields the names and the full names of all users.
func people(env Env) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name, u := range env.Dir.Users {
			if !yield(name) || u.FullName != "" && !yield(u.FullName) {
				return
			}
		}
	}
}

// filler are words that make no cause of a name.
var filler = map[string]bool{
	"a": true, "an": true, "the": true, "by": true, "of": true, "from": true, "s": true, "was": true, "is": true, "it": true, "did": true, "made": true,
	"human": true, "operator": true, "error": true, "mistake": true, "fault": true, "blame": true, "because": true, "due": true, "to": true, "caused": true,
	"cause": true, "root": true, "forgot": true, "careless": true, "carelessness": true, "negligence": true, "team": true, "and": true, "user": true,
}

// wordsOf are the words of a text in small letters.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func indexOf(words, part []string) int {
	for i := 0; len(part) > 0 && i+len(part) <= len(words); i++ {
		if slices.Equal(words[i:i+len(part)], part) {
			return i
		}
	}
	return -1
}

func contains(words, part []string) bool { return indexOf(words, part) >= 0 }

func without(words, part []string) []string {
	for i := indexOf(words, part); i >= 0; i = indexOf(words, part) {
		words = slices.Concat(words[:i], words[i+len(part):])
	}
	return words
}
