package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/integrations/email/smtptest"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// The phones of the people.
const (
	ethansPhone = "+15550100"
	amirsPhone  = "+15550101"
)

// people is who is there, and a source that says plainly what it wants. Stories add how people are reached,
// policies, rules and providers.
const people = `
users:
  - {name: ethan, full_name: Ethan Z., email: ethan@example.com, phone: "+15550100", slack: U01ETHAN}
  - {name: amir, email: amir@example.com, phone: "+15550101", slack: U02AMIR}
  - {name: darren, email: darren@example.com, phone: "+15550102", slack: U03DARREN}
  - {name: jason, email: jason@example.com, phone: "+15550103", slack: U04JASON}
teams:
  - {name: ops, members: [ethan, amir, darren, {user: jason, role: admin}]}
`

// jsonSource is the integration that fire sends to.
const jsonSource = `
  - name: json
    type: json
    key: ` + programtest.SenderKey + `
    map:
      dedup_key: body.id
      title: body?.title ?? body.id
      description: body?.description ?? ""
      status: 'body?.status == "resolved" ? "resolved" : "firing"'
      priority: body?.priority ?? "P1"
      labels: body?.labels ?? {}
      service: body?.service ?? ""
      starts_at: body?.starts_at ?? ""
`

// standard is the policy for everything, made of steps written as "after: targets".
func standard(steps ...string) string {
	var b strings.Builder
	b.WriteString("fallback: standard\npolicies:\n  - name: standard\n    steps:\n")
	for _, s := range steps {
		after, targets, _ := strings.Cut(s, ": ")
		fmt.Fprintf(&b, "      - {after: %s, notify: [%s]}\n", after, targets)
	}
	return b.String()
}

// reach is everybody's plan, for every urgency.
func reach(methods string) string {
	return fmt.Sprintf("default_notify: {high: [%s], low: [%s]}\n", methods, methods)
}

// unbundled lets a person get as many messages as there are.
const unbundled = "storm: {messages: 100000, per: 1m}\n"

func integrations(more ...string) string {
	return "integrations:" + jsonSource + strings.Join(more, "")
}

func providers(lines ...string) string { return "providers:\n" + strings.Join(lines, "") }

const consoleProvider = "  console: {}\n"

func slackProvider(s *slacktest.Server) string {
	return fmt.Sprintf("  slack: {bot_token: %s, signing_secret: %s, base_url: %q}\n", s.Token, s.SigningSecret, s.URL())
}

func twilioProvider(f *twiliotest.Fake) string {
	return fmt.Sprintf("  twilio: {account_sid: %s, auth_token: %q, from: %q, base_url: %q}\n",
		twiliotest.AccountSID, twiliotest.AuthToken, twiliotest.From, f.URL)
}

func smtpProvider(s *smtptest.Server) string {
	return fmt.Sprintf("  smtp: {host: %s, port: %d, from: oncall@example.com, tls: none}\n", s.Host(), s.Port())
}

// slackMessage waits for a message in Slack.
func slackMessage(t *testing.T, s *slacktest.Server, what string, match func(slacktest.Message) bool) slacktest.Message {
	t.Helper()
	m, err := s.WaitMessage(soon(t), match)
	if err != nil {
		t.Fatalf("waited in vain for a Slack message: %s: %v; there are %d: %+v", what, err, len(s.Messages()), s.Messages())
	}
	return m
}

// texted waits for an SMS to a phone, called for a call, that match accepts.
func texted(t *testing.T, f *twiliotest.Fake, phone string, match func(body string) bool) twiliotest.Sent {
	t.Helper()
	sent, err := f.Wait(soon(t), func(s twiliotest.Sent) bool { return !s.Call && s.To() == phone && match(s.Body()) })
	if err != nil {
		t.Fatalf("waited in vain for a text to %s: %v; there are %+v", phone, err, f.Sent())
	}
	return sent
}

func called(t *testing.T, f *twiliotest.Fake, phone string) twiliotest.Sent {
	t.Helper()
	sent, err := f.Wait(soon(t), func(s twiliotest.Sent) bool { return s.Call && s.To() == phone })
	if err != nil {
		t.Fatalf("waited in vain for a call to %s: %v; there are %+v", phone, err, f.Sent())
	}
	return sent
}

// containing matches texts with all of some words.
func containing(words ...string) func(string) bool {
	return func(text string) bool {
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
}
