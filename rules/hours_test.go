package rules_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/rules"
)

// What a search finds is what looking at every minute finds, in zones whose clocks change in these weeks.
func TestAWindowIsFoundWhereverItBegins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clock := func(what string) string {
			return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, what), rapid.SampledFrom([]int{0, 15, 30, 59}).Draw(t, what+" minute"))
		}
		w := rules.Window{
			Name: "w", From: clock("from"), To: clock("to"),
			Zone: rapid.SampledFrom([]string{"Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "UTC"}).Draw(t, "zone"),
			Days: rapid.SampledFrom([][]string{nil, {"sun"}, {"sat", "mon"}}).Draw(t, "days"),
		}
		if w.From == w.To {
			t.Skip("no time at all")
		}
		router, problems := rules.Compile(rules.Spec{Fallback: "p", Windows: []rules.Window{w}})
		if problems != nil {
			t.Fatal(problems)
		}
		h, _ := router.Hours("w")
		month := rapid.SampledFrom([]time.Month{3, 4, 9, 10}).Draw(t, "month")
		now := time.Date(2026, month, 1, 0, 0, rapid.IntRange(0, 31*24*3600).Draw(t, "second"), 0, time.UTC)
		for what, search := range map[string]func(time.Time) (time.Time, bool){"begins": h.Begins, "ends": h.Ends} {
			got, found := search(now)
			if !found || got.Before(now) || h.Contains(got) != (what == "begins") {
				t.Fatalf("after %v it %s at %v (%t)", now, what, got, found)
			}
			for at := now; at.Before(got); at = at.Truncate(time.Minute).Add(time.Minute) {
				if h.Contains(at) == (what == "begins") {
					t.Fatalf("after %v it %s at %v, and %v was before", now, what, got, at)
				}
			}
		}
	})
}
