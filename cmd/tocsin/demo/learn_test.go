package demo

import (
	"net/http"
	"strings"
)

// isLearntFrom: the postmortem is reminded of, written, discussed, checked, approved and published.
func (s *stage) isLearntFrom() {
	s.chapter("What is learnt")
	s.pass("2026-03-10 09:00")
	s.tell("amir, who had the command, owns the postmortem. He gets one message of what is to be done, in his working hours.")
	s.pass("2026-03-10 09:30") // the owner was reminded at nine
	s.tocsin(`tocsin postmortem meeting PM-1 --at 2026-03-12T14:00 --for 45m --where "Room 4" --as amir`)
	s.tocsin("tocsin postmortem meeting PM-1 -o meeting.ics")
	s.tell("The review meeting is set, and everybody who was there is invited.")
	s.kept("meeting.ics", "the meeting, for calendars")
	s.pass("10:30")
	s.section("summary", "On 9 March 2026, from 13:22 to 14:11 UTC, transfers in yen were refused. A release of the ledger asked for cents where there are none. It was rolled back 39 minutes after the first page.")
	s.section("impact", "1,912 transfers of 1,204 customers in APAC were refused; all of them could be sent again. Two customers called. No money was lost, and no other currency was hit.")
	s.section("mitigation", "Release 2.14.0 was rolled back to 2.13.4 at 14:10 UTC. It can come back when every currency is tested.")

	s.pass("2026-03-11 10:00")
	s.tell("Five whys with two branches, each with its evidence; two lessons; three actions: hours, weeks, months.")
	for _, c := range []string{
		`--text "The ledger refused amounts in yen" --evidence "ledger-7: ERROR rounding: no minor unit for JPY"`,
		`--under 1 --text "Release 2.14.0 rounds to the minor unit, and yen have none" --evidence "commit 4fd2a91c" --category release`,
		`--under 2 --text "The tests book in euros and dollars only" --evidence "ledger/booking_test: 2 of 34 currencies" --category testing`,
		`--under 3 --text "Nobody owns the list of currencies that we support" --category ownership`,
		`--under 1 --text "It was live in all regions within two minutes" --evidence "DEP-2" --category release`,
		`--under 5 --text "The pipeline of the ledger has no first region, since it was made for one" --evidence "account-ledger/deploy.yaml" --category release`,
	} {
		s.tocsin("tocsin postmortem cause add PM-1 " + c + " --as darren")
	}
	s.tocsin(`tocsin postmortem lesson add PM-1 --text "What is tested in two currencies is tested in two currencies." --as amir`)
	s.tocsin(`tocsin postmortem lesson add PM-1 --text "A release that is everywhere at once breaks everywhere at once." --as amir`)
	s.tocsin(`tocsin postmortem action add PM-1 --text "Hold releases of the ledger until yen are tested" --owner darren --due 2026-03-11 --horizon short --as amir`)
	s.tocsin(`tocsin postmortem action add PM-1 --text "Test bookings in all currencies before each release" --owner darren --due 2026-03-16 --horizon mid --lesson 1 --as amir`)
	s.tocsin(`tocsin postmortem action add PM-1 --text "Give releases of the ledger a first region" --owner amir --due 2026-06-30 --horizon long --as amir`)

	s.pass("11:00")
	s.jira.Answer(http.StatusServiceUnavailable, "")
	s.tocsin("tocsin postmortem action issue PM-1 3 --create --tracker github --as amir")
	s.tocsin("tocsin postmortem issues PM-1 --tracker jira --as amir")
	s.pass("11:30")
	s.tell("The third action goes to GitHub, where the pipeline lives; the others to Jira, which is away for an hour: its issues wait.")
	s.keep("jira-away.txt", "the actions meanwhile", []byte(s.tocsin("tocsin action list")))
	s.moves() // issues wait to be created, a meeting is set
	s.pass("12:00")
	s.jira.Answer(0, "")
	s.pass("12:30")
	s.tell("Jira is back, and each issue was created once.")
	s.keep("actions.txt", "the actions then", []byte(s.tocsin("tocsin action list")))
	s.tocsin(`tocsin postmortem action done PM-1 1 --note "the pipeline asks for a second approval" --as darren`)

	s.pass("2026-03-12 14:50") // after the meeting
	s.tell("After the meeting: the check finds a section and an action that are missing. They are written, and darren and ethan asked to review.")
	s.keep("check.txt", "what was missing", []byte(s.no("tocsin postmortem check PM-1")))
	s.section("detection", "A monitor of the share of refused transactions fired after ten minutes, as it is set. Retries of the ledger showed it one minute after the release, and paged nobody: the alert is of low priority.")
	s.tocsin("tocsin postmortem action edit PM-1 3 --lesson 2 --as amir")
	s.tocsin("tocsin postmortem submit PM-1 --reviewer darren --reviewer ethan --as amir")
	s.pass("16:00")
	s.tocsin("tocsin postmortem approve PM-1 --as ethan")
	s.pass("2026-03-13 09:10")
	s.tocsin(`tocsin postmortem approve PM-1 --note "the numbers are those of the ledger" --as darren`)
	s.tocsin("tocsin postmortem check PM-1")
	s.pass("10:00")
	s.tell("Approved by both, complete, published.")
	s.tocsin("tocsin postmortem publish PM-1 --as amir")
	s.exports()
	s.pass("10:30")
	s.drafts()
	s.mail.RefuseConnections("421 4.3.2 back soon")
	s.tocsin("tocsin postmortem retrospective send PM-1 --as amir")
	s.tell("The retrospective goes to the team, to support, and to the stakeholders. The mail server is away for ten minutes, so it comes a little later.")
	s.moves() // mails wait to be sent
	s.pass("10:40")
	s.mail.RefuseConnections("")
	s.pass("11:00")
	s.keep("retrospective.txt", "what it says, and who has it", []byte(s.tocsin("tocsin postmortem retrospective show PM-1")))
	s.keepMail("retrospective", "Retrospective of INC-1", "quality@example.com")
	s.tocsin(`tocsin postmortem set-section PM-2 summary --text "PM-1 says what happened. This one is about how the ledger is released." --as darren`)
	s.tocsin(`tocsin postmortem complete PM-2 --note "the rest is in PM-1" --as darren`)
}

// section writes a section of the postmortem.
func (s *stage) section(name, text string) {
	s.Helper()
	s.tocsin(`tocsin postmortem set-section PM-1 ` + name + ` --text "` + text + `" --as amir`)
}

// exports keeps the postmortem as every document that it can be.
func (s *stage) exports() {
	s.Helper()
	s.keep("postmortem.txt", "as the command line shows it", []byte(s.tocsin("tocsin postmortem show PM-1")))
	for _, d := range []struct{ file, flags, what string }{
		{"postmortem.html", "--format html", "as a page, to be printed or saved as PDF"},
		{"postmortem.md", "", "as Markdown"},
		{"postmortem.xml", "--format confluence", "for Confluence"},
		{"customers.html", "--format html --for customers", "what customers may read of it"},
	} {
		s.tocsin(strings.Join(strings.Fields("tocsin postmortem export PM-1 "+d.flags+" -o "+d.file), " "))
		s.kept(d.file, d.what)
	}
}
