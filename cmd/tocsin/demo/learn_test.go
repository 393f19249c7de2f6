package demo

import (
	"net/http"
	"strings"
)

// isLearntFrom: the postmortem is reminded of, written, discussed, checked, approved and published.
func (s *stage) isLearntFrom() {
	s.pass("2026-03-10 09:30") // the owner was reminded at nine
	s.tocsin(`tocsin postmortem meeting PM-1 --at 2026-03-12T14:00 --for 45m --where "Room 4" --as amir`)
	s.tocsin("tocsin postmortem meeting PM-1 -o meeting.ics")
	s.file("meeting.ics", postmortems, "The review meeting, for calendars")
	s.pass("10:30")
	s.section("summary", "On 9 March 2026, from 13:22 to 14:11 UTC, transfers in yen were refused. A release of the ledger asked for cents where there are none. It was rolled back 39 minutes after the first page.")
	s.section("impact", "1,912 transfers of 1,204 customers in APAC were refused; all of them could be sent again. Two customers called. No money was lost, and no other currency was hit.")
	s.section("mitigation", "Release 2.14.0 was rolled back to 2.13.4 at 14:10 UTC. It can come back when every currency is tested.")

	s.pass("2026-03-11 10:00")
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
	s.tocsin("tocsin postmortem issues PM-1 --tracker jira --as amir")
	s.pass("11:30")
	s.keepText("jira-away.txt", tocsinSays, "Jira is away: the issues are queued", s.tocsin("tocsin action list"))
	s.pass("12:00")
	s.jira.Answer(0, "")
	s.pass("12:30")
	s.keepText("actions.txt", tocsinSays, "Jira is back: each issue was created once", s.tocsin("tocsin action list"))
	s.tocsin(`tocsin postmortem action done PM-1 1 --note "the pipeline asks for a second approval" --as darren`)

	s.pass("2026-03-12 14:50") // after the meeting
	s.keepText("check.txt", tocsinSays, "What the postmortem lacks", s.no("tocsin postmortem check PM-1"))
	s.section("detection", "A monitor of the share of refused transactions fired after ten minutes, as it is set. Retries of the ledger showed it one minute after the release, and paged nobody: the alert is of low priority.")
	s.tocsin("tocsin postmortem action edit PM-1 3 --lesson 2 --as amir")
	s.tocsin("tocsin postmortem submit PM-1 --reviewer darren --reviewer ethan --as amir")
	s.pass("16:00")
	s.tocsin("tocsin postmortem approve PM-1 --as ethan")
	s.pass("2026-03-13 09:10")
	s.tocsin(`tocsin postmortem approve PM-1 --note "the numbers are those of the ledger" --as darren`)
	s.tocsin("tocsin postmortem check PM-1")
	s.pass("10:00")
	s.tocsin("tocsin postmortem publish PM-1 --as amir")
	s.pass("11:00")
	s.tocsin(`tocsin postmortem set-section PM-2 summary --text "PM-1 says what happened. This one is about how the ledger is released." --as darren`)
	s.tocsin(`tocsin postmortem complete PM-2 --note "the rest is in PM-1" --as darren`)
	s.exports()
}

// section writes a section of the postmortem.
func (s *stage) section(name, text string) {
	s.Helper()
	s.tocsin(`tocsin postmortem set-section PM-1 ` + name + ` --text "` + text + `" --as amir`)
}

// exports keeps the postmortem as every document that it can be.
func (s *stage) exports() {
	s.Helper()
	s.keepText("postmortem.txt", tocsinSays, "The postmortem when it was published", s.tocsin("tocsin postmortem show PM-1"))
	for _, d := range []struct{ file, flags, what string }{
		{"postmortem.html", "--format html", "The postmortem as a page, to be printed or saved as PDF"},
		{"postmortem.md", "", "The same as Markdown"},
		{"postmortem.xml", "--format confluence", "The same for Confluence"},
		{"customers.html", "--format html --for customers", "What customers may read of it"},
	} {
		s.tocsin(strings.Join(strings.Fields("tocsin postmortem export PM-1 "+d.flags+" -o "+d.file), " "))
		s.file(d.file, postmortems, d.what)
	}
}
