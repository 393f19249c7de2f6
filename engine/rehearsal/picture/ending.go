package picture

import (
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// Ending says in a sentence how a story ends. Clock writes the time of an entry.
func Ending(s *rehearsal.Story, clock func(rehearsal.Entry) string) string {
	if len(s.Alerts) == 0 {
		return "No alert was opened."
	}
	pages := 0
	for _, a := range s.Alerts {
		pages += a.Pages
	}
	became := fmt.Sprintf("%s; %s.", states(s.Alerts), paged(pages))
	at := clock(rehearsal.Entry{At: s.End})
	if s.Quiet {
		return "Nothing more happens after " + at + ": " + became
	}
	return "At " + at + " the rehearsal ends, and it would go on: " + became
}

// states says what became of alerts.
func states(alerts []*rehearsal.Alert) string {
	if len(alerts) == 1 {
		a := alerts[0]
		switch {
		case a.Status == "open" && !a.ExhaustedAt.IsZero():
			return fmt.Sprintf("#%d is open: everything was tried and nobody acknowledged", a.Number)
		case a.Status == "acked":
			return fmt.Sprintf("#%d is acknowledged by %s", a.Number, a.AckedBy)
		case a.Held != "":
			return fmt.Sprintf("#%d is held: %s", a.Number, a.Held)
		}
		return fmt.Sprintf("#%d is %s", a.Number, a.Status)
	}
	count := map[string]int{}
	for _, a := range alerts {
		if a.Status == "open" && !a.ExhaustedAt.IsZero() {
			count["tried"]++
			continue
		}
		if a.Held != "" {
			count["held"]++
			continue
		}
		count[a.Status]++
	}
	var parts []string
	for _, state := range [...]struct{ of, words string }{
		{"open", "open"}, {"held", "held"}, {"tried", "open though everything was tried"}, {"acked", "acknowledged"}, {"snoozed", "snoozed"}, {"closed", "closed"},
	} {
		if n := count[state.of]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, state.words))
		}
	}
	return fmt.Sprintf("%d alerts, %s", len(alerts), strings.Join(parts, ", "))
}

func paged(n int) string {
	switch n {
	case 0:
		return "nobody was paged"
	case 1:
		return "1 page"
	}
	return fmt.Sprintf("%d pages", n)
}
