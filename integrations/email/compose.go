package email

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const maxSubject = 150 // runes; readers show fewer

// compose writes a message as mail, and returns it with its Message-ID.
func (s *Sender) compose(m deliver.Message) (*mail.Msg, string, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.To(m.Address); err != nil {
		return nil, "", deliver.Permanent("e-mail: %q is not an address: %w", cut(m.Address, 100), err)
	}
	msg.FromMailAddress(s.from)
	msg.Subject(subject(m))
	msg.SetDateWithValue(s.opts.Now())
	id := s.messageID(m)
	msg.SetMessageIDWithValue(strings.Trim(id, "<>"))
	if m.Alert != nil {
		// All mails about an alert answer the same one, which was never sent: so they are one thread
		// for every reader, whichever came first.
		root := fmt.Sprintf("<%s@%s>", m.Alert.ID, s.domain())
		msg.SetGenHeader(mail.HeaderInReplyTo, root)
		msg.SetGenHeader(mail.HeaderReferences, root)
	}
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: holiday notices must not answer
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	if m.Unsubscribe != "" { // RFC 2369, RFC 8058
		msg.SetGenHeader(mail.HeaderListUnsubscribe, "<"+m.Unsubscribe+">")
		msg.SetGenHeader(mail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	if urgent(m) {
		msg.SetImportance(mail.ImportanceHigh)
	}
	v := s.view(m)
	if err := msg.SetBodyTextTemplate(textPage, v); err != nil {
		return nil, "", deliver.Permanent("e-mail: cannot write the text: %w", err)
	}
	if err := msg.AddAlternativeHTMLTemplate(htmlPage, v); err != nil {
		return nil, "", deliver.Permanent("e-mail: cannot write the HTML: %w", err)
	}
	if m.Invite != nil {
		// A part beside the text, whose method is that of the event (RFC 6047): mail programs offer to accept it.
		invite := mail.ContentType("text/calendar; method=" + m.Invite.Method())
		msg.AddAlternativeString(invite, string(m.Invite.Write()))
	}
	return msg, id, nil
}

// messageID is the same for every attempt at a message, so that a mail sent twice is shown once.
func (s *Sender) messageID(m deliver.Message) string {
	sum := sha256.Sum256([]byte(m.Key + "\x00" + m.Address))
	return fmt.Sprintf("<%s@%s>", hex.EncodeToString(sum[:16]), s.domain())
}

// subject is the same for all mails about an alert but for the "Re: " of later ones, because some readers
// make threads by it.
func subject(m deliver.Message) string {
	var text string
	switch {
	case len(m.Bundle) > 0:
		worst := m.Bundle[0]
		text = fmt.Sprintf("[%s] %d alerts, the worst: #%d %s", worst.Priority, len(m.Bundle), worst.Number, worst.Title)
	case m.Alert != nil:
		text = fmt.Sprintf("[%s] #%d %s", m.Alert.Priority, m.Alert.Number, m.Alert.Title)
		if later(m) {
			text = "Re: " + text
		}
	default:
		text = m.Title
	}
	// A reader would decode what looks like an encoded word (RFC 2047), line breaks and all.
	return strings.ReplaceAll(cut(oneLine(text), maxSubject), "=?", "= ?")
}

// later reports whether this recipient has had mail about the alert before. A notice is only for those who have,
// though the outcome of that mail may not be recorded yet.
func later(m deliver.Message) bool {
	if m.Thread != "" || m.Kind == page.Notice {
		return true
	}
	for _, p := range m.Alert.Pages {
		if p.Via != m.Via || p.Status != page.Sent && p.Status != page.Delivered {
			continue
		}
		if m.User != nil && p.User == m.User.Name || m.Channel != nil && p.Channel == m.Channel.Name {
			return true
		}
	}
	return false
}

func urgent(m deliver.Message) bool {
	a := m.Alert
	if len(m.Bundle) > 0 {
		a = m.Bundle[0]
	}
	return a != nil && m.Kind == page.Escalation && (a.Priority == "P1" || a.Priority == "P2")
}

// oneLine makes any text safe for a header: valid UTF-8 without line breaks and control characters.
func oneLine(text string) string {
	return strings.Join(strings.Fields(printable(text)), " ")
}

// printable drops control characters but for line breaks and tabs, and what is not UTF-8.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) || r == '\u200d' {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// cut bounds text to n runes.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for i := range text {
		if n--; n < 0 {
			return text[:i] + "…"
		}
	}
	return text
}
