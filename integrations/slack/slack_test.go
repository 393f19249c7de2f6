package slack_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

const id = "a0f-01jv5yhh6cfq3tqk6d5b2m8z4w"

var three = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func checkout() *alert.State {
	return &alert.State{ID: id, Number: 1042, Status: alert.Open, Priority: "P1", Title: "Checkout <!channel> is down & out",
		Service: "checkout", Team: "it-west", Source: "prometheus", Count: 3, CreatedAt: three,
		Description: "5xx above 20 %\nsince *the* <deploy>", Labels: map[string]string{"region": "eu", "alertname": "HighErrors"},
		Runbook: "https://wiki.example.com/checkout", Link: "https://prometheus.example.com/graph?g0.expr=up"}
}

func toEthan() deliver.Message {
	return deliver.Message{Key: id + "/1", Via: "slack", User: &directory.User{Name: "ethan", Slack: "U01ETHAN"}, Address: "U01ETHAN",
		Alert: checkout(), Link: "https://oncall.example.com/a/tok", NextText: "amir", NextAt: three.Add(10 * time.Minute), Zone: time.UTC}
}

func toSRE() deliver.Message {
	m := toEthan()
	m.User, m.Channel, m.Address = nil, &directory.Channel{Name: "sre", Type: "slack", To: "#sre"}, "#sre"
	return m
}

func sender(t *testing.T, s *slacktest.Server) *slack.Sender {
	t.Helper()
	got, err := slack.New(slack.Options{Token: s.Token, BaseURL: s.URL()})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func send(t *testing.T, s *slack.Sender, m deliver.Message) deliver.Receipt {
	t.Helper()
	r, err := s.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAPageGoesToThePersonsDirectMessage(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	got := send(t, sender(t, server), toEthan())
	m := server.Messages()[0]
	if diff := cmp.Diff(deliver.Receipt{Ref: m.Ref(), Editable: true}, got); diff != "" {
		t.Error(diff)
	}
	if m.Channel != "D01ETHAN" || m.ThreadTS != "" || !strings.Contains(m.Text, "#1042") {
		t.Errorf("posted %+v", m)
	}
	for _, action := range []string{slack.ActionAck, slack.ActionEscalate, slack.ActionSnooze} {
		if b := m.Button(action); b == nil || b["value"] != id {
			t.Errorf("button %s: %v", action, b)
		}
	}
	if m.Button(slack.ActionClose) != nil {
		t.Error("an alert that nobody has can be closed")
	}
}

func TestOutsideTextPingsNobody(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	for _, evil := range []string{"<!channel>", "<!here|x>", "<@U01ETHAN>", "<#C1>", "<https://evil.example.com|click>"} {
		m := toEthan()
		m.Alert.Title, m.Alert.Description, m.Alert.Service, m.NextText, m.Text = evil, evil, evil, evil, evil
		m.Alert.Labels, m.Alert.Status, m.Alert.AckedBy = map[string]string{evil: evil}, alert.Acked, evil
		notice, bundle := m, m
		notice.Kind = page.Notice
		bundle.Bundle = []*alert.State{m.Alert, m.Alert}
		for _, m := range []deliver.Message{m, notice, bundle} {
			send(t, sender(t, server), m)
		}
	}
	for _, m := range server.Messages() {
		for _, marker := range []string{"<!channel", "<!here", "<@", "<#", "<https"} {
			if strings.Contains(m.Text, marker) {
				t.Errorf("the notification says %q", m.Text)
			}
			for _, b := range m.Blocks {
				if b["type"] != "header" && (slacktest.Message{Blocks: []map[string]any{b}}).Contains(marker) {
					t.Errorf("a block has %s: %v", marker, b)
				}
			}
		}
	}
}

func TestALaterPageIsInTheThreadOfTheFirst(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	s := sender(t, server)
	first := send(t, s, toSRE())

	second := toSRE()
	second.Thread = first.Ref
	send(t, s, second)
	notice := toSRE()
	notice.Thread, notice.Kind, notice.Text = first.Ref, page.Notice, "amir has it"
	r := send(t, s, notice)

	all := server.Messages()
	_, ts, _ := strings.Cut(first.Ref, ":")
	for i, m := range all[1:] {
		if m.Channel != "CSRE" || m.ThreadTS != ts {
			t.Errorf("message %d is not in the thread: %+v", i+2, m)
		}
	}
	if !all[1].Broadcast || all[2].Broadcast {
		t.Error("a page must be seen in the channel, a notice only in the thread")
	}
	if r.Editable || !all[2].Contains("amir has it") || all[2].Button(slack.ActionAck) != nil {
		t.Errorf("a notice is said once and has no buttons: %+v", all[2])
	}
}

func TestAMessageFollowsItsAlert(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	s := sender(t, server)
	m := toSRE()
	ref := send(t, s, m).Ref

	m.Kind = page.Notice // an edit pages nobody
	m.Alert.Status, m.Alert.AckedBy, m.Alert.AckedAt = alert.Acked, "amir", three.Add(time.Minute)
	if err := s.Update(t.Context(), ref, m); err != nil {
		t.Fatal(err)
	}
	now := server.Messages()[0]
	if !now.Contains("Acknowledged by amir") || now.Button(slack.ActionAck) != nil || now.Button(slack.ActionClose) == nil || now.Contains("Next: amir") {
		t.Errorf("once acknowledged: %v", now.Blocks)
	}

	m.Alert.Status, m.Alert.ClosedBy, m.Alert.ClosedAt = alert.Closed, "amir", three.Add(time.Hour)
	if err := s.Update(t.Context(), ref, m); err != nil {
		t.Fatal(err)
	}
	now = server.Messages()[0]
	if !now.Contains("Closed by amir") || now.Button(slack.ActionClose) != nil || now.Button(slack.ActionEscalate) != nil || now.Edits != 2 {
		t.Errorf("once closed: %v", now.Blocks)
	}
}

func TestAStormIsOneMessageWithOneButton(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	m := toEthan()
	for range 30 {
		m.Bundle = append(m.Bundle, checkout())
	}
	m.Alert = nil
	if r := send(t, sender(t, server), m); r.Editable {
		t.Error("a bundle is about no single alert and cannot follow one")
	}
	got := server.Messages()[0]
	if !got.Contains("30 alerts for you") || !got.Contains("and 10 more") || got.Button(slack.ActionOpen)["url"] != m.Link {
		t.Errorf("bundle: %v", got.Blocks)
	}
}

func TestAReminderLeadsToWhatIsDue(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	send(t, sender(t, server), deliver.Message{Kind: page.Reminder, Via: "slack", Address: "U02", Title: "Postmortem PM-3 is due",
		Text: "Due on Friday.", Link: "https://oncall.example.com/pm/3"})
	got := server.Messages()[0]
	if !got.Contains("*Postmortem PM-3 is due*\nDue on Friday.") || got.Button(slack.ActionOpen)["url"] != "https://oncall.example.com/pm/3" {
		t.Errorf("reminder: %v", got.Blocks)
	}
}

func TestSlacksAnswerDecidesWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	refuse := func(code string) func(*slacktest.Server) {
		return func(s *slacktest.Server) { s.Refuse("U01ETHAN", code) }
	}
	type outcome struct {
		Final, Limited bool
		After          time.Duration
	}
	for name, tt := range map[string]struct {
		prepare func(*slacktest.Server)
		want    outcome
	}{
		"unknown channel":      {refuse("channel_not_found"), outcome{Final: true}},
		"archived":             {refuse("is_archived"), outcome{Final: true}},
		"not invited":          {refuse("not_in_channel"), outcome{Final: true}},
		"unknown user":         {refuse("user_not_found"), outcome{Final: true}},
		"inactive":             {refuse("account_inactive"), outcome{Final: true}},
		"a code we never saw":  {refuse("some_new_code"), outcome{Final: true}},
		"internal error":       {refuse("internal_error"), outcome{}},
		"service unavailable":  {refuse("service_unavailable"), outcome{}},
		"limited by code":      {refuse("ratelimited"), outcome{Limited: true}},
		"limited by status":    {func(s *slacktest.Server) { s.RateLimit(1, "30") }, outcome{Limited: true, After: 30 * time.Second}},
		"limited without time": {func(s *slacktest.Server) { s.RateLimit(1, "") }, outcome{Limited: true}},
		"bad gateway":          {func(s *slacktest.Server) { s.FailStatus(1, http.StatusBadGateway) }, outcome{}},
		"wrong address":        {func(s *slacktest.Server) { s.FailStatus(1, http.StatusNotFound) }, outcome{Final: true}},
		"a page in between":    {func(s *slacktest.Server) { s.FailStatus(1, http.StatusOK) }, outcome{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := slacktest.Start(t)
			tt.prepare(server)
			_, err := sender(t, server).Send(t.Context(), toEthan())
			if err == nil {
				t.Fatal("no error")
			}
			got := outcome{Final: errors.Is(err, deliver.ErrPermanent)}
			if retry := (*deliver.Retry)(nil); errors.As(err, &retry) {
				got.Limited, got.After = retry.Limited, retry.After
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%v: %s", err, diff)
			}
			secretFree(t, err)
		})
	}
}

func secretFree(t *testing.T, err error) {
	t.Helper()
	for _, secret := range []string{"xoxb", "Checkout", "/a/tok"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q is in the error: %v", secret, err)
		}
	}
}

func TestEditingWhatIsGoneFailsForGood(t *testing.T) {
	t.Parallel()
	s := sender(t, slacktest.Start(t))
	for _, ref := range []string{"CSRE:1.2", "nonsense", ":", ""} {
		if err := s.Update(t.Context(), ref, toSRE()); !errors.Is(err, deliver.ErrPermanent) {
			t.Errorf("ref %q: %v would be tried again", ref, err)
		}
	}
}

func TestAWrongTokenIsSaidWithoutShowingIt(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	s, err := slack.New(slack.Options{Token: "xoxb-wrong", BaseURL: strings.TrimSuffix(server.URL(), "/")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Send(t.Context(), toEthan())
	if !errors.Is(err, deliver.ErrPermanent) || !strings.Contains(err.Error(), "check bot_token") {
		t.Errorf("got %v", err)
	}
	secretFree(t, err)
}

func TestASlackThatIsAwayOrSilentIsTriedAgain(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	release := server.Hold()
	defer release()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, silent := sender(t, server).Send(ctx, toEthan())
	away, err := slack.New(slack.Options{Token: "xoxb-test", BaseURL: "http://127.0.0.1:1/api/"})
	if err != nil {
		t.Fatal(err)
	}
	_, gone := away.Send(t.Context(), toEthan())
	for _, err := range []error{silent, gone} {
		if retry := (*deliver.Retry)(nil); !errors.As(err, &retry) || retry.Limited {
			t.Errorf("%v is not a failure that may pass", err)
		}
		secretFree(t, err)
	}
}

func TestTheTokenIsNotCarriedAfterARedirect(t *testing.T) {
	t.Parallel()
	other := slacktest.Start(t)
	proxy := redirecting(t, other.URL()+"chat.postMessage")
	s, err := slack.New(slack.Options{Token: other.Token, BaseURL: proxy})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), toEthan()); err == nil || other.Calls() != 0 {
		t.Errorf("error %v, and the other host had %d calls", err, other.Calls())
	}
}

func TestWrongOptionsAreExplained(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]slack.Options{
		"bot_token is missing": {},
		"base_url must be":     {Token: "xoxb-1", BaseURL: "slack.com/api"},
		"plain http or https":  {Token: "xoxb-1", BaseURL: "https://user:xoxb-pass@slack.com/api/"},
	} {
		if _, err := slack.New(o); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "xoxb-pass") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
