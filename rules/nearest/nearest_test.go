package nearest_test

import (
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/rules/nearest"
)

func TestAMistypedNameLeadsToTheOneThatWasMeant(t *testing.T) {
	t.Parallel()
	known := []string{"priority", "title", "tags", "it-west", "team"}
	for name, want := range map[string]string{
		"priorty": "priority", "pirority": "priority", "Title": "title", "tag": "tags", "it-wset": "it-west",
		"tema": "team", "severity": "", "x": "", "": "", strings.Repeat("team", 100): "",
	} {
		if got := nearest.To(name, known); got != want {
			t.Errorf("%q leads to %q, want %q", name, got, want)
		}
	}
}

func TestOfTwoThatAreEquallyNearTheFirstIsTaken(t *testing.T) {
	t.Parallel()
	if got := nearest.To("bat", []string{"cat", "hat"}); got != "cat" {
		t.Errorf("got %q", got)
	}
}
