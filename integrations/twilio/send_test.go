package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/twilio"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

func TestATextSaysTheAlertTheCodeAndTheLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.message(w.open(1042, "Disk full on db-1", "ethan"))
	sent := w.text(t, m)
	if want := `P1 #1042 Disk full on db-1. Reply "ack 1042" or open ` + m.Link; sent.Body() != want {
		t.Errorf("got  %q\nwant %q", sent.Body(), want)
	}
	if sent.To() != ethanPhone || sent.Form.Get("StatusCallback") != w.public+"/twilio/status?t="+m.Token {
		t.Errorf("sent %v", sent.Form)
	}
}

func TestALongTitleIsCutAndTheCodeAndLinkAreNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, title := range map[string]string{
		"ascii":      strings.Repeat("disk is full ", 50),
		"typography": strings.Repeat("“disk” – full… 🔥 ", 50),
		"brackets":   strings.Repeat("[disk] {full} ", 50),
		"newlines":   "disk\nis\tfull\r\n\x00on db-1",
	} {
		m := w.message(w.open(1042, title, "ethan"))
		body := w.text(t, m).Body()
		if len(body) > 300 || strings.ContainsAny(body, "\n\x00…🔥“") {
			t.Errorf("%s: %d characters: %q", name, len(body), body)
		}
		if !strings.HasPrefix(body, "P1 #1042 ") || !strings.HasSuffix(body, `. Reply "ack 1042" or open `+m.Link) {
			t.Errorf("%s: code or link lost: %q", name, body)
		}
	}
}

func TestATitleInAnotherScriptIsKeptInThreeParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.message(w.open(1042, strings.Repeat("磁盘已满", 60), "ethan"))
	body := w.text(t, m).Body()
	if !strings.HasPrefix(body, "P1 #1042 磁盘已满") || !strings.HasSuffix(body, m.Link) || len([]rune(body)) > 201 {
		t.Errorf("%d characters: %q", len([]rune(body)), body)
	}
}

func TestABundleCountsAndNamesTheWorst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.bundle(w.open(7, "Core switch down", "ethan"), w.open(8, "b", "ethan"), w.open(9, "c", "ethan"))
	if got, want := w.text(t, m).Body(), "3 alerts, worst: P1 #7 Core switch down. "+m.Link+" acknowledges all"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestNoticesAndRemindersAreShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	notice := w.message(w.open(1042, "Disk full", "ethan"))
	notice.Kind, notice.Text = page.Notice, "Acknowledged by amir"
	if got, want := w.text(t, notice).Body(), "#1042 Disk full: Acknowledged by amir"; got != want {
		t.Errorf("notice: got %q, want %q", got, want)
	}
	reminder := deliver.Message{Kind: page.Reminder, Address: ethanPhone, Title: "PM-7 is due tomorrow", Link: "https://x/pm/7"}
	sent := w.text(t, reminder)
	if got, want := sent.Body(), "PM-7 is due tomorrow https://x/pm/7"; got != want {
		t.Errorf("reminder: got %q, want %q", got, want)
	}
	if sent.Form.Has("StatusCallback") {
		t.Error("a message without a token asks for status")
	}
}

func TestRefusalsAreSorted(t *testing.T) {
	t.Parallel()
	type kind struct{ permanent, limited bool }
	for name, c := range map[string]struct {
		mode  twiliotest.Mode
		code  int
		token string
		want  kind
		after time.Duration
		says  string
	}{
		"rate limit":        {mode: twiliotest.RateLimited, want: kind{limited: true}, after: 7 * time.Second, says: "20429"},
		"broken":            {mode: twiliotest.Broken, says: "503"},
		"answer is no JSON": {mode: twiliotest.AnswersWithNoJSON, says: "base_url"},
		"invalid number":    {code: 21211, want: kind{permanent: true}, says: "not a valid phone number"},
		"stopped":           {code: 21610, want: kind{permanent: true}, says: "STOP"},
		"landline":          {code: 21614, want: kind{permanent: true}, says: "cannot receive texts"},
		"country":           {code: 21408, want: kind{permanent: true}, says: "geographic permissions"},
		"anything else":     {code: 21999, want: kind{permanent: true}, says: "21999"},
		"wrong token":       {token: "wrong-secret", want: kind{permanent: true}, says: "auth_token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(cfg *twilio.Config) {
				if c.token != "" {
					cfg.AuthToken = c.token
				}
			})
			w.SetMode(c.mode)
			w.Refuse(ethanPhone, c.code)
			m := w.message(w.open(1042, "Disk full", "ethan"))
			for _, sender := range []deliver.Sender{w.client.SMS(), w.client.Voice()} {
				_, err := sender.Send(t.Context(), m)
				var retry *deliver.Retry
				got := kind{permanent: errors.Is(err, deliver.ErrPermanent), limited: errors.As(err, &retry) && retry.Limited}
				if err == nil || got != c.want || retry == nil && !got.permanent || retry != nil && retry.After != c.after {
					t.Errorf("got %+v (%v), want %+v", got, err, c.want)
				}
				if err != nil && (!strings.Contains(err.Error(), c.says) || leaks(err.Error())) {
					t.Errorf("the error says %q, want %q in it and no secret", err, c.says)
				}
			}
		})
	}
}

func leaks(s string) bool {
	return strings.Contains(s, twiliotest.AuthToken) || strings.Contains(s, "wrong-secret") || strings.Contains(s, twiliotest.AccountSID)
}

func TestATimeoutAfterTwilioTookTheTextIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]twiliotest.Mode{"taken": twiliotest.TakesThenHangs, "not taken": twiliotest.Hangs} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.SetMode(mode)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { _ = w.WaitHanging(t.Context()); cancel() }()
			_, err := w.client.SMS().Send(ctx, w.message(w.open(1042, "Disk full", "ethan")))
			var retry *deliver.Retry
			if !errors.As(err, &retry) || errors.Is(err, deliver.ErrPermanent) || !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v, want a retry", err)
			}
			if leaks(err.Error()) {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestARedirectIsNotFollowedWithTheToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	door := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, w.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(door.Close)
	client, err := twilio.New(twilio.Config{
		AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, From: twiliotest.From, BaseURL: door.URL, PublicURL: w.public,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.SMS().Send(t.Context(), w.message(w.open(1042, "Disk full", "ethan"))); !errors.Is(err, deliver.ErrPermanent) {
		t.Errorf("got %v", err)
	}
	if len(w.Sent()) > 0 {
		t.Error("the request was followed to where it was sent on")
	}
}

func TestAnIncompleteAccountIsRefused(t *testing.T) {
	t.Parallel()
	for _, cfg := range []twilio.Config{
		{AccountSID: "AC1", AuthToken: "x", From: "+15550199", PublicURL: "oncall"},
		{AuthToken: "x", From: "+15550199", PublicURL: "https://x"},
		{AccountSID: "AC1", From: "+15550199", PublicURL: "https://x"},
		{AccountSID: "AC1", AuthToken: "x", From: "5550199", PublicURL: "https://x"},
	} {
		if _, err := twilio.New(cfg, nil); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

func TestAMessageWithoutANumberFailsForGood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, sender := range []deliver.Sender{w.client.SMS(), w.client.Voice()} {
		if _, err := sender.Send(t.Context(), deliver.Message{Alert: &alert.State{}, Token: "t"}); !errors.Is(err, deliver.ErrPermanent) {
			t.Errorf("got %v", err)
		}
	}
}
