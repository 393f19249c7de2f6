package console

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const (
	maxLine   = 300 // runes of one printed value
	maxListed = 20  // alerts of a bundle
)

// render writes a message as a block: a line that says when, what and to whom; what it is about; what
// comes next; and the link, alone on its line so that it can be clicked or copied.
func (s *Sender) render(m deliver.Message) string {
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s  %s to %s by %s\n", s.now().In(zone).Format("2006-01-02 15:04:05 MST"), kind(m), recipient(m), line(m.Via))
	switch {
	case len(m.Bundle) > 0:
		s.bundle(&b, m)
	case m.Alert != nil:
		s.alert(&b, m)
	default:
		b.WriteString(indent(m.Title))
		b.WriteString(indent(m.Text))
	}
	if next := next(m, zone); next != "" {
		b.WriteString(indent(next))
	}
	if m.Link != "" {
		fmt.Fprintf(&b, "  %s:\n  %s\n", linkLabel(m), m.Link)
	}
	return b.String()
}

func (s *Sender) alert(b *strings.Builder, m deliver.Message) {
	if m.Kind != page.Escalation {
		b.WriteString(indent(m.Title))
		b.WriteString(indent(m.Text))
	}
	a := m.Alert
	fmt.Fprintf(b, "  %s\n", s.headline(a))
	if m.Kind != page.Escalation {
		return
	}
	var facts []string
	for _, f := range [...]struct{ name, value string }{{"service", a.Service}, {"team", a.Team}, {"source", a.Source}} {
		if f.value != "" {
			facts = append(facts, f.name+" "+line(f.value))
		}
	}
	if a.Count > 1 {
		facts = append(facts, fmt.Sprintf("%d times", a.Count))
	}
	if len(facts) > 0 {
		fmt.Fprintf(b, "  %s\n", strings.Join(facts, ", "))
	}
	b.WriteString(indent(a.Description))
}

func (s *Sender) bundle(b *strings.Builder, m deliver.Message) {
	for i, a := range m.Bundle {
		if i == maxListed {
			fmt.Fprintf(b, "  … and %d more\n", len(m.Bundle)-maxListed)
			return
		}
		fmt.Fprintf(b, "  %s\n", s.headline(a))
	}
}

func (s *Sender) headline(a *alert.State) string {
	text := fmt.Sprintf("[%s] #%d %s", line(a.Priority), a.Number, line(a.Title))
	if a.Status != alert.Open {
		text += fmt.Sprintf(" (%s)", line(string(a.Status)))
	}
	if !s.colour {
		return text
	}
	return colourOf(a.Priority) + text + "\x1b[0m"
}

func colourOf(priority string) string {
	switch priority {
	case "P1", "P2":
		return "\x1b[1;31m" // bold red
	case "P3":
		return "\x1b[33m" // yellow
	}
	return "\x1b[36m" // cyan
}

func kind(m deliver.Message) string {
	switch {
	case len(m.Bundle) > 0:
		return fmt.Sprintf("PAGE for %d alerts", len(m.Bundle))
	case m.Kind == page.Notice:
		return "NOTICE"
	case m.Kind == page.Reminder:
		return "REMINDER"
	case m.Kind == page.Update:
		return "STATUS UPDATE"
	case m.Kind == page.Handoff:
		return "HANDOFF"
	case m.Kind == page.Canary:
		return "TEST"
	}
	return "PAGE"
}

func recipient(m deliver.Message) string {
	switch {
	case m.User != nil:
		return line(m.User.Name)
	case m.Channel != nil:
		return "channel " + line(m.Channel.Name)
	}
	return line(m.Address)
}

func next(m deliver.Message, zone *time.Location) string {
	switch {
	case m.NextText == "" && m.NextAt.IsZero():
		return ""
	case m.NextAt.IsZero():
		return "next: " + m.NextText
	case m.NextText == "":
		return "next: at " + m.NextAt.In(zone).Format("15:04:05")
	}
	return "next: " + m.NextText + " at " + m.NextAt.In(zone).Format("15:04:05")
}

func linkLabel(m deliver.Message) string {
	switch {
	case len(m.Bundle) > 0:
		return "acknowledge all of them"
	case m.Alert != nil && m.Kind == page.Escalation && m.Alert.Status == alert.Open:
		return "acknowledge"
	}
	return "see"
}

// indent prints each line of text two columns in, at most ten lines of it; nothing for an empty text.
func indent(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	var b strings.Builder
	for i, l := range strings.SplitN(text, "\n", 11) {
		if i == 10 {
			b.WriteString("  …\n")
			break
		}
		b.WriteString("  " + line(l) + "\n")
	}
	return b.String()
}

// line makes any text one bounded line of printable characters.
func line(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if n == maxLine {
			return b.String() + "…"
		}
		switch {
		case r == '\n' || r == '\t':
			r = ' '
		case !unicode.IsPrint(r): // escape sequences, and what turns the direction of writing
			continue
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}
