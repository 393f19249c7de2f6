package demo

import (
	"strings"

	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// isAnswered: ethan is called, acknowledges, and people come together.
func (s *stage) isAnswered() {
	s.pass("13:36")
	s.unanswered(s.phone("+15550100", true))
	s.pass("13:37")
	address, page := s.follow(s.phone("+15550100", false).Body())
	s.keepHTML("ack.html", phones, "The page behind the link of the text message, before ethan presses Acknowledge", page)
	s.press(address, page, "ack")

	s.pass("13:39")
	s.tocsin(`tocsin incident tell INC-1 --audience stakeholders --audience customers --phase investigating --as ethan`)
	s.showsCustomers("1-investigating")
	s.tocsin("tocsin incident subscribe INC-1 --audience customers --email ops@customer.example --as ethan")

	s.pass("13:40")
	s.tocsin("tocsin incident add-alert INC-1 --alert 2 --as ethan")
	s.tocsin(`tocsin alert ack 2 --as ethan --note "part of INC-1"`)
	s.says(amir, "I take command. ethan, what do we know?")
	s.slash(amir, "incident role commander")
	s.pass("13:41")
	s.slash(amir, "incident role communications @jason")
	s.slash(amir, "incident role scribe @ethan")
	s.slash(amir, "incident page team:ledger please look at what the release of 13:20 changed")
	s.pass("13:42")
	s.tocsin("tocsin incident wide INC-1 --as amir")
	s.pass("13:43")
	s.click(jason, "INC-1", "tocsin_ack")
	_, page = s.declines()
	s.keepHTML("declined.html", phones, "jason is on the phone with customers and declines the ledger's call: darren is paged at once", page)
	s.pass("13:45")
	s.click(darren, "INC-1", "tocsin_ack")
	s.pass("13:46")
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
