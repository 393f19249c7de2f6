package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// byPhone starts a server whose people have telephones only.
func byPhone(t *testing.T, methods string) (*server, *twiliotest.Fake) {
	t.Helper()
	f := twiliotest.Start(t)
	s := serve(t, people+reach(methods)+unbundled+standard(`0s: "user:ethan"`, `60s: "user:amir"`)+
		integrations()+providers(twilioProvider(f)))
	f.SMSURL = s.URL + "/twilio/sms"
	return s, f
}

func reply(t *testing.T, f *twiliotest.Fake, from, body string) string {
	t.Helper()
	said, err := f.Reply(soon(t), from, body)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func expect(t *testing.T, said string, words ...string) {
	t.Helper()
	if !containing(words...)(said) {
		t.Errorf("the answer is %q; wanted were %q", said, words)
	}
}

func TestATextIsAnsweredByReplyingToIt(t *testing.T) {
	t.Parallel()
	s, f := byPhone(t, "{via: sms}")
	one := s.fire(map[string]any{"id": "one", "title": "Disk full on db-1"})
	expect(t, texted(t, f, ethansPhone, containing("Disk full")).Body(), "P1 #1 Disk full on db-1", `Reply "ack 1"`, s.URL+"/a/")

	expect(t, reply(t, f, ethansPhone, "what is this?"), "not understood", "ack CODE", "close CODE")
	expect(t, reply(t, f, ethansPhone, "help"), "ack CODE", "close CODE")
	expect(t, reply(t, f, ethansPhone, "ack 99"), "No alert #99", "nothing was done")
	expect(t, reply(t, f, amirsPhone, "ack 1"), "No alert #1 was sent to you")
	expect(t, reply(t, f, "+15559999", "ack 1"), "not known here")
	if a := s.alert(one.Number); a.Status != "open" {
		t.Fatalf("after replies that mean nothing: %+v", a)
	}
	expect(t, reply(t, f, ethansPhone, "ack"), "Acknowledged #1", "Disk full on db-1")
	if a := s.alert(one.Number); a.Status != "acked" || a.AckedBy != "ethan" {
		t.Errorf("after ack: %+v", a)
	}
	expect(t, reply(t, f, ethansPhone, "ack"), "nothing to take")

	two, three := s.fire(map[string]any{"id": "two"}), s.fire(map[string]any{"id": "three"})
	texted(t, f, ethansPhone, containing("#2 two"))
	texted(t, f, ethansPhone, containing("#3 three"))
	expect(t, reply(t, f, ethansPhone, "ack"), "Which one?", "#2", "#3")
	expect(t, reply(t, f, ethansPhone, "Ack #3."), "Acknowledged #3")
	if a, b := s.alert(two.Number), s.alert(three.Number); a.Status != "open" || b.Status != "acked" {
		t.Errorf("ack 3 left #2 %s and #3 %s", a.Status, b.Status)
	}
	expect(t, reply(t, f, ethansPhone, "close 3 rebooted it"), "Closed #3")

	// The code of a closed alert never means another one.
	again := s.fire(map[string]any{"id": "three"})
	texted(t, f, ethansPhone, containing("#4 three"))
	expect(t, reply(t, f, ethansPhone, "ack 3"), "#3 is closed already")
	if a := s.alert(again.Number); again.Number == three.Number || a.Status != "open" {
		t.Errorf("the old code reached alert #%d, which is %s", again.Number, a.Status)
	}
}

func TestARepeatedOrForgedTextDoesNothing(t *testing.T) {
	t.Parallel()
	s, f := byPhone(t, "{via: sms}")
	first := s.fire(map[string]any{"id": "one"})
	texted(t, f, ethansPhone, containing("#1 one"))
	const sid = "SM0000000000000000000000000000dead"
	for range 2 { // Twilio repeats what it got no answer to; the second time another alert is the only open one
		said, err := f.ReplyAgain(soon(t), sid, ethansPhone, "ack")
		if err != nil {
			t.Fatal(err)
		}
		expect(t, said, "Acknowledged #1")
		if second := s.fire(map[string]any{"id": "two"}); s.alert(second.Number).Status != "open" {
			t.Error("the repeated text acknowledged another alert")
		}
		texted(t, f, ethansPhone, containing("#2 two"))
	}
	form := url.Values{"MessageSid": {"SM1"}, "From": {ethansPhone}, "To": {twiliotest.From}, "Body": {"close 2"}}
	r, err := http.NewRequest(http.MethodPost, f.SMSURL, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", twiliotest.Sign("not-the-token", f.SMSURL, form))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || s.alert(2).Status != "open" || s.alert(first.Number).Status != "acked" {
		t.Errorf("a forged text was answered %s, and #2 is %s", resp.Status, s.alert(2).Status)
	}
}

func TestAnUndeliveredTextMakesTheNextMethodGoAtOnce(t *testing.T) {
	t.Parallel()
	s, f := byPhone(t, "{via: sms}, {via: voice, after: 10m}")
	a := s.fire(map[string]any{"id": "one"})
	sms := texted(t, f, ethansPhone, containing("#1 one"))
	if err := f.Status(soon(t), sms, "undelivered", "30007"); err != nil {
		t.Fatal(err)
	}
	called(t, f, ethansPhone)
	if p := s.alert(a.Number).page("ethan", "sms"); p.Status != "failed" || !strings.Contains(p.Error, "carrier filtered") {
		t.Errorf("the text's page: %+v", p)
	}

	// A number that cannot be called at all: whoever is next in the policy.
	f.Refuse(ethansPhone, 21211)
	s.fire(map[string]any{"id": "two"})
	texted(t, f, amirsPhone, containing("#2 two"))
}

func TestACallIsAnsweredWithAKeyAndNeverByAMachine(t *testing.T) {
	t.Parallel()
	s, f := byPhone(t, "{via: voice}")
	one := s.fire(map[string]any{"id": "one", "title": "Disk full on db-1"})
	call := called(t, f, ethansPhone)
	said, err := f.Voicemail(soon(t), call)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, said, "Disk full on db-1", "Press 4 to acknowledge", "nothing was acknowledged")
	if a := s.alert(one.Number); a.Status != "open" {
		t.Fatalf("a voicemail made it %s", a.Status)
	}
	said, err = f.Answer(soon(t), call, "9", "6")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, said, "does nothing", "Alert 1 is escalated")
	amirs := called(t, f, amirsPhone)
	if said, err = f.Answer(soon(t), amirs, "4"); err != nil {
		t.Fatal(err)
	}
	expect(t, said, "Alert 1 is acknowledged. You have it.")
	if a := s.alert(one.Number); a.Status != "acked" || a.AckedBy != "amir" {
		t.Errorf("after pressing 4: %+v", a)
	}
}
