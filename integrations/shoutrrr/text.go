package shoutrrr

import (
	"fmt"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// The services differ in what they take; every one of them takes this much plain text.
const (
	maxDescription = 500
	maxListed      = 10
)

// text writes a message in plain lines, the most important one first.
func text(m deliver.Message) string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	switch {
	case len(m.Bundle) > 0:
		add("%d alerts, worst first:", len(m.Bundle))
		for i, st := range m.Bundle {
			if i == maxListed {
				add("and %d more", len(m.Bundle)-i)
				break
			}
			add("%s #%d %s", st.Priority, st.Number, line(st.Title))
		}
		if m.Link != "" {
			add("Acknowledge all: %s", m.Link)
		}
	case m.Alert != nil && m.Kind == page.Notice:
		add("#%d %s: %s", m.Alert.Number, line(m.Alert.Title), m.Text)
	case m.Alert != nil:
		add("%s #%d %s", m.Alert.Priority, m.Alert.Number, line(m.Alert.Title))
		if d := []rune(strings.TrimSpace(m.Alert.Description)); len(d) > maxDescription {
			add("%s…", string(d[:maxDescription]))
		} else if len(d) > 0 {
			add("%s", string(d))
		}
		if m.Link != "" {
			add("Acknowledge: %s", m.Link)
		}
		if !m.NextAt.IsZero() && m.NextText != "" {
			at := m.NextAt.UTC()
			if m.Zone != nil {
				at = m.NextAt.In(m.Zone)
			}
			add("Next: %s at %s", m.NextText, at.Format("15:04 MST"))
		}
	default:
		for _, s := range []string{m.Title, m.Text, m.Link} {
			if s != "" {
				add("%s", s)
			}
		}
	}
	return strings.Join(lines, "\n")
}

func line(s string) string { return strings.Join(strings.Fields(s), " ") }
