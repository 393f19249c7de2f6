package email_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

func TestAnInvitationComesWithItsEventForCalendars(t *testing.T) {
	t.Parallel()
	for cancelled, method := range map[bool]string{false: "REQUEST", true: "CANCEL"} {
		m := deliver.Message{
			Key: "p04-x/1", Kind: page.Notice, Via: "email", User: &directory.User{Name: "ethan"}, Address: "ethan@example.com",
			Title: "Review of PM-3: Checkout fails", Text: "It is on Thu 12 Mar 2026 14:00 UTC.",
			Invite: &ical.Invite{UID: "p04-x@tocsin", Sequence: 2, Cancel: cancelled, Stamp: three, From: three.Add(time.Hour), To: three.Add(2 * time.Hour),
				Summary: "Réunion", Organizer: "amir@example.com", Attendees: []string{"ethan@example.com"}},
		}
		c := mailed(t, m)
		if want := "text/calendar; method=" + method + "; charset=UTF-8"; c.EventType != want {
			t.Errorf("content type %q, want %q", c.EventType, want)
		}
		for _, want := range []string{"METHOD:" + method + "\n", "UID:p04-x@tocsin\n", "SEQUENCE:2\n", "DTSTART:20260309T040000Z\n", "SUMMARY:Réunion\n"} {
			if !strings.Contains(c.Event, want) {
				t.Errorf("no %q in\n%s", want, c.Event)
			}
		}
		if !strings.Contains(c.Text, m.Text) || c.HTML == "" {
			t.Errorf("text %q, HTML %q", c.Text, c.HTML)
		}
	}
}
