package e2e

import (
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/integrations/email/smtptest"
)

func mail(t *testing.T, s *smtptest.Server, to string, match func(c smtptest.Content) bool) smtptest.Content {
	t.Helper()
	m, err := s.WaitMessage(soon(t), func(m smtptest.Message) bool { return m.To[0] == to && match(m.Parse(t)) })
	if err != nil {
		t.Fatalf("waited in vain for a mail to %s: %v; there are %d", to, err, len(s.Messages()))
	}
	return m.Parse(t)
}

func TestMailsOfAnAlertAreOneThreadAndTheirLinkWorks(t *testing.T) {
	t.Parallel()
	smtp := smtptest.Start(t, smtptest.Options{})
	s := serve(t, people+reach("{via: email}")+standard(`0s: "user:ethan"`, `1s: "user:amir"`)+integrations()+providers(smtpProvider(smtp)))
	one := s.fire(map[string]any{"id": "one", "title": "Disk full on db-1 & <b>more</b>", "description": "97% of /var is used"})
	first := mail(t, smtp, "ethan@example.com", func(smtptest.Content) bool { return true })
	mail(t, smtp, "amir@example.com", func(smtptest.Content) bool { return true })
	if first.Subject != "[P1] #1 Disk full on db-1 & <b>more</b>" {
		t.Errorf("the subject is %q", first.Subject)
	}
	for name, part := range map[string]string{"text": first.Text, "HTML": first.HTML} {
		expect(t, part, "97% of /var is used", "/a/")
		if name == "HTML" && strings.Contains(part, "<b>more</b>") {
			t.Error("the HTML has markup from the alert")
		}
	}
	if linkIn(t, first.Text) != linkIn(t, first.HTML) {
		t.Error("text and HTML have different links")
	}
	link := linkIn(t, first.Text)
	if done := open(t, link).press(t, link, "Acknowledge"); !strings.Contains(done.text, "It is yours now.") {
		t.Errorf("after the button: %s", done.text)
	}
	notice := mail(t, smtp, "amir@example.com", func(c smtptest.Content) bool { return strings.Contains(c.Text, "Acknowledged by ethan") })
	thread := first.Header.Get("References")
	if thread == "" || notice.Header.Get("References") != thread {
		t.Errorf("the mails are in threads %q and %q", thread, notice.Header.Get("References"))
	}
	if !strings.HasPrefix(notice.Subject, "Re: ") {
		t.Errorf("the notice's subject is %q", notice.Subject)
	}
	if a := s.alert(one.Number); a.AckedBy != "ethan" {
		t.Errorf("acknowledged by %q", a.AckedBy)
	}
}
