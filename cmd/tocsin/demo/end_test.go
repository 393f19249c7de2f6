package demo

// ends: it is over, the checklist is gone through, and the incident is closed.
func (s *stage) ends() {
	s.chapter("It ends")
	s.pass("14:35")
	s.tell("100 % recovered, says the channel; amir adds it to the timeline.")
	s.addToTimeline(s.says(ethan, "100 % recovered: no refused booking in APAC for 20 minutes"), amir)
	s.pass("14:40")
	s.slash(amir, "incident resolve rolled back, and watched for half an hour")
	s.tocsin(`tocsin incident tell INC-1 --audience stakeholders --phase resolved --text "It is over. A postmortem follows within a week." --as jason`)
	s.tocsin(`tocsin incident tell INC-1 --audience customers --phase resolved --text "Transfers in yen work. What was refused between 13:20 and 14:11 UTC can be sent again." --as jason`)
	s.tell("Resolved, and told so.")
	s.showsCustomers("4-resolved")
	s.pass("14:50")
	s.tell("The checklist: six items are ticked, one is skipped for a reason.")
	s.tocsin(`tocsin incident times INC-1 --impact-start 2026-03-09T13:22 --note "the first booking that was refused" --as ethan`)
	s.no("tocsin incident close INC-1 --as amir")
	for _, item := range []string{"1", "2", "4", "5", "6", "7"} {
		s.tocsin("tocsin incident tick INC-1 --item " + item + " --as amir")
	}
	s.tocsin(`tocsin incident skip INC-1 --item 3 --note "the next release is held until the postmortem" --as amir`)
	s.pass("15:00")
	s.tocsin("tocsin incident close INC-1 --as amir")
	s.tocsin("tocsin incident postmortem INC-1 --team ledger --as darren")
	s.tell("Closed. PM-1 is owed, and the team ledger writes one of its own, PM-2.")
	s.keep("incident.txt", "the incident as the command line shows it", []byte(s.tocsin("tocsin incident show INC-1")))
	s.keep("timeline.md", "everything that happened, as Markdown", []byte(s.tocsin("tocsin incident export INC-1")))
	s.keep("timeline.json", "the same as JSON", s.rest("/incidents/INC-1/timeline"))
}
