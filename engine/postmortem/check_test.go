package postmortem

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

func (s *story) gaps() (found []string) {
	for _, g := range s.Check(s.env()) {
		found = append(found, string(g.Severity)+" "+g.Code+" "+g.Where)
	}
	return found
}

func TestACompletePostmortemHasNoGaps(t *testing.T) {
	t.Parallel()
	equal(t, "gaps", written(t).gaps(), nil)
}

func TestWhatWasFilledInFromTheIncidentIsNotWrittenYet(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	equal(t, "gaps", s.gaps(), []string{
		"error section_empty summary", "error section_empty impact", "error section_empty detection",
		"error section_empty root_causes", "error section_empty mitigation", "error section_empty lessons",
	})
	equal(t, "said of it", s.Check(s.env())[1].Text, "section impact says only what it was filled in with")
	s.write(Edit{Sections: map[string]string{Impact: s.Sections[Impact] + "\nNobody could pay."}})
	equal(t, "added to", s.gaps()[1], "error section_empty detection")
}

func TestEveryLessonHasAnActionAndEveryActionAnOwnerAndADate(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.write(Edit{Lessons: []LessonEdit{{Text: "Roll back first."}}, Actions: []ItemEdit{{Text: "Rehearse it"}}})
	equal(t, "gaps", s.gaps(), []string{"error lesson_without_action lesson 2", "error action_without_owner action 2", "error action_without_date action 2"})
	s.write(Edit{Actions: []ItemEdit{{N: 2, Lesson: 2, Owner: "jason", DueAt: monday.AddDate(0, 1, 0)}}})
	equal(t, "mended", s.gaps(), nil)
	delete(s.dir.Users, "jason")
	equal(t, "its owner left", s.gaps(), []string{"error action_without_owner action 2"})
	s.write(Edit{Lessons: []LessonEdit{{N: 2, Remove: true}}})
	equal(t, "the action stays without its lesson", s.Actions[1].Lesson, 0)

	s = owed(t, org(t), "payments")
	s.write(Edit{Sections: map[string]string{LessonText: "Roll back first."}})
	equal(t, "in words only", s.gaps()[5], "error lesson_without_action lessons")
}

func TestAPersonIsNeverARootCause(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ethan":                                   "error blame cause 3",
		"Human error by Ethan Gray.":              "error blame cause 3",
		"It was ETHAN's mistake":                  "error blame cause 3",
		"Because Darren & ethan forgot":           "error blame cause 3",
		"ethan could deploy without a test":       "warning blame cause 3",
		"The methane sensor was not calibrated":   "",
		"Nobody was on call for the payment team": "",
	} {
		s := written(t)
		s.dir.Users["ethan"] = directory.User{Name: "ethan", FullName: "Ethan Gray", Email: "ethan@example.com"}
		s.write(Edit{Causes: []CauseEdit{{Text: &text, Parent: ptr(2)}}})
		var list []string
		if want != "" {
			list = []string{want}
		}
		equal(t, text, s.gaps(), list)
	}
	s := written(t)
	s.write(Edit{Sections: map[string]string{RootCauses: "- A full disk.\n- jason.\n"}})
	equal(t, "in the text of the section", s.gaps(), []string{"error blame root_causes"})
}
