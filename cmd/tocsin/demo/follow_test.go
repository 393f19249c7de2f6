package demo

// isFollowedUp: one action slips, is reminded of, done at last, and verified with evidence.
func (s *stage) isFollowedUp() {
	s.pass("2026-03-16 16:00")
	s.tocsin(`tocsin postmortem action edit PM-1 2 --due 2026-03-19 --reason "the rates of four currencies are missing" --as darren`)
	s.pass("2026-03-25 15:00") // the owner was reminded three times, and the admin of the team once
	s.keepText("overdue.txt", tocsinSays, "The action that is late, counted against its first date", s.tocsin("tocsin action list --overdue"))
	s.tocsin("tocsin postmortem action done PM-1 2 --as darren")
	s.jira.Change("PAY-3", "Done", "done", "darren")
	s.pass("2026-03-27 10:00")
	s.tocsin(`tocsin postmortem action verify PM-1 2 --evidence "2.14.1 failed its tests in yen on 26 March, before its release" --as ethan`)
	s.tocsin(`tocsin postmortem action verify PM-1 1 --evidence "2.14.1 was held on 26 March" --as ethan`)
	s.keepText("followed.txt", tocsinSays, "The postmortem three weeks later", s.tocsin("tocsin postmortem show PM-1"))

	s.pass("2026-04-01 09:00")
	s.keepText("report.txt", tocsinSays, "The month in numbers", s.tocsin("tocsin report --period last-month"))
	s.keepFile("report.html", postmortems, "The same as a page", s.rest("/reports?period=last-month&format=html"))
	s.keepFile("report.svg", postmortems, "The same as a picture", s.rest("/reports?period=last-month&format=svg"))
	s.keepFile("report.csv", postmortems, "The same for spreadsheets", s.rest("/reports?period=last-month&format=csv"))
}
