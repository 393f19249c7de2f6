package postmortem

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

func draw(t *rapid.T, s *State) Input {
	n := rapid.IntRange(0, s.Paged+1).Draw(t, "page")
	switch rapid.SampledFrom([]string{"act", "act", "wake", "settle", "report"}).Draw(t, "input") {
	case "wake":
		return Woken{}
	case "settle":
		return Settled{page.Outcome{
			N: n, Fence: rapid.IntRange(0, 2).Draw(t, "fence"),
			Error:     rapid.SampledFrom([]string{"", "away"}).Draw(t, "error"),
			Permanent: rapid.Bool().Draw(t, "permanent"),
		}}
	case "report":
		return Reported{Page: n, Delivered: rapid.Bool().Draw(t, "delivered"), Reason: "full"}
	}
	users := []string{"ethan", "amir", "darren", "nobody", ""}
	return Action{
		Do: rapid.SampledFrom([]Do{Publish, Complete, Submit, Approve, RequestChanges, Waive, Reopen, Assign, Update, Note,
			EditRetrospective, ResetRetrospective, SendRetrospective, "explode"}).Draw(t, "do"),
		By:     rapid.SampledFrom(users).Draw(t, "by"),
		Note:   rapid.SampledFrom([]string{"", "said"}).Draw(t, "note"),
		Owner:  rapid.SampledFrom(users).Draw(t, "owner"),
		Letter: Letter{Subject: rapid.SampledFrom([]string{"", "learned", "a\nb"}).Draw(t, "subject"), Text: rapid.SampledFrom([]string{"", "much", " "}).Draw(t, "letter")},
		Force:  rapid.Bool().Draw(t, "force"), Reviewers: rapid.SliceOfN(rapid.SampledFrom(users), 0, 2).Draw(t, "reviewers"),
		Edit: Edit{
			Sections: map[string]string{rapid.SampledFrom([]string{Summary, "own"}).Draw(t, "section"): rapid.SampledFrom([]string{"", "text"}).Draw(t, "text")},
			Actions: []ItemEdit{{
				N: rapid.IntRange(0, 3).Draw(t, "item"), Text: rapid.SampledFrom([]string{"", "do it"}).Draw(t, "item text"),
				Owner: rapid.SampledFrom(users[:3]).Draw(t, "item owner"), Done: ptr(rapid.Bool().Draw(t, "done")), Why: "it takes longer",
				DueAt: monday.AddDate(0, 0, rapid.IntRange(0, 20).Draw(t, "item due")),
			}},
		},
	}
}

// Whatever happens to a postmortem, in whatever order: its moves are legal, it is reminded of exactly while it is
// owed, its timeline has no gaps, and it can be stored at any time.
func TestAnySequenceOfInputsKeepsAPostmortemSound(t *testing.T) {
	t.Parallel()
	dir := org(t)
	begun := encode(t, owed(t, dir, "payments").State)
	rapid.Check(t, func(t *rapid.T) {
		s, now := decode(t, begun), monday
		for range rapid.IntRange(1, 40).Draw(t, "inputs") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60*30).Draw(t, "minutes")) * time.Minute)
			for i := range s.Pages {
				if s.Pages[i].Due(now) && rapid.Bool().Draw(t, "claimed") {
					s.Pages[i].Claim("r1", now)
				}
			}
			was, before := s.Status, encode(t, s)
			if _, err := Apply(s, draw(t, s), Env{Now: now, Dir: dir}); err != nil && encode(t, s) != before {
				t.Fatalf("refused (%v), and yet changed:\n%s", err, cmp.Diff(before, encode(t, s)))
			} else if err == nil {
				check(t, s, was, now)
			}
			s = decode(t, encode(t, s))
		}
	})
}

// nudged says what is wrong with the reminders of actions: everybody who owes a dated one has one to come, and nobody
// else; and nobody is told twice in one round.
func nudged(s *State, now time.Time) string {
	owes := map[string]bool{}
	for _, i := range s.Actions {
		if !i.Done && !i.DueAt.IsZero() && s.Status != Waived {
			owes[i.Owner] = true
		}
	}
	for _, n := range s.Nudges {
		if !owes[n.User] || !n.At.After(now) {
			return fmt.Sprintf("%q is reminded at %s, and owes: %v", n.User, n.At, owes)
		}
		delete(owes, n.User)
	}
	if len(owes) > 0 {
		return fmt.Sprintf("nobody reminds %v", owes)
	}
	once := map[string]bool{}
	for _, p := range s.Pages {
		key := fmt.Sprint(p.Round, p.User, p.Via)
		if once[key] {
			return "two messages in one round: " + key
		}
		once[key] = true
	}
	return ""
}

func check(t *rapid.T, s *State, was Status, now time.Time) {
	t.Helper()
	verifies := s.Status == Completed && slices.ContainsFunc(s.Actions, func(i Item) bool { return i.Done && !i.Verified() })
	switch {
	case was != Open && s.Status != Open && s.Status != was:
		t.Fatalf("it went from %s to %s", was, s.Status)
	case (s.Status == Open || verifies) != s.RemindAt.After(now):
		t.Fatalf("it is %s, and reminds at %s", s.Status, s.RemindAt)
	case (s.Status == Completed) == s.CompletedAt.IsZero():
		t.Fatalf("it is %s, completed at %s", s.Status, s.CompletedAt)
	case !slices.Contains(Stages[:], s.Stage()), (s.Status == Open) != slices.Contains(Stages[:3], s.Stage()):
		t.Fatalf("it is %s, and its stage %s", s.Status, s.Stage())
	case nudged(s, now) != "":
		t.Fatal(nudged(s, now))
	case (s.Status == Waived) == s.WaivedAt.IsZero(), (s.Status == Waived) == (s.WaivedFor == ""):
		t.Fatalf("it is %s, waived at %s for %q", s.Status, s.WaivedAt, s.WaivedFor)
	case s.Noted != len(s.Timeline):
		t.Fatalf("%d entries are counted, %d are there", s.Noted, len(s.Timeline))
	}
	for i, e := range s.Timeline {
		if e.N != i+1 || i > 0 && e.At.Before(s.Timeline[i-1].At) {
			t.Fatalf("entry %d is %+v", i+1, e)
		}
	}
	for i, p := range s.Pages {
		if i > 0 && p.N <= s.Pages[i-1].N {
			t.Fatalf("page %d follows page %d", p.N, s.Pages[i-1].N)
		}
		if p.Status == page.Pending && s.Status != Open && (s.Status == Waived || p.Run != aboutActions && !verifies) {
			t.Fatalf("it is %s, and page %d waits to be sent", s.Status, p.N)
		}
	}
}

type failer interface{ Fatal(...any) }

func encode(t failer, s *State) string {
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func decode(t failer, text string) *State {
	s := new(State)
	if err := json.Unmarshal([]byte(text), s); err != nil {
		t.Fatal(err)
	}
	if again := encode(t, s); again != text {
		t.Fatal("the JSON changes on its way:\n", cmp.Diff(text, again))
	}
	return s
}
