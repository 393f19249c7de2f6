package demo

import (
	"context"
	"time"
)

// isToldOf: files, customers, the cause, the rollback, and what people outside are told of it.
func (s *stage) isToldOf() {
	s.chapter("What it is, and who knows")
	s.pass("13:48")
	s.tell("ethan attaches a chart.")
	s.keep("retries.png", "retried bookings in APAC, per minute", chart())
	s.tocsin(`tocsin incident attach INC-1 retries.png --note "retried bookings in APAC, per minute" --as ethan`)
	s.pass("13:50")
	s.tell("Two customers asked; their requests are linked.")
	s.tocsin(`tocsin incident issue add INC-1 https://support.example.com/t/991 --relation customer_request --summary "Transfers to Tokyo are refused" --as jason`)
	s.tocsin(`tocsin incident issue add INC-1 https://support.example.com/t/994 --relation customer_request --summary "Salaries are not paid out" --as jason`)
	s.pass("13:52")
	s.tell("Tocsin lists what was deployed to what is harmed, and to what that depends on.")
	s.keep("causes.txt", "what may have caused it", []byte(s.tocsin("tocsin incident causes INC-1")))
	s.tocsin("tocsin service graph -o services.svg")
	s.kept("services.svg", "the services while it lasts")
	s.pass("13:55")
	s.tell("darren marks the release as the cause, and has an issue created in Jira.")
	s.tocsin(`tocsin incident cause INC-1 DEP-2 --note "JPY has no minor unit, and the new rounding wants one" --as darren`)
	s.tocsin(`tocsin incident update INC-1 --impacts account-ledger --tag apac --tag release --as ethan`)
	s.tocsin(`tocsin incident issue create INC-1 --tracker jira --relation is_caused_by --summary "Rounding refuses currencies without a minor unit" --as darren`)
	s.pass("13:58")
	s.tocsin(`tocsin incident tell INC-1 --audience stakeholders --phase identified --text "Release 2.14.0 of the ledger refuses amounts in yen. We roll it back." --as jason`)
	s.tocsin(`tocsin incident tell INC-1 --audience customers --phase identified --text "We know why transfers in yen are refused, and are undoing the change that caused it. No money is lost." --next-in 20m --as jason`)
	s.tell("Identified: colleagues read more than customers do. Customers are promised to hear more in 20 minutes.")
	s.showsCustomers("2-identified")
	s.pass("14:02")
	s.tell("The rollback starts.")
	s.slash(darren, "incident note rollback started")
	s.pass("14:04")
	s.deploys(42, "v2.13.4", "Roll back to 2.13.4", "c01dbeef", "Fix the name of a metric", "in_progress")
	s.pass("14:05")
	s.moves() // a deployment is under way, an update is promised, alerts are acknowledged
	s.pass("14:10")
	s.deploys(42, "v2.13.4", "Roll back to 2.13.4", "c01dbeef", "Fix the name of a metric", "success")
	s.pass("14:12")
	s.tell("Mitigated: 2.13.4 is live since a minute. The alerts recover.")
	s.tocsin(`tocsin incident mitigate INC-1 --at 2026-03-09T14:11 --note "v2.13.4 is live, bookings in yen go through" --as darren`)
	s.pass("14:14")
	s.datadog("Recovered")
	s.pass("14:16")
	s.alertmanager("resolved")
	s.pass("14:18")
	s.tell("The promised update is due, and not there: jason is reminded, once.") // when customers were promised the next update
	s.pass("14:21")
	s.tocsin(`tocsin incident tell INC-1 --audience stakeholders --audience customers --phase monitoring --text "The change is undone, and transfers in yen work again. We are watching." --as jason`)
	s.tell("Monitoring.")
	s.showsCustomers("3-monitoring")
}

// showsCustomers keeps what customers see now.
func (s *stage) showsCustomers(when string) {
	s.Helper()
	s.must(s.server.Pass(context.Background(), 30*time.Second)) // the page follows within seconds
	s.keep("status/"+when+".html", "the status page then", s.get(publicURL+"/status/"))
	if when == "4-resolved" {
		s.keep("status/status.json", "the same for programs", s.get(publicURL+"/status/status.json"))
		s.keep("status/feed.rss", "the same for feed readers", s.get(publicURL+"/status/feed.rss"))
	}
}
