package email_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/email"
	"github.com/tocsin-oncall/tocsin/integrations/email/smtptest"
)

const id = "a0f-01jv5yhh6cfq3tqk6d5b2m8z4w"

var three = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func checkout() *alert.State {
	return &alert.State{ID: id, Number: 1042, Status: alert.Open, Priority: "P1", Title: "Checkout is down",
		Service: "checkout", Team: "it-west", Count: 3, CreatedAt: three, Description: "5xx above 20 %\nsince <b>the</b> deploy",
		Labels: map[string]string{"region": "eu", "alertname": "HighErrors"}, Runbook: "https://wiki.example.com/checkout"}
}

func toEthan() deliver.Message {
	return deliver.Message{Key: id + "/1", Via: "email", User: &directory.User{Name: "ethan"}, Address: "ethan@example.com",
		Alert: checkout(), Link: "https://oncall.example.com/a/tok", NextText: "amir", NextAt: three.Add(10 * time.Minute), Zone: time.UTC}
}

func sender(t *testing.T, s *smtptest.Server, change ...func(*email.Options)) *email.Sender {
	t.Helper()
	o := email.Options{Host: s.Host(), Port: s.Port(), From: "Tocsin <oncall@example.com>", TLS: email.None,
		Timeout: 5 * time.Second, Now: func() time.Time { return three }}
	for _, c := range change {
		c(&o)
	}
	got, err := email.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// mailed sends m and returns the mail as its reader shows it.
func mailed(t *testing.T, m deliver.Message) smtptest.Content {
	t.Helper()
	server := smtptest.Start(t, smtptest.Options{})
	got, err := sender(t, server).Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	content := server.Messages()[0].Parse(t)
	if got.Ref != content.Header.Get("Message-Id") {
		t.Errorf("the receipt says %q, the mail %q", got.Ref, content.Header.Get("Message-Id"))
	}
	if got.Delivered {
		t.Error("a mail that was only accepted counts as delivered")
	}
	return content
}

func TestAPageByMailSaysWhatAndLeadsToTheAcknowledgement(t *testing.T) {
	t.Parallel()
	c := mailed(t, toEthan())
	want := `[P1] #1042 Checkout is down

Acknowledge:
https://oncall.example.com/a/tok

Status: open
Service: checkout
Team: it-west
Seen: 3 times
Since: Mon 9 Mar 03:00 UTC

5xx above 20 %
since <b>the</b> deploy

Next: amir at Mon 9 Mar 03:10 UTC

alertname = HighErrors
region = eu

Runbook: https://wiki.example.com/checkout
`
	if diff := cmp.Diff(want, c.Text); diff != "" {
		t.Errorf("text: %s", diff)
	}
	for _, want := range []string{
		`<a href="https://oncall.example.com/a/tok" style="display:block;`, ">Acknowledge</a>", "background:#b3131b",
		"since &lt;b&gt;the&lt;/b&gt; deploy", `href="https://wiki.example.com/checkout"`, "prefers-color-scheme: dark", `name="viewport"`,
	} {
		if !strings.Contains(c.HTML, want) {
			t.Errorf("the HTML lacks %q:\n%s", want, c.HTML)
		}
	}
	for name, want := range map[string]string{
		"From": `"Tocsin" <oncall@example.com>`, "To": "<ethan@example.com>", "Date": "Mon, 09 Mar 2026 03:00:00 +0000",
		"Auto-Submitted": "auto-generated", "Importance": "high", "X-Priority": "1",
	} {
		if got := c.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAllMailsAboutAnAlertAreOneThread(t *testing.T) {
	t.Parallel()
	first := toEthan()
	second := toEthan()
	second.Key, second.Kind, second.Text = id+"/2", page.Notice, "amir has it"
	second.Alert.Pages = []page.Page{{N: 1, User: "ethan", Via: "email", Status: page.Sent}}
	toAmir := toEthan()
	toAmir.Key, toAmir.User, toAmir.Address = id+"/3", &directory.User{Name: "amir"}, "amir@example.com"
	toAmir.Alert.Pages = second.Alert.Pages

	one, two, three := mailed(t, first), mailed(t, second), mailed(t, toAmir)
	for _, c := range []smtptest.Content{one, two, three} {
		for _, h := range []string{"In-Reply-To", "References"} {
			if got := c.Header.Get(h); got != "<"+id+"@example.com>" {
				t.Errorf("%s: %q", h, got)
			}
		}
	}
	if diff := cmp.Diff([]string{"[P1] #1042 Checkout is down", "Re: [P1] #1042 Checkout is down", "[P1] #1042 Checkout is down"},
		[]string{one.Subject, two.Subject, three.Subject}); diff != "" {
		t.Errorf("subjects: %s", diff)
	}
	if one.Header.Get("Message-Id") == two.Header.Get("Message-Id") {
		t.Error("two messages have one Message-ID")
	}
	if !strings.Contains(two.Text, "amir has it") || strings.Contains(two.HTML, ">Acknowledge<") {
		t.Errorf("the notice does not say what happened, or asks to acknowledge:\n%s", two.Text)
	}
	if two.Header.Get("Importance") != "" {
		t.Error("a notice is marked as urgent")
	}
}

func TestARetryIsTheSameMail(t *testing.T) {
	t.Parallel()
	if a, b := mailed(t, toEthan()), mailed(t, toEthan()); a.Header.Get("Message-Id") != b.Header.Get("Message-Id") {
		t.Error("a second attempt has another Message-ID, so a reader would show the page twice")
	}
}

func TestABundleListsItsAlertsWithOneButton(t *testing.T) {
	t.Parallel()
	m := toEthan()
	m.Alert, m.NextText, m.NextAt = nil, "", time.Time{}
	m.Bundle = []*alert.State{checkout(), {Number: 1043, Priority: "P3", Title: "Disk", Status: alert.Open}}
	c := mailed(t, m)
	want := "2 alerts for you\n\nAcknowledge all 2:\nhttps://oncall.example.com/a/tok\n\n[P1] #1042 Checkout is down\n[P3] #1043 Disk\n"
	if diff := cmp.Diff(want, c.Text); diff != "" {
		t.Error(diff)
	}
	if c.Subject != "[P1] 2 alerts, the worst: #1042 Checkout is down" {
		t.Errorf("subject %q", c.Subject)
	}
	if !strings.Contains(c.HTML, ">Acknowledge all 2</a>") {
		t.Errorf("no button:\n%s", c.HTML)
	}
}

func TestAReminderIsItsWords(t *testing.T) {
	t.Parallel()
	c := mailed(t, deliver.Message{Key: "p/1", Kind: page.Reminder, Via: "email", Address: "darren@example.com",
		Title: "Postmortem PM-3 is due", Text: "It is due on Friday.", Link: "https://oncall.example.com/pm/3"})
	want := "Postmortem PM-3 is due\n\nIt is due on Friday.\n\nhttps://oncall.example.com/pm/3\n"
	if diff := cmp.Diff(want, c.Text); diff != "" {
		t.Error(diff)
	}
	if c.Subject != "Postmortem PM-3 is due" || c.Header.Get("References") != "" {
		t.Errorf("subject %q, references %q", c.Subject, c.Header.Get("References"))
	}
}

func TestATitleCannotMakeHeaders(t *testing.T) {
	t.Parallel()
	for name, title := range map[string]string{
		"line breaks":   "down\r\nBcc: all@example.com\nX-Evil: 1\r\n\r\n<script>alert(1)</script>",
		"invalid UTF-8": "caf\xff\xfe down",
		"control":       "a\x00b\x1b[31m\u202e",
		"long":          strings.Repeat("é漢", 4000),
		"encoded word":  "=?utf-8?q?x=0D=0ABcc:_all@example.com?=",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := toEthan()
			m.Alert.Title, m.Alert.Description, m.Alert.Service = title, title, title
			c := mailed(t, m)
			if c.Header.Get("Bcc") != "" || c.Header.Get("X-Evil") != "" {
				t.Errorf("headers were injected: %v", c.Header)
			}
			if strings.ContainsAny(c.Subject, "\r\n\x00\x1b") || len([]rune(c.Subject)) > 151 {
				t.Errorf("subject %q", c.Subject)
			}
			if strings.Contains(c.HTML, "<script>") {
				t.Error("a script came through")
			}
		})
	}
}

func TestOnlyWebLinksBecomeLinks(t *testing.T) {
	t.Parallel()
	m := toEthan()
	m.Alert.Runbook = "javascript:alert(1)"
	c := mailed(t, m)
	if strings.Contains(c.HTML, `href="javascript`) || !strings.Contains(c.Text, "Runbook: javascript:alert(1)") {
		t.Errorf("a link that is none:\n%s", c.HTML)
	}
}

func TestTheServersAnswerDecidesWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*smtptest.Server)
		final   bool
	}{
		"unknown mailbox":     {func(s *smtptest.Server) { s.RefuseRecipient("ethan@example.com", "550 5.1.1 no such user") }, true},
		"full mailbox":        {func(s *smtptest.Server) { s.RefuseRecipient("ethan@example.com", "452 4.2.2 mailbox full") }, false},
		"greylisted":          {func(s *smtptest.Server) { s.RefuseRecipient("ethan@example.com", "450 4.7.1 try later") }, false},
		"taken for spam":      {func(s *smtptest.Server) { s.RefuseContent("554 5.7.1 spam") }, true},
		"content later":       {func(s *smtptest.Server) { s.RefuseContent("451 4.3.0 queue is full") }, false},
		"too busy":            {func(s *smtptest.Server) { s.RefuseConnections("421 4.3.2 too busy") }, false},
		"not for us":          {func(s *smtptest.Server) { s.RefuseConnections("554 5.7.1 you are blocked") }, true},
		"connection lost":     {func(s *smtptest.Server) { s.DropAfterData(true) }, false},
		"refused in two line": {func(s *smtptest.Server) { s.RefuseRecipient("ethan@example.com", "550-no\r\n550 never") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := smtptest.Start(t, smtptest.Options{})
			tt.prepare(server)
			_, err := sender(t, server).Send(t.Context(), toEthan())
			sorted(t, err, tt.final)
		})
	}
}

func sorted(t *testing.T, err error, final bool) {
	t.Helper()
	var retry *deliver.Retry
	switch {
	case err == nil:
		t.Fatal("no error")
	case final && !errors.Is(err, deliver.ErrPermanent):
		t.Errorf("%v would be tried again", err)
	case !final && !errors.As(err, &retry):
		t.Errorf("%v would not be tried again", err)
	case strings.ContainsAny(err.Error(), "\r\n"):
		t.Errorf("more than one line: %q", err)
	}
}

func TestAServerThatIsAwayIsTriedAgain(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{})
	s := sender(t, server, func(o *email.Options) { o.Port = 1 })
	_, err := s.Send(t.Context(), toEthan())
	sorted(t, err, false)
}

func TestASilentServerIsGivenUpInTime(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{})
	release := server.Hold()
	defer release()
	s := sender(t, server, func(o *email.Options) { o.Timeout = 50 * time.Millisecond })
	_, err := s.Send(t.Context(), toEthan())
	sorted(t, err, false)

	ctx, cancel := context.WithCancel(t.Context())
	s = sender(t, server)
	done := make(chan error)
	go func() { _, err := s.Send(ctx, toEthan()); done <- err }()
	cancel()
	sorted(t, <-done, false)
}

func TestAnAddressThatIsNoneFailsForGood(t *testing.T) {
	t.Parallel()
	m := toEthan()
	m.Address = "ethan at example"
	_, err := sender(t, smtptest.Start(t, smtptest.Options{})).Send(t.Context(), m)
	sorted(t, err, true)
}

func TestLoginAndEncryption(t *testing.T) {
	t.Parallel()
	for _, mode := range []email.TLS{email.None, email.StartTLS, email.Implicit} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			offered := strings.TrimPrefix(string(mode), "none")
			server := smtptest.Start(t, smtptest.Options{TLS: offered, Username: "tocsin", Password: "s3cret-pass"})
			login := func(password string) func(*email.Options) {
				return func(o *email.Options) {
					o.TLS, o.Roots, o.Username, o.Password = mode, server.Roots(), "tocsin", password
				}
			}
			if _, err := sender(t, server, login("s3cret-pass")).Send(t.Context(), toEthan()); err != nil {
				t.Fatal(err)
			}
			if len(server.Messages()) != 1 {
				t.Fatal("the mail did not arrive")
			}
			_, err := sender(t, server, login("wrong-pass")).Send(t.Context(), toEthan())
			sorted(t, err, true)
			if strings.Contains(err.Error(), "wrong-pass") || !strings.Contains(err.Error(), "check username and password") {
				t.Errorf("the error shows the password, or does not help: %v", err)
			}
		})
	}
}

func TestAnUntrustedCertificateIsRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []email.TLS{email.StartTLS, email.Implicit} {
		server := smtptest.Start(t, smtptest.Options{TLS: string(mode)})
		_, err := sender(t, server, func(o *email.Options) { o.TLS = mode }).Send(t.Context(), toEthan())
		sorted(t, err, true)
		if len(server.Messages()) != 0 {
			t.Error("mail went to a server that is not trusted")
		}
	}
}

func TestWithoutTheEncryptionAskedForNothingIsSent(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{})
	_, err := sender(t, server, func(o *email.Options) { o.TLS = email.StartTLS }).Send(t.Context(), toEthan())
	sorted(t, err, false)
	if len(server.Messages()) != 0 {
		t.Error("mail went out in plain text")
	}
}

func TestWrongOptionsAreExplained(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]email.Options{
		"host is missing":    {From: "a@example.com"},
		"not an e-mail":      {Host: "mail", From: "nobody"},
		"none of starttls":   {Host: "mail", From: "a@example.com", TLS: "ssl"},
		"port 70000":         {Host: "mail", From: "a@example.com", Port: 70000},
		"both or neither":    {Host: "mail", From: "a@example.com", Username: "x"},
		`from "a@b\nBcc: c"`: {Host: "mail", From: "a@b\nBcc: c"},
	} {
		if _, err := email.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestASubscriberCanLeave(t *testing.T) {
	t.Parallel()
	const leave = "https://oncall.example.com/a/tok"
	c := mailed(t, deliver.Message{Key: "u/1", Kind: page.Update, Via: "email", Address: "a@example.com",
		Title: "Identified: Payments fail\r\nBcc: b@example.com", Text: "We roll it back.", Unsubscribe: leave})
	for name, want := range map[string]string{"List-Unsubscribe": "<" + leave + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Bcc": ""} {
		if got := c.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	want := "Identified: Payments fail Bcc: b@example.com\n\nWe roll it back.\n\nNo more of these mails:\n" + leave + "\n"
	if diff := cmp.Diff(want, c.Text); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(c.HTML, `href="`+leave+`"`) {
		t.Errorf("no link:\n%s", c.HTML)
	}
}
