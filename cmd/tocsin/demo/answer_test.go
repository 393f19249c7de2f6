package demo

import (
	"strings"

	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// isAnswered: ethan is called, acknowledges, and people come together.
func (s *stage) isAnswered() {
	s.chapter("It is answered")
	s.pass("13:36")
	s.unanswered(s.phone("+15550100", true))
	s.pass("13:37")
	address, page := s.follow(s.phone("+15550100", false).Body())
	s.press(address, page, "ack")
	s.tell("ethan acknowledges with the link of the text message. Nobody else is paged.")
	s.keep("ack.html", "the page behind the link, before he presses", []byte(page))

	s.pass("13:39")
	s.tocsin(`tocsin incident tell INC-1 --audience stakeholders --audience customers --phase investigating --as ethan`)
	s.tell("Colleagues and customers are told: the first notice is a template, and out in seconds.")
	s.showsCustomers("1-investigating")
	s.tocsin("tocsin incident subscribe INC-1 --audience customers --email ops@customer.example --as ethan")

	s.pass("13:40")
	s.tell("The alert of the ledger joins; amir takes command, jason the communication.")
	s.tocsin("tocsin incident add-alert INC-1 --alert 2 --as ethan")
	s.tocsin(`tocsin alert ack 2 --as ethan --note "part of INC-1"`)
	s.says(amir, "I take command. ethan, what do we know?")
	s.slash(amir, "incident role commander")
	s.pass("13:41")
	s.slash(amir, "incident role communications @jason")
	s.slash(amir, "incident role scribe @ethan")
	s.tell("The teams ledger and support are called. Both calls reach jason, who is on the phone with customers: he answers for support and declines for the ledger, so that darren is paged at once.")
	s.slash(amir, "incident page team:ledger please look at what the release of 13:20 changed")
	s.pass("13:42")
	s.tocsin("tocsin incident wide INC-1 --as amir")
	s.pass("13:43")
	s.click(jason, "INC-1", "tocsin_ack")
	_, page = s.declines()
	s.keep("declined.html", "the page after he declined", []byte(page))
	s.pass("13:45")
	s.click(darren, "INC-1", "tocsin_ack")
	s.pass("13:46")
	s.tell("darren posts an error of the log; ethan adds it to the timeline with a message shortcut.")
	m := s.says(darren, "ledger-7: ERROR rounding: no minor unit for JPY, booking refused (account 20-APAC-4471)")
	s.addToTimeline(m, ethan)
}

// declines presses the button of the ledger's call to jason.
func (s *stage) declines() (address, page string) {
	s.Helper()
	for _, m := range s.slack.Messages() {
		if m.Asked != jason || !m.Contains("respond to INC-1 for ledger") {
			continue
		}
		if open := m.Button("tocsin_open"); open != nil {
			address, page = s.follow(open["url"].(string))
			return address, s.press(address, page, "decline")
		}
	}
	s.Fatal("jason was not called for the ledger")
	return "", ""
}

// phone is the latest text or call to a number.
func (s *stage) phone(number string, call bool) (latest twiliotest.Sent) {
	s.Helper()
	for _, sent := range s.phones.Sent() {
		if sent.To() == number && sent.Call == call {
			latest = sent
		}
	}
	if latest.SID == "" || strings.TrimSpace(number) == "" {
		s.Fatalf("%s got no text or call", number)
	}
	return latest
}
