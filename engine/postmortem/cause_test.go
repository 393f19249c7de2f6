package postmortem

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tree draws the causes with their levels: "1 2 -3" and so on, a hyphen for each level.
func (s *State) tree() string {
	var b strings.Builder
	for _, c := range s.Causes {
		fmt.Fprintf(&b, "%s%d ", strings.Repeat("-", s.level(c.N)-1), c.N)
	}
	return strings.TrimSpace(b.String())
}

func TestFiveWhysMakeATreeThatIsEditedMovedAndPruned(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	why := func(parent int, text string) { s.write(Edit{Causes: []CauseEdit{{Text: &text, Parent: &parent}}}) }
	why(0, "Payments timed out")
	why(1, "The pool was empty")
	why(2, "A release leaked connections")
	why(0, "Nobody saw it")
	why(4, "No alert on the pool")
	why(1, "The retry had no limit")
	equal(t, "tree", s.tree(), "1 -2 --3 -6 4 -5")
	equal(t, "where the whys end", s.Roots()[0].N, 3)

	s.write(Edit{Causes: []CauseEdit{{N: 6, Before: 2}, {N: 5, Evidence: ptr("The dashboard of 9 March")}, {N: 3, Parent: ptr(0), Before: 1}}})
	equal(t, "moved", s.tree(), "3 1 -6 -2 4 -5")
	equal(t, "evidence", s.Cause(5).Evidence, "The dashboard of 9 March")
	s.write(Edit{Causes: []CauseEdit{{N: 4, Parent: ptr(2)}}})
	equal(t, "a branch moves as a whole", s.tree(), "3 1 -6 -2 --4 ---5")

	for reason, e := range map[string]CauseEdit{
		"Cause 1 cannot be put under itself.":                                  {N: 1, Parent: ptr(5)},
		"PM-3 has no cause 9.":                                                 {N: 9, Remove: true},
		"PM-3 has no cause 9 to put another one under.":                        {Text: ptr("x"), Parent: ptr(9)},
		"A cause needs a text.":                                                {Parent: ptr(1)},
		"Cause 3 is not beside it: only one of the same parent can come next.": {N: 2, Before: 3},
	} {
		equal(t, "refusal", s.refused(Action{Do: Update, Edit: Edit{Causes: []CauseEdit{{Text: ptr("another")}, e}}}), reason)
	}
	s.write(Edit{Causes: []CauseEdit{{N: 2, Remove: true}}})
	equal(t, "said", s.says("updated"), "cause 2 removed, and 2 below it")
	equal(t, "pruned", s.tree(), "3 1 -6")
	why(0, "Later")
	equal(t, "numbers are never used again", s.tree(), "3 1 -6 7")
}

func TestATreeOfCausesHasNoMoreThanItsLevelsAndNodes(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	for n := range maxDepth {
		s.write(Edit{Causes: []CauseEdit{{Text: ptr("why"), Parent: ptr(n)}}})
	}
	equal(t, "too deep", s.refused(Action{Do: Update, Edit: Edit{Causes: []CauseEdit{{Text: ptr("why"), Parent: ptr(maxDepth)}}}}), "A tree of causes has 12 levels at most.")
	for range maxCauses - maxDepth {
		s.write(Edit{Causes: []CauseEdit{{Text: ptr("why")}}})
	}
	equal(t, "too many", s.refused(Action{Do: Update, Edit: Edit{Causes: []CauseEdit{{Text: ptr("why")}}}}), "A postmortem has 200 causes at most.")
}

// Whatever is edited, the causes stay a tree: parents are there and come before their children, no level is too deep.
func TestAnyEditsLeaveATree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &State{Number: 3, Status: Open}
		for range rapid.IntRange(1, 40).Draw(t, "edits") {
			e := CauseEdit{N: rapid.IntRange(0, s.CausesMade).Draw(t, "n"), Remove: rapid.IntRange(0, 9).Draw(t, "remove") == 0}
			if rapid.Bool().Draw(t, "text") || e.N == 0 {
				e.Text = ptr("why")
			}
			if rapid.Bool().Draw(t, "moves") {
				e.Parent = ptr(rapid.IntRange(0, s.CausesMade).Draw(t, "parent"))
			}
			if rapid.IntRange(0, 3).Draw(t, "placed") == 0 {
				e.Before = rapid.IntRange(1, s.CausesMade+1).Draw(t, "before")
			}
			before := s.tree()
			if err := s.update(Action{Do: Update, Edit: Edit{Causes: []CauseEdit{e}}}, Env{}); err != nil && s.tree() != before {
				t.Fatalf("refused, and yet changed from %s to %s", before, s.tree())
			}
			seen := map[int]bool{0: true}
			for _, c := range s.Causes {
				if !seen[c.Parent] || seen[c.N] || s.level(c.N) > maxDepth {
					t.Fatalf("%s is no tree after %+v", s.tree(), e)
				}
				seen[c.N] = true
			}
		}
	})
}
