package e2e

import (
	"net/http"
	"syscall"
	"testing"

	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

func TestStoppingLetsASlowSendComeToItsEnd(t *testing.T) {
	t.Parallel()
	slack := slacktest.Start(t)
	s := serve(t, people+reach("{via: slack}")+standard(`0s: "user:ethan"`, `3s: "user:amir"`)+integrations()+providers(slackProvider(slack)))
	release := slack.Hold()
	one := s.fire(map[string]any{"id": "one"})
	until(t, "the send to be under way", func() (bool, any) { n := slack.Calls(); return n > 0, n })

	s.Signal(t, syscall.SIGTERM)
	until(t, "the server to say that it is not ready", func() (bool, any) {
		status, text := s.Ready()
		return status == http.StatusServiceUnavailable, text
	})
	select {
	case <-s.Exited:
		t.Error("the process ended with a send under way")
	default:
	}
	release()
	if code := s.Code(t); code != 0 {
		t.Errorf("ended with code %d", code)
	}
	if n := len(slack.Messages()); n != 1 {
		t.Errorf("%d messages were sent", n)
	}

	// What came of it was recorded, and the escalation goes on at the next start.
	s.Launch()
	if p := s.alert(one.Number).page("ethan", "slack"); p.Status != "sent" && p.Status != "delivered" || p.Attempts != 1 {
		t.Errorf("the page that was under way: %+v", p)
	}
	slackMessage(t, slack, "the next step", func(m slacktest.Message) bool { return m.Asked == "U02AMIR" })
	for _, m := range slack.Messages() {
		if m.Asked == "U01ETHAN" && m.ThreadTS != "" {
			t.Errorf("sent again: %+v", m)
		}
	}
}
