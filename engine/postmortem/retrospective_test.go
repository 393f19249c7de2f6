package postmortem

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// learned is a postmortem that is written, in the first person plural.
func learned(t *testing.T) *story {
	dir := org(t)
	dir.Channels = map[string]directory.Channel{"sre": {Name: "sre", Type: "slack", To: "#sre"}}
	dir.Postmortem.Retrospective = directory.Retrospective{On: true, Targets: []policy.Target{{Kind: policy.Channel, Name: "sre"}}}
	s := owed(t, dir, "payments")
	top := "The pool was empty"
	s.must(Action{Do: Update, By: "amir", Edit: Edit{
		Sections: map[string]string{Summary: "A release stopped payments for 20 minutes.", RootCauses: ""},
		Causes:   []CauseEdit{{Text: &top}}, Lessons: []LessonEdit{{Text: "Pools need an alert."}},
		Actions: []ItemEdit{{Text: "Alert on\nthe pool", Owner: "ethan", DueAt: monday.AddDate(0, 0, 14)}},
	}})
	why, parent := "A release leaked connections", 1
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Causes: []CauseEdit{{Text: &why, Parent: &parent}}}})
	return s
}

func TestARetrospectiveIsDraftedFromThePostmortemUntilItsOwnerEditsIt(t *testing.T) {
	t.Parallel()
	s := learned(t)
	s.Sections[Course] = "- 2026-03-09 08:00:00Z opened: by a rule\n- 2026-03-09 08:01:00Z responder: ethan is paged\n- then everybody had lunch\n- 2026-03-09 09:00:00Z closed by darren\n"
	equal(t, "draft", s.Letter(), Letter{"Retrospective of INC-7: Checkout fails", `*Postmortem PM-3, incident INC-7, P1, service checkout, team payments, owned by amir*

## In short

A release stopped payments for 20 minutes.

## Impact

- SEV1 (P1), for 1 hour
- From 2026-03-09 08:00:00Z
- Until 2026-03-09 09:00:00Z
- Services: checkout

## What happened

- 2026-03-09 08:00 UTC: opened: by a rule
- then everybody had lunch
- 2026-03-09 09:00 UTC, darren: closed

## Why

- The pool was empty
  - A release leaked connections

## What we learned

- Pools need an alert.

## What is done about it

- Alert on the pool (ethan, by 23 March 2026)
`})
	s.must(Action{Do: EditRetrospective, By: "amir", Letter: Letter{Text: "We learned much.\r\n"}})
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Title: "Payments fail"}})
	equal(t, "edited", s.Letter(), Letter{"Retrospective of INC-7: Checkout fails", "We learned much.\n"})
	equal(t, "said", s.says("retrospective"), "the retrospective is edited")
	s.must(Action{Do: ResetRetrospective, By: "amir"})
	equal(t, "the draft again", s.Letter().Subject, "Retrospective of INC-7: Payments fail")
}

func TestALongPostmortemMakesAShortDraft(t *testing.T) {
	t.Parallel()
	s := learned(t)
	s.Sections[Summary] = "```\n" + strings.Repeat("äöü line\n", 9000)
	s.Sections[Course] = strings.Repeat("- 2026-03-09 08:00:00Z note by amir: tried it\n", 100)
	text := s.Draft().Text
	if n := len([]rune(text)); n > 8000 || strings.Count(text, "```") != 2 || !strings.Contains(text, "- … (90 lines between)") {
		t.Errorf("%d characters:\n%s", n, text)
	}
}

func TestARetrospectiveIsSentOnceAndStaysAsItWasSent(t *testing.T) {
	t.Parallel()
	s := learned(t)
	send := Action{Do: SendRetrospective, By: "amir"}
	equal(t, "too early", s.refused(send), "PM-3 is not published yet. Publish it first, or send the retrospective by force and say why.")
	send.Force = true
	equal(t, "why", s.refused(send), "Say why the retrospective is sent although PM-3 is not published yet.")
	s.must(Action{Do: Complete, By: "amir"})
	equal(t, "step", s.planned()[3], "send ahead Mon 16 Mar 09:00")
	s.must(Action{Do: SendRetrospective, By: "amir"})
	equal(t, "step", s.planned()[3], "send done Mon 16 Mar 09:00: published, and the retrospective is sent")
	was := s.Letter()
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Title: "Another title"}})
	equal(t, "what was sent", s.Letter(), was)
	for _, do := range []Do{SendRetrospective, EditRetrospective, ResetRetrospective} {
		equal(t, string(do), s.refused(Action{Do: do, By: "jason"}), "The retrospective of PM-3 was sent by amir already, 2026-03-09T09:00:00Z.")
	}
	var channels []string
	for _, p := range s.Pages {
		if letter, ok := s.RetrospectiveOf(p); ok && p.Kind == page.Update {
			channels = append(channels, p.Channel+" "+letter.Subject)
		}
	}
	equal(t, "channels", channels, []string{"sre " + was.Subject})

	if !s.ClaimMailing(s.env()) || s.ClaimMailing(s.env()) {
		t.Error("two replicas hand it out at once, or none does")
	}
	s.must(Mailed{To: 1, Left: 2, Unreached: []string{"darren"}})
	s.must(Mailed{To: 7})
	equal(t, "said", s.says("retrospective"), "the retrospective goes to 1 address; not to 2 others that have unsubscribed; no e-mail address: darren")
	equal(t, "to", s.Retrospective.To, 1)
}

func TestASubjectIsOneLineAndATextIsNotEmpty(t *testing.T) {
	t.Parallel()
	s := learned(t)
	for letter, want := range map[Letter]string{
		{Subject: "Learned\r\nBcc: everybody@example.com"}: "A subject is one line, without control characters.",
		{Subject: "Learned\x00"}:                           "A subject is one line, without control characters.",
		{Subject: strings.Repeat("ä", 151)}:                "A subject holds 150 characters at most, this one has 151.",
		{Text: " \n"}:                                      "A retrospective needs a text. Reset it to have the draft again.",
		{Text: strings.Repeat("ä", 30_001)}:                "A retrospective holds 30000 characters at most, this one has 30001.",
	} {
		equal(t, "refusal", s.refused(Action{Do: EditRetrospective, By: "amir", Letter: letter}), want)
	}
	s.must(Action{Do: Waive, By: "amir", Note: "a drill"})
	equal(t, "waived", s.refused(Action{Do: SendRetrospective, By: "amir"}), "PM-3 was waived by amir. Reopen it first.")
}

func TestAPostmortemWhoseTimeIsNearlyOverStaysForTheMailsOfItsRetrospective(t *testing.T) {
	t.Parallel()
	s := learned(t)
	const month = 30 * 24 * time.Hour
	s.dir.Retention.Postmortems = month
	s.must(Action{Do: Complete, By: "amir"})
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Actions: []ItemEdit{{N: 1, Done: new(true)}}}})
	s.now = s.now.Add(month + time.Hour)
	s.must(Action{Do: Update, By: "amir", Edit: Edit{Actions: []ItemEdit{{N: 1, Verified: new(true), Evidence: "it paged on Monday"}}}})
	if want := s.now.Add(month); !s.GoneAt(s.env()).Equal(want) {
		t.Errorf("verified: it is deleted at %v, want %v", s.GoneAt(s.env()), want)
	}
	s.now = s.now.Add(month - time.Minute)
	s.must(Action{Do: SendRetrospective, By: "amir"})
	s.must(Mailed{To: 3})
	if want := s.now.Add(month); !s.GoneAt(s.env()).Equal(want) {
		t.Errorf("sent: it is deleted at %v, want %v: mails may wait for their server, and read it", s.GoneAt(s.env()), want)
	}
}

func TestATitleWithControlCharactersDoesNotKeepItsOwnerFromWriting(t *testing.T) {
	t.Parallel()
	s := learned(t)
	s.Title = "Disk \x1b[31mfull\x00\x1b[0m \xff of\nall" // as some sender wrote it
	s.must(Action{Do: EditRetrospective, By: "amir", Letter: Letter{Text: "We learned much."}})
	equal(t, "subject", s.Letter().Subject, "Retrospective of INC-7: Disk [31mfull[0m of all")
}

func TestTheOwnerIsRemindedToSendItOnlyWhereTheConfigurationHasOne(t *testing.T) {
	t.Parallel()
	s := learned(t)
	s.dir.Postmortem.Retrospective.On = false
	s.must(Action{Do: Complete, By: "amir"})
	s.dir.Postmortem.Retrospective.On = true // a reload: those of earlier days are not asked for
	equal(t, "step", s.planned()[3], "send done Mon 16 Mar 09:00: published")
	s.must(Action{Do: Reopen, By: "amir"})
	s.must(Action{Do: Complete, By: "amir"})
	s.now = s.DueAt
	s.must(Woken{})
	s.wait()
	if got := s.deliver(); len(got) == 0 || !strings.Contains(s.Page(s.Paged).Text, "is published.\n- send the retrospective") {
		t.Errorf("reminded: %v, %+v", got, s.Pages)
	}
}
