package postmortem

import (
	"encoding/json"
	"testing"
	"time"
)

// written is a postmortem that lacks nothing.
func written(t *testing.T) *story {
	t.Helper()
	s := owed(t, org(t), "payments")
	s.write(Edit{
		Sections: map[string]string{Summary: "A deploy stopped payments.", Impact: "No payments in APAC.", Detection: "By an alert, in 2 minutes.", Mitigation: "Rolled back."},
		Causes:   []CauseEdit{{Text: ptr("The cache was full.")}, {Text: ptr("Nothing bounded it."), Parent: ptr(1)}},
		Lessons:  []LessonEdit{{Text: "Caches need a bound."}},
		Actions:  []ItemEdit{{Text: "Bound the cache", Owner: "ethan", DueAt: monday.AddDate(0, 0, 4), Lesson: 1, Horizon: Mid}},
	})
	return s
}

func ptr[T any](v T) *T { return &v }

func (s *story) write(e Edit) {
	s.t.Helper()
	s.must(Action{Do: Update, By: "amir", Edit: e})
}

func TestAPostmortemIsRequiredThenDraftedThenReviewedThenPublished(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	equal(t, "made", s.Stage(), Required)
	s.must(Action{Do: Note, By: "amir", Note: "waiting for logs"})
	equal(t, "noted", s.Stage(), Required)
	s = written(t)
	equal(t, "written", s.Stage(), Drafting)

	equal(t, "nobody to ask", s.refused(Action{Do: Submit, By: "amir"}), "Who is to review PM-3? Name at least one reviewer.")
	equal(t, "its owner", s.refused(Action{Do: Submit, By: "amir", Reviewers: []string{"amir"}}), "amir owns PM-3: somebody else reviews it.")
	equal(t, "too early", s.refused(Action{Do: Approve, By: "jason"}), "PM-3 is not in review. Submit it first.")
	s.must(Action{Do: Submit, By: "amir", Reviewers: []string{"ethan", "jason", "ethan"}})
	equal(t, "submitted", s.Stage(), InReview)
	equal(t, "said", s.says("submitted"), "in review by ethan, jason")
	equal(t, "the lists that it is in", s.Lists(), []string{"postmortems/open"})

	s.must(Action{Do: Approve, By: "ethan"})
	equal(t, "not yet", s.refused(Action{Do: Publish, By: "amir"}), "PM-3 is not complete: jason did not approve it. Mend that, or publish it by force and say why.")
	equal(t, "a key", s.refused(Action{Do: Approve, By: "api:bot"}), `A review is a person's: say which user's it is, "api:bot" is none.`)
	equal(t, "no words", s.refused(Action{Do: RequestChanges, By: "jason"}), "Say what is to be changed.")
	s.must(Action{Do: RequestChanges, By: "jason", Note: "How do we know?"})
	equal(t, "sent back", s.Stage(), Drafting)

	s.must(Action{Do: Submit, By: "amir"})
	equal(t, "asked anew", s.Reviews[0].Verdict, Asked)
	for _, user := range []string{"ethan", "jason", "darren"} { // darren of his own accord
		s.must(Action{Do: Approve, By: user})
	}
	s.must(Action{Do: Publish, By: "amir"})
	equal(t, "published", s.Stage(), Published)
	equal(t, "status", s.Status, Completed)
	equal(t, "gaps", len(s.Gaps), 0)
	s.must(Action{Do: Reopen, By: "amir"})
	equal(t, "reopened", s.Stage(), Drafting)
}

func TestWhatIsNotCompleteIsPublishedByForceOnlyAndThatIsWrittenDown(t *testing.T) {
	t.Parallel()
	s := written(t)
	s.write(Edit{Sections: map[string]string{Summary: ""}})
	want := "PM-3 is not complete: section summary is empty. Mend that, or publish it by force and say why."
	equal(t, "refusal", s.refused(Action{Do: Publish, By: "amir"}), want)
	equal(t, "no reason", s.refused(Action{Do: Publish, By: "amir", Force: true}), "Say why PM-3 is published although it is not complete.")
	s.must(Action{Do: Publish, By: "amir", Force: true, Note: "the board asks today"})
	equal(t, "said", s.says("completed"), "published by force, in spite of: section summary is empty: the board asks today")
	equal(t, "why", s.ForcedFor, "the board asks today")
	equal(t, "gaps", s.Gaps, []string{"section summary is empty"})

	s = owed(t, org(t), "payments")
	s.must(Action{Do: Complete, By: "amir"})
	equal(t, "completed as it is", len(s.Gaps), 6)
}

func TestTheDueDateMovesOnceWithAReasonAndOnlyAnAdminMovesItAgain(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	day := func(n int) time.Time { return monday.AddDate(0, 0, n) }
	move := func(n int, why string, admin bool) Action {
		return Action{Do: Update, By: "amir", Note: why, Admin: admin, Edit: Edit{DueAt: day(n)}}
	}
	s.refused(move(9, " ", false))
	s.must(move(9, "the vendor answers late", false))
	s.must(move(9, "", false)) // it is there already
	equal(t, "refusal", s.refused(move(14, "again", false)),
		"The due date of PM-3 was moved already by amir, from 2026-03-16T09:00:00Z to 2026-03-18T09:00:00Z. It moves once; only an admin may move it again.")
	s.must(move(14, "amir is ill", true))
	equal(t, "moves", s.Moves, []Move{
		{At: monday, By: "amir", From: day(7), To: day(9), Why: "the vendor answers late"},
		{At: monday, By: "amir", From: day(9), To: day(14), Why: "amir is ill", Admin: true},
	})
	equal(t, "promised", s.Promised(), day(7))
	equal(t, "due", s.DueAt, day(14))
}

func TestARecordThatIsOlderThanStagesIsRequiredOrDrafting(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]Stage{
		`{"v":1,"status":"open","sections":{"timeline":"- opened","summary":"","went_well":""}}`:        Required,
		`{"v":1,"status":"open","sections":{"timeline":"- opened","went_badly":"No runbook."}}`:         Drafting,
		`{"v":1,"status":"open","sections":{},"actions":[{"n":1,"text":"Write one"}]}`:                  Drafting,
		`{"v":1,"status":"completed","sections":{"summary":"x"},"completed_at":"2026-03-09T09:00:00Z"}`: Published,
		`{"v":1,"status":"waived","sections":{}}`:                                                       NotNeeded,
	} {
		var s State
		if err := json.Unmarshal([]byte(data), &s); err != nil {
			t.Fatal(err)
		}
		equal(t, data, s.Stage(), want)
	}
}

func TestSectionsThatPostmortemsOnceHadAreShownWhileTheySaySomething(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.Sections["went_well"], s.Sections["went_badly"] = "", "No runbook."
	list := s.Headings()
	equal(t, "last heading", list[len(list)-1], Heading{Name: "went_badly", Title: "What went badly"})
	equal(t, "headings", len(list), len(Standard())+1)
	s.write(Edit{Sections: map[string]string{"went_well": "The rollback.", "Root Causes": "A full disk.", "lead-up": "A sale."}})
	equal(t, "by its title", s.Sections[RootCauses], "A full disk.")
	equal(t, "with a hyphen", s.Sections[LeadUp], "A sale.")
	equal(t, "an older one", s.Texts()["went_well"], "The rollback.")
	equal(t, "twice", s.refused(Action{Do: Update, Edit: Edit{Sections: map[string]string{"lead_up": "a", "lead-up": "b"}}}), "The section lead_up is given twice.")
}
