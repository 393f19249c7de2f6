package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const tested = `
canary: {every: 30m, user: ethan}
policies: [{name: wrong, steps: [{notify: ["user:amir"]}]}]
rules: [{set: {priority: P5}, to: "policy:wrong"}]
`

func (tw *town) canary() *canary.State {
	tw.Helper()
	s, err := tw.engines[0].Canary(context.Background())
	if err != nil {
		tw.Fatal(err)
	}
	return s
}

// report tells Tocsin that the latest message over a way arrived.
func (tw *town) report(via string, delivered bool) {
	tw.Helper()
	s := tw.canary()
	for _, p := range s.Pages {
		if p.Via == via {
			if err := tw.engines[0].Report(context.Background(), s.ID, p.N, p.Ref, delivered, "the phone is off"); err != nil {
				tw.Fatal(err)
			}
		}
	}
	tw.settle()
}

func TestACanaryIsSentOverEveryWayOfAPlanAndMarkedAsATest(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, tested)
	tw.keep()
	tw.report("sms", true)
	tw.report("voice", true)
	tw.wait(30*time.Minute - time.Second)
	if n := len(tw.phones.got); n != 4 {
		t.Fatalf("%d messages, want one over each of Slack, SMS, voice and e-mail:\n%s", n, tw.phones.log())
	}
	for _, m := range tw.phones.got {
		if m.Kind != page.Canary || !strings.Contains(m.Title, "TEST") || !strings.Contains(m.Title, "nothing is wrong") || m.Link == "" {
			t.Errorf("%s: kind %q, title %q, link %q", m.Via, m.Kind, m.Title, m.Link)
		}
	}
	for via, r := range tw.canary().Results {
		if !r.OK {
			t.Errorf("%s: %s", via, r.Receipt)
		}
	}
	tw.wait(time.Minute)
	if n := len(tw.phones.got); n != 8 {
		t.Errorf("%d messages after two rounds, want 8", n)
	}
	if n := len(tw.alerts()); n != 0 {
		t.Errorf("%d alerts", n)
	}
}

func TestACanaryThatFailsOpensAnAlertThatGoesToTheFallbackWhateverTheRulesSay(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, tested)
	tw.phones.refuse("sms", deliver.Permanent("21610 the person has texted STOP"))
	tw.keep()
	tw.report("voice", true)
	open := tw.alerts(alert.Open)
	if len(open) != 1 || open[0].Policy != "everyone" || open[0].Priority != "P2" || !strings.Contains(open[0].Description, "sms: failed: ") {
		t.Fatalf("alerts: %+v", open)
	}
	if !strings.Contains(open[0].Title, "ethan") {
		t.Errorf("title %q", open[0].Title)
	}
	tw.phones.fail = nil
	tw.wait(30 * time.Minute)
	tw.report("sms", true)
	tw.report("voice", true)
	tw.wait(time.Minute)
	if a := tw.again(open[0]); a.Status != alert.Closed {
		t.Errorf("the alert is %s after a round in which all arrived", a.Status)
	}
}

func TestATextThatIsNeverReportedAsDeliveredIsAFailureUnlessThePersonConfirmsIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, tested)
	tw.keep()
	tw.report("voice", true)
	tw.wait(canary.Bound - time.Second)
	if n := len(tw.alerts()); n != 0 {
		t.Fatalf("%d alerts while the report may still come", n)
	}
	tw.wait(2 * time.Second)
	open := tw.alerts(alert.Open)
	if len(open) != 1 || !strings.Contains(open[0].Description, "sms: sent, but not reported as delivered within 10 minutes") {
		t.Fatalf("alerts: %+v", open)
	}
	s := tw.canary()
	for _, p := range s.Pages {
		if p.Via == "sms" {
			if _, err := tw.engines[0].ConfirmCanary(context.Background(), s.ID, p.N, "ethan"); err != nil {
				t.Fatal(err)
			}
		}
	}
	tw.wait(time.Second)
	if a := tw.again(open[0]); a.Status != alert.Closed {
		t.Errorf("the alert is %s though ethan has it", a.Status)
	}
	if r := tw.canary().Results["sms"]; !r.OK || r.Receipt != "confirmed by ethan" {
		t.Errorf("result %+v", r)
	}
}

func TestACanaryNeitherWaitsForAStormNorUsesItsBudget(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, "canary: {every: 6h, user: amir}\nstorm: {messages: 1}\n"+toAmir)
	tw.storm(3)
	tw.keep()
	if n := tw.phones.to("amir", "email"); n != 2 {
		t.Errorf("%d mails, want the first page and the test:\n%s", n, tw.phones.log())
	}
}

func TestACanaryThatIsNotConfiguredAnyMoreIsForgottenWithItsAlert(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, tested)
	tw.phones.refuse("slack", deliver.Permanent("channel_not_found"))
	tw.keep()
	if n := len(tw.alerts(alert.Open)); n != 1 {
		t.Fatalf("%d alerts", n)
	}
	tw.configure("")
	if _, err := tw.engines[0].Canary(context.Background()); err == nil {
		t.Error("it is still there")
	}
	if n := len(tw.alerts(alert.Open)); n != 0 {
		t.Errorf("%d alerts are still open", n)
	}
}

func TestACanaryCanBeSentAtATimeOfDay(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, "canary: {every: 1d, user: amir, at: \"10:00\"}")
	tw.keep()
	for range 2 {
		tw.jump(7*time.Hour - time.Minute)
		tw.wait(2 * time.Minute)
		tw.jump(17*time.Hour - time.Minute)
	}
	want(t, strings.ReplaceAll(tw.phones.log(), " canary: "+tw.phones.got[0].Text, ""), "\n7h0m0s amir email\n31h0m0s amir email\n")
}
