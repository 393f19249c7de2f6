package demo

// isFollowedUp: one action slips, is reminded of, done at last, and verified with evidence.
func (s *stage) isFollowedUp() {
	s.chapter("What is followed up")
	s.pass("2026-03-16 16:00")
	s.tell("The second action slips, with a reason; the first date stays what it is measured against.")
	s.tocsin(`tocsin postmortem action edit PM-1 2 --due 2026-03-19 --reason "the rates of four currencies are missing" --as darren`)
	s.moves() // actions, a digest of the reviews and a report are due later
	s.digest()
	s.pass("2026-03-25 15:00") // the owner was reminded three times, and the admin of the team once
	s.tell("It is late: darren was reminded three times, and since this morning amir knows, too. The digest is out.")
	s.keepMail("digest", "Review of postmortems", "amir@example.com")
	s.keep("overdue.txt", "late against its first date", []byte(s.tocsin("tocsin action list --overdue")))
	s.tocsin("tocsin postmortem action done PM-1 2 --as darren")
	s.jira.Change("PAY-3", "Done", "done", "darren")
	s.pass("2026-03-27 10:00")
	s.tell("Done is not enough: ethan verifies, with the evidence that the same mistake is caught now.")
	s.tocsin(`tocsin postmortem action verify PM-1 2 --evidence "2.14.1 failed its tests in yen on 26 March, before its release" --as ethan`)
	s.tocsin(`tocsin postmortem action verify PM-1 1 --evidence "2.14.1 was held on 26 March" --as ethan`)
	s.keep("followed.txt", "the postmortem three weeks later", []byte(s.tocsin("tocsin postmortem show PM-1")))

	s.pass("2026-04-01 09:00")
	s.tell("The report of the month.")
	s.keep("report.txt", "in numbers", []byte(s.tocsin("tocsin report --period last-month")))
	s.keep("report.html", "as a page", s.rest("/reports?period=last-month&format=html"))
	s.keep("report.svg", "as a picture", s.rest("/reports?period=last-month&format=svg"))
	s.keep("report.csv", "for spreadsheets", s.rest("/reports?period=last-month&format=csv"))
}
