package ical

import (
	"strings"
	"testing"
	"time"
)

func invitation() Invite {
	from := time.Date(2026, 3, 12, 15, 0, 0, 0, time.FixedZone("CET", 3600))
	return Invite{
		UID: "pm-3@tocsin", Sequence: 2, Stamp: from.Add(-time.Hour), From: from, To: from.Add(45 * time.Minute),
		Summary: "Review of PM-3: " + strings.Repeat("Zahlungen für Größe L; ", 5), Description: "one\r\ntwo, BEGIN:VEVENT\x00",
		Organizer: "ethan+oncall@example.com", Attendees: []string{`"smith, amir"@example.com`, "jürgen@example.com"},
	}
}

// RFC 5545: lines end in CRLF and have 75 octets at most, a letter is in one of them, texts are escaped, addresses are URIs.
func TestAnInvitationIsWrittenAsCalendarsReadIt(t *testing.T) {
	t.Parallel()
	text := string(invitation().Write())
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n\x00") || strings.ToValidUTF8(line, "?") != line {
			t.Errorf("the line %q", line)
		}
	}
	unfolded := strings.ReplaceAll(text, "\r\n ", "")
	for _, want := range []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REQUEST", "UID:pm-3@tocsin", "SEQUENCE:2", "DTSTAMP:20260312T130000Z", "DTSTART:20260312T140000Z",
		"DTEND:20260312T144500Z", `DESCRIPTION:one\ntwo\, BEGIN:VEVENT`, "STATUS:CONFIRMED", "ORGANIZER:mailto:ethan+oncall@example.com",
		"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:%22smith%2C%20amir%22@example.com",
		"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:j%C3%BCrgen@example.com", "END:VEVENT", "END:VCALENDAR",
	} {
		if strings.Count(unfolded, want+"\r\n") != 1 {
			t.Errorf("no line %q in\n%s", want, unfolded)
		}
	}
	if strings.Count(unfolded, `für Größe L\; `) != 5 {
		t.Errorf("the summary in\n%s", unfolded)
	}
}

// RFC 5546 3.2: what is asked for and what is taken back has an organizer, and keeps its identity and grows its sequence.
func TestAnInvitationSaysWhatIsToBeDoneWithIt(t *testing.T) {
	t.Parallel()
	i := invitation()
	i.Cancel = true
	if text := string(i.Write()); i.Method() != "CANCEL" || !strings.Contains(text, "METHOD:CANCEL\r\n") || !strings.Contains(text, "STATUS:CANCELLED\r\n") || !strings.Contains(text, "ORGANIZER:") {
		t.Errorf("taken back:\n%s", text)
	}
	i = invitation()
	i.Organizer, i.Attendees = "", nil
	if text := string(i.Write()); i.Method() != "PUBLISH" || strings.Contains(text, "ATTENDEE") || strings.Contains(text, "ORGANIZER") {
		t.Errorf("of nobody:\n%s", text)
	}
}
