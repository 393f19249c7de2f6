package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

func TestTheButtonsInSlackActForWhoeverIsLinkedAndTheMessageShowsIt(t *testing.T) {
	t.Parallel()
	slack := slacktest.Start(t)
	s := serve(t, people+reach("{via: slack}")+standard(`0s: "user:ethan", "channel:sre"`, `60s: "user:amir"`)+
		"channels: [{name: sre, type: slack, to: \"#sre\"}]\n"+integrations()+providers(slackProvider(slack)))
	target := s.URL + "/slack/interactions"
	one := s.fire(map[string]any{"id": "one", "title": "Disk full on <db-1>"})
	inChannel := slackMessage(t, slack, "in the channel", func(m slacktest.Message) bool { return m.Asked == "#sre" })
	slackMessage(t, slack, "to ethan", func(m slacktest.Message) bool { return m.Asked == "U01ETHAN" })

	// A stranger is told what to do, and nothing happens.
	if a := slack.Click(t, inChannel, "tocsin_ack", "U09STRANGER", target); a.Status != http.StatusOK {
		t.Errorf("a stranger's click: %d %s", a.Status, a.Body)
	}
	if r, err := slack.WaitReply(soon(t), func(r slacktest.Reply) bool { return r.User == "U09STRANGER" }); err != nil || !strings.Contains(r.Text, "not linked") {
		t.Errorf("the stranger is told %q (%v)", r.Text, err)
	}
	// Forged and old signatures are refused.
	body := slack.ClickBody(t, inChannel, "tocsin_ack", "U01ETHAN")
	for name, sign := range map[string]struct {
		secret string
		at     time.Time
	}{"forged": {"not-the-secret", time.Now()}, "old": {slack.SigningSecret, time.Now().Add(-6 * time.Minute)}} {
		r, err := http.NewRequest(http.MethodPost, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		stamp := strconv.FormatInt(sign.at.Unix(), 10)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Slack-Request-Timestamp", stamp)
		r.Header.Set("X-Slack-Signature", slacktest.Sign(sign.secret, stamp, body))
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("a click with a %s signature: %s", name, resp.Status)
		}
	}
	if a := s.alert(one.Number); a.Status != "open" {
		t.Fatalf("a stranger, a forgery or a replay made it %s", a.Status)
	}

	// Escalate: amir is paged long before his time. Then he acknowledges, and everybody sees it.
	slack.Click(t, inChannel, "tocsin_escalate", "U01ETHAN", target)
	toAmir := slackMessage(t, slack, "to amir", func(m slacktest.Message) bool { return m.Asked == "U02AMIR" })
	slack.Click(t, toAmir, "tocsin_ack", "U02AMIR", target)
	for _, asked := range []string{"#sre", "U01ETHAN", "U02AMIR"} {
		slackMessage(t, slack, asked+" edited to show who has it", func(m slacktest.Message) bool {
			return m.Asked == asked && m.Contains("Acknowledged by amir")
		})
	}
	acked := slackMessage(t, slack, "with a close button", func(m slacktest.Message) bool {
		return m.Asked == "#sre" && m.Button("tocsin_close") != nil && m.Button("tocsin_ack") == nil
	})
	slack.Click(t, acked, "tocsin_snooze_1h", "U01ETHAN", target)
	s.untilAlert(one.Number, "the snooze", func(a alertView) bool { return a.Status == "snoozed" })
	closing := slackMessage(t, slack, "snoozed", func(m slacktest.Message) bool { return m.Asked == "#sre" && m.Contains("Snoozed") })
	slack.Click(t, closing, "tocsin_close", "U01ETHAN", target)
	slackMessage(t, slack, "closed, without buttons", func(m slacktest.Message) bool {
		return m.Asked == "#sre" && m.Contains("Closed by ethan") && m.Button("tocsin_close") == nil && m.Button("tocsin_ack") == nil
	})
	if a := s.alert(one.Number); a.Status != "closed" || a.ClosedBy != "ethan" {
		t.Errorf("at the end: %+v", a)
	}
	for _, m := range slack.Messages() {
		if strings.Contains(m.Text, "<db-1>") {
			t.Errorf("markup came from an alert: %+v", m)
		}
	}
}

func TestOneSlowProviderDelaysNobodyElse(t *testing.T) {
	t.Parallel()
	slack := slacktest.Start(t)
	s := serve(t, people+`
default_notify: {high: [{via: slack}]}
`+standard(`0s: "user:ethan", "channel:terminal"`)+"channels: [{name: terminal, type: console}]\n"+unbundled+
		integrations()+providers(slackProvider(slack), consoleProvider))
	release := slack.Hold()
	began := time.Now()
	for i := range 40 { // more than may be under way at Slack at once
		s.fire(map[string]any{"id": "alert-" + strconv.Itoa(i)})
	}
	s.Out.Wait(t, "all 40 on the console", func(text string) bool { return strings.Count(text, "PAGE to channel terminal") == 40 })
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("the console waited %s for Slack", took)
	}
	release()
	until(t, "all 40 in Slack", func() (bool, any) { n := len(slack.Messages()); return n >= 40, n })
}
