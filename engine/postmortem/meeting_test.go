package postmortem

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// invited says who is told of the meeting over what, of those that wait to be sent.
func (s *story) invited() (got []string) {
	for i := range s.Pages {
		if p := &s.Pages[i]; p.Run == aboutMeeting && p.Status == page.Pending {
			got = append(got, p.User+" "+p.Via)
			p.Claim("r1", s.now)
			s.must(Settled{page.Outcome{N: p.N, Fence: p.Attempts, Ref: "x"}})
		}
	}
	return got
}

func (s *story) ics() string {
	in, ok := s.Invite(s.env())
	if !ok {
		return ""
	}
	return strings.ReplaceAll(string(in.Write()), "\r\n ", "")
}

func (s *story) has(lines ...string) {
	s.t.Helper()
	for _, line := range lines {
		if !strings.Contains(s.ics(), line+"\r\n") {
			s.t.Errorf("no line %q in\n%s", line, s.ics())
		}
	}
}

var thursday = time.Date(2026, 3, 12, 14, 0, 0, 0, time.UTC)

func TestTheReviewMeetingIsSetMovedAndCancelledAndEverybodyConcernedIsInvited(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments", incident.Action{Do: incident.SetRole, Role: incident.Commander, User: "ethan"})
	s.must(Action{Do: Submit, By: "ethan", Reviewers: []string{"jason"}})
	s.must(Action{Do: Meet, By: "ethan", Plans: Plans{At: thursday, Where: "Room 4, first floor"}})
	equal(t, "said", s.says("meeting"), "the review meeting is at 2026-03-12T14:00:00Z, for 45 minutes, Room 4, first floor")
	equal(t, "texts", s.Pages[0].Text, "The review meeting of postmortem PM-3 (Checkout fails) is on Thu 12 Mar 2026 14:00 UTC, for 45 minutes. Where: Room 4, first floor")
	equal(t, "in New York", s.Pages[1].Text, "The review meeting of postmortem PM-3 (Checkout fails) is on Thu 12 Mar 2026 10:00 EDT, for 45 minutes. Where: Room 4, first floor")
	equal(t, "invited", s.invited(), []string{"ethan email", "jason email"})
	equal(t, "step", s.planned()[0], "meeting done Wed 11 Mar 03:00: on 2026-03-12T14:00:00Z")
	s.has("METHOD:REQUEST", "UID:"+string(s.ID)+"@tocsin", "SEQUENCE:0", "DTSTART:20260312T140000Z", "DTEND:20260312T144500Z", "STATUS:CONFIRMED",
		"SUMMARY:Review of PM-3: Checkout fails", `LOCATION:Room 4\, first floor`, "ORGANIZER:mailto:ethan@example.com",
		"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:jason@example.com")

	s.must(Action{Do: Meet, By: "ethan", Plans: Plans{At: thursday}}) // it is there already
	equal(t, "invited", s.invited(), nil)
	s.must(Action{Do: Submit, By: "ethan", Reviewers: []string{"amir"}})
	equal(t, "a new reviewer", s.invited(), []string{"amir slack", "amir email"})

	s.must(Action{Do: Meet, By: "jason", Plans: Plans{At: thursday.Add(time.Hour), Length: 90 * time.Minute}, Note: "amir is out"})
	equal(t, "said", s.says("meeting"), "the review meeting is at 2026-03-12T15:00:00Z, for 90 minutes, moved from 2026-03-12T14:00:00Z, Room 4, first floor: amir is out")
	equal(t, "told", s.invited(), []string{"ethan email", "jason email", "amir slack", "amir email"})
	s.has("SEQUENCE:1", "DTSTART:20260312T150000Z", "DTEND:20260312T163000Z", "UID:"+string(s.ID)+"@tocsin")

	s.must(Action{Do: CancelMeeting, By: "ethan"})
	equal(t, "told", len(s.invited()), 4)
	s.has("METHOD:CANCEL", "SEQUENCE:2", "STATUS:CANCELLED")
	equal(t, "step", s.planned()[0], "meeting open Wed 11 Mar 03:00")
	equal(t, "refusal", s.refused(Action{Do: CancelMeeting, By: "ethan"}), "PM-3 has no review meeting.")
	s.must(Action{Do: Meet, By: "ethan", Plans: Plans{At: thursday}})
	s.has("METHOD:REQUEST", "SEQUENCE:3", "STATUS:CONFIRMED")
	s.must(Action{Do: Waive, By: "ethan", Note: "a test"})
	equal(t, "a waived postmortem is not talked over", s.Meeting.On(), false)
	equal(t, "told", len(s.invited()), 4)
}

func TestAnInvitationThatDidNotGoOutIsReplacedByTheNext(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.must(Action{Do: Meet, By: "amir", Plans: Plans{At: thursday}})
	s.must(Action{Do: Meet, By: "amir", Plans: Plans{At: thursday.Add(time.Hour)}})
	var waiting []int
	for _, p := range s.Pages {
		if p.Waiting() {
			waiting = append(waiting, p.Round)
		}
	}
	equal(t, "sequences", waiting, []int{1, 1})
}

// New York goes to summer time on 8 March, Berlin on 29 March: a meeting is one moment for both.
func TestAMeetingAfterTheClocksChangeIsTheSameMomentForEverybody(t *testing.T) {
	t.Parallel()
	dir := org(t)
	dir.Zone = zone(t, "Europe/Berlin")
	s := owed(t, dir, "payments")
	at := time.Date(2026, 3, 30, 15, 0, 0, 0, dir.Zone)
	s.must(Action{Do: Submit, By: "amir", Reviewers: []string{"jason"}})
	s.must(Action{Do: Meet, By: "amir", Plans: Plans{At: at}})
	s.has("DTSTART:20260330T130000Z")
	for _, p := range s.Pages {
		want := map[string]string{"amir": "15:00 CEST", "jason": "09:00 EDT"}[p.User]
		if !strings.Contains(p.Text, want) {
			t.Errorf("%s is told %q, want %s", p.User, p.Text, want)
		}
	}
}

func TestAMeetingThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	for reason, p := range map[string]Plans{
		"A meeting lies ahead. Mark the step as done where you have met already.": {At: monday},
		"A meeting lies at most a year ahead.":                                    {At: monday.AddDate(2, 0, 0)},
		"A meeting lasts between 5 minutes and 8 hours.":                          {At: thursday, Length: time.Minute},
		"Where to meet is said in 500 bytes at most, this has 501.":               {At: thursday, Where: strings.Repeat("x", 501)},
	} {
		equal(t, "refusal", s.refused(Action{Do: Meet, By: "amir", Plans: p}), reason)
	}
	s.must(Action{Do: Meet, By: "amir", Plans: Plans{At: thursday}})
	s.now = thursday
	equal(t, "refusal", s.refused(Action{Do: CancelMeeting, By: "amir"}), "The review meeting of PM-3 has begun already.")
}

func TestWhoOwnsAPostmortemAnewIsInvitedAndNobodyElseLosesTheirMessages(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments", incident.Action{Do: incident.SetRole, Role: incident.Commander, User: "ethan"})
	s.must(Action{Do: Submit, By: "ethan", Reviewers: []string{"jason"}})
	s.must(Action{Do: Meet, By: "ethan", Plans: Plans{At: thursday}})
	s.must(Action{Do: Assign, By: "ethan", Owner: "amir"})
	equal(t, "invited", s.invited(), []string{"ethan email", "jason email", "amir slack", "amir email"})
	s.has("ORGANIZER:mailto:ethan@example.com", "SEQUENCE:0") // calendars take changes from nobody else
	s.must(Action{Do: Meet, By: "amir", Plans: Plans{At: thursday.Add(time.Hour)}})
	s.has("ORGANIZER:mailto:ethan@example.com", "SEQUENCE:1")
	delete(s.dir.Users, "ethan")
	s.has("ORGANIZER:mailto:amir@example.com")
}

func TestAPostmortemThatChangesHandsStillRemindsOfActions(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Actions: []ItemEdit{{Text: "test it", Owner: "jason", DueAt: s.now.Add(time.Hour)}}}})
	s.now = s.now.AddDate(0, 0, 2)
	s.must(Woken{})
	s.must(Action{Do: Assign, By: "amir", Owner: "ethan"})
	for _, p := range s.Pages {
		if p.User == "jason" && p.Status != page.Pending {
			t.Errorf("the reminder of the action to jason is %s", p.Status)
		}
		if p.User == "amir" && p.Status != page.Cancelled {
			t.Errorf("the reminder to the owner of before is %s", p.Status)
		}
	}
}

func TestAMeetingHasAHundredGuestsAtMost(t *testing.T) {
	t.Parallel()
	s := owed(t, org(t), "payments")
	for n := range 150 {
		name := fmt.Sprint("guest-", n)
		s.dir.Users[name] = directory.User{Name: name, Email: name + "@example.com"}
		s.Involved = append(s.Involved, name)
	}
	s.must(Action{Do: Meet, By: "amir", Plans: Plans{At: thursday}})
	equal(t, "invited", len(s.Meeting.Invited), 100)
}
