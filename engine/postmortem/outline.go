package postmortem

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// The standard sections.
const (
	Summary    = "summary"
	Impact     = "impact"
	LeadUp     = "lead_up"
	Fault      = "fault"
	Detection  = "detection"
	Response   = "response"
	Course     = "timeline"    // filled in from the incident
	RootCauses = "root_causes" // a text beside the tree of causes
	Performed  = "dependencies_performed"
	Used       = "dependencies_used"
	Foreseen   = "dependencies_foreseen"
	Mitigation = "mitigation"
	LessonText = "lessons" // a text beside the list of lessons
)

// Heading is a section of the outline that a postmortem is written by.
type Heading = directory.Heading

// standard is the outline where no template applies.
var standard = [...]Heading{
	{Name: Summary, Title: "Executive summary", Required: true, Guidance: "A few sentences for somebody who was not there: what happened, to whom, for how long, why, and what is done about it."},
	{Name: Impact, Title: "Impact", Required: true, Guidance: "What customers saw, how many of them, for how long; what it cost."},
	{Name: LeadUp, Title: "Lead-up", Guidance: "What had been changed or had happened before, without which it would not have come to this."},
	{Name: Fault, Title: "Fault", Guidance: "What did not work, and how it failed."},
	{Name: Detection, Title: "Detection", Required: true, Guidance: "Who or what noticed, and was it fast enough? How could the time be halved?"},
	{Name: Response, Title: "Response", Guidance: "Who came, when, and what was in their way."},
	{Name: Course, Title: "Timeline", Guidance: "Filled in from the incident. Times in UTC."},
	{Name: RootCauses, Title: "Root causes", Required: true, Guidance: "Ask why until the answer is something that can be changed. People are never a cause: ask what let it happen."},
	{Name: Performed, Title: "Did each dependency perform as promised?"},
	{Name: Used, Title: "Was each dependency used well?"},
	{Name: Foreseen, Title: "Was the failure of a dependency foreseeable?"},
	{Name: Mitigation, Title: "Mitigation and resolution", Required: true, Guidance: "What stopped the harm, what mended the cause, and how it is known that it did."},
	{Name: LessonText, Title: "Lessons", Required: true, Guidance: "What is known now that was not known before. Each lesson has an action."},
}

// Standard is the outline where no template applies.
func Standard() []Heading { return standard[:] }

// olderTitles are those of sections that postmortems were once made with. They may still be written.
var olderTitles = map[string]string{
	"went_well": "What went well", "went_badly": "What went badly", "actions": "What is to be done",
}

// Canonical is the name under which a section is kept: the standard sections may be written with hyphens, spaces and
// capital letters, and by their titles.
func Canonical(name string) string {
	plain := strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(strings.TrimSpace(name)))
	for _, h := range standard {
		if plain == h.Name || strings.EqualFold(strings.ReplaceAll(name, "_", " "), h.Title) {
			return h.Name
		}
	}
	return name
}

// Headings is the outline of the postmortem: that of its template, or the standard one, then the sections that
// somebody made.
func (s *State) Headings() []Heading {
	list := slices.Clone(s.outline())
	for name, filled := range map[string]bool{RootCauses: len(s.Causes) > 0, LessonText: len(s.Lessons) > 0} {
		if filled && s.Sections[name] == "" && !s.outlined(name) {
			list = append(list, Heading{Name: name, Title: titleOf(name)})
		}
	}
	slices.SortFunc(list[len(s.outline()):], func(a, b Heading) int { return strings.Compare(b.Name, a.Name) })
	for _, name := range slices.Sorted(maps.Keys(s.Sections)) {
		if s.Sections[name] != "" && !s.outlined(name) {
			list = append(list, Heading{Name: name, Title: titleOf(name)})
		}
	}
	return list
}

// Texts are the sections of the postmortem by name: those of its outline, empty ones too, and those that somebody made.
func (s *State) Texts() map[string]string {
	texts := map[string]string{}
	for _, h := range s.Headings() {
		texts[h.Name] = s.Sections[h.Name]
	}
	return texts
}

func (s *State) outline() []Heading {
	if len(s.Outline) > 0 {
		return s.Outline
	}
	return standard[:]
}

// outlined reports whether a section is of the outline, and so stays when it is emptied.
func (s *State) outlined(name string) bool {
	return slices.ContainsFunc(s.outline(), func(h Heading) bool { return h.Name == name })
}

// titleOf is what a section is called that no outline has.
func titleOf(name string) string {
	for _, h := range standard {
		if h.Name == name {
			return h.Title
		}
	}
	if title, ok := olderTitles[name]; ok {
		return title
	}
	first, size := utf8.DecodeRuneInString(name)
	return strings.ToUpper(string(first)) + strings.ReplaceAll(name[size:], "_", " ")
}
