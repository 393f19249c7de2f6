package ical

import (
	"bytes"
	"fmt"
	"net/url"
	"time"
)

// Invite is an invitation to a meeting, as mail programs understand it (RFC 5546): with a later Sequence it moves the
// meeting of the same UID, and Cancel takes it back.
type Invite struct {
	UID      string // the same for the same meeting, for ever
	Sequence int    // one more with every change
	Cancel   bool
	Stamp    time.Time // when it was made
	From, To time.Time

	Summary, Description, Location string

	Organizer string   // an e-mail address; without one the event is published, not asked for
	Attendees []string // e-mail addresses
}

// Method is what mail programs are asked to do with it.
func (i Invite) Method() string {
	switch {
	case i.Cancel:
		return "CANCEL"
	case i.Organizer == "":
		return "PUBLISH"
	}
	return "REQUEST"
}

// Write returns the invitation as text/calendar. Times are UTC, so it means the same moment whatever the clocks of those
// who come do before the meeting.
func (i Invite) Write() []byte {
	var b bytes.Buffer
	line := func(format string, args ...any) { fold(&b, fmt.Sprintf(format, args...)) }
	text := func(name, value string) {
		if value != "" {
			line("%s:%s", name, escape(value))
		}
	}
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Tocsin//Postmortems//EN")
	line("CALSCALE:GREGORIAN")
	line("METHOD:%s", i.Method())
	line("BEGIN:VEVENT")
	line("UID:%s", escape(i.UID))
	line("SEQUENCE:%d", i.Sequence)
	line("DTSTAMP:%s", i.Stamp.UTC().Format(utcLayout))
	line("DTSTART:%s", i.From.UTC().Format(utcLayout))
	line("DTEND:%s", i.To.UTC().Format(utcLayout))
	text("SUMMARY", i.Summary)
	text("DESCRIPTION", i.Description)
	text("LOCATION", i.Location)
	if i.Organizer != "" {
		line("ORGANIZER:%s", mailto(i.Organizer))
	}
	for _, a := range i.Attendees {
		line("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:%s", mailto(a))
	}
	if i.Cancel {
		line("STATUS:CANCELLED")
	} else {
		line("STATUS:CONFIRMED")
	}
	line("END:VEVENT")
	line("END:VCALENDAR")
	return b.Bytes()
}

// mailto is an e-mail address as a calendar address. That is a URI (RFC 5545 3.3.3, RFC 6068), in which the escapes of texts
// have no meaning.
func mailto(address string) string { return "mailto:" + url.PathEscape(address) }
