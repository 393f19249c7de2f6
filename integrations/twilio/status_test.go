package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/integrations/twilio"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

func TestTheLastWordAboutATextIsReported(t *testing.T) {
	t.Parallel()
	const id = "a0f-00000000000000000000001042/1 "
	for status, want := range map[string][]string{
		"queued":      nil,
		"sent":        nil,
		"delivered":   {id + "delivered"},
		"undelivered": {id + "failed: text undelivered: the carrier filtered it (Twilio error 30007)"},
		"failed":      {id + "failed: text failed: the carrier filtered it (Twilio error 30007)"},
	} {
		w := newWorld(t)
		sent := w.text(t, w.message(w.open(1042, "Disk full", "ethan")))
		if err := w.Status(t.Context(), sent, status, "30007"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, w.reports); diff != "" {
			t.Errorf("%s: %s", status, diff)
		}
	}
}

func TestAnOvertakenStatusDoesNotTakeADeliveryBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sent := w.text(t, w.message(w.open(1042, "Disk full", "ethan")))
	for _, status := range []string{"delivered", "sent", "sending", "queued"} {
		if err := w.Status(t.Context(), sent, status); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.reports) != 1 || !strings.HasSuffix(w.reports[0], "delivered") {
		t.Errorf("reported %q", w.reports)
	}
}

func TestACallThatNobodyTookIsReportedAsFailed(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]string{
		"busy": "failed: call busy", "no-answer": "failed: call no-answer", "canceled": "failed: call canceled",
		"failed": "failed: call failed", "completed": "delivered", "ringing": "", "in-progress": "",
	} {
		w := newWorld(t)
		call := w.call(t, w.message(w.open(1042, "Disk full", "ethan")))
		if err := w.Status(t.Context(), call, status); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(w.reports, "; "); !strings.HasSuffix(got, want) || want == "" && got != "" {
			t.Errorf("%s: reported %q, want %q", status, got, want)
		}
	}
}

// The vectors follow Twilio's documentation of request validation.
func TestTheSignatureVectors(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{"+14158675309": "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "+12349013030": "0/KCTR6DLpKmkAf8muzZqo1nDgQ="} {
		form := url.Values{
			"CallSid": {"CA1234567890ABCDE"}, "Caller": {from}, "From": {from}, "Digits": {"1234"}, "To": {"+18005551212"},
		}
		if got := twiliotest.Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form); got != want {
			t.Errorf("From %s: signed %s, want %s", from, got, want)
		}
		// The same request at our own door, whose public URL is that; with and without the port.
		for _, url := range []string{"https://mycompany.com", "https://mycompany.com:443"} {
			if code := knock(t, "https://mycompany.com", "12345", twiliotest.Sign("12345", url+"/myapp.php?foo=1&bar=2", form), form); code == http.StatusForbidden {
				t.Errorf("From %s: a request signed for %s was refused", from, url)
			}
		}
	}
}

func TestOnlySignedRequestsComeIn(t *testing.T) {
	t.Parallel()
	const public = "https://oncall.example.com"
	form := url.Values{"MessageSid": {"SM1"}, "From": {ethanPhone}, "Body": {"ack 1042"}}
	good := twiliotest.Sign("token-a", public+"/myapp.php?foo=1&bar=2", form)
	for name, c := range map[string]struct {
		signature string
		form      url.Values
		refused   bool
	}{
		"right":               {good, form, false},
		"with the other":      {twiliotest.Sign("token-b", public+"/myapp.php?foo=1&bar=2", form), form, false},
		"none":                {"", form, true},
		"another token":       {twiliotest.Sign("token-c", public+"/myapp.php?foo=1&bar=2", form), form, true},
		"an empty token":      {twiliotest.Sign("", public+"/myapp.php?foo=1&bar=2", form), form, true},
		"another URL":         {twiliotest.Sign("token-a", public+"/myapp.php?foo=1", form), form, true},
		"another host":        {twiliotest.Sign("token-a", "https://evil.example/myapp.php?foo=1&bar=2", form), form, true},
		"changed body":        {good, url.Values{"MessageSid": {"SM1"}, "From": {ethanPhone}, "Body": {"close 1042"}}, true},
		"field added to body": {good, url.Values{"MessageSid": {"SM1"}, "From": {ethanPhone}, "Body": {"ack 1042"}, "X": {"y"}}, true},
	} {
		if code := knock(t, public, "token-a", c.signature, c.form); (code == http.StatusForbidden) != c.refused {
			t.Errorf("%s: answered %d", name, code)
		}
	}
}

// knock sends one request to a handler with a public URL and returns the status.
func knock(t *testing.T, public, authToken, signature string, form url.Values) int {
	t.Helper()
	w := newWorld(t, func(c *twilio.Config) {
		c.PublicURL, c.AuthToken, c.OtherToken = public, authToken, "token-b"
	})
	r := httptest.NewRequest(http.MethodPost, "/myapp.php?foo=1&bar=2", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature)
	answer := httptest.NewRecorder()
	w.inbound().SMS().ServeHTTP(answer, r)
	if answer.Code == http.StatusForbidden && len(w.done) > 0 {
		t.Error("a refused request acted")
	}
	return answer.Code
}

func TestWhatIsNoFormOfTwilioIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		method, body string
		want         int
	}{
		"GET":       {http.MethodGet, "", http.StatusMethodNotAllowed},
		"too large": {http.MethodPost, strings.Repeat("x", 65<<10), http.StatusRequestEntityTooLarge},
		"no form":   {http.MethodPost, "%zz", http.StatusBadRequest},
	} {
		for _, path := range []string{"/twilio/sms", "/twilio/voice", "/twilio/status"} {
			req, err := http.NewRequestWithContext(t.Context(), c.method, w.public+path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != c.want {
				t.Errorf("%s at %s: %d, want %d", name, path, resp.StatusCode, c.want)
			}
		}
	}
}

func TestACallbackWithAForgedTokenChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := w.call(t, w.message(w.open(1042, "Disk full", "ethan")))
	for _, field := range []string{"Url", "StatusCallback"} {
		call.Form.Set(field, call.Form.Get(field)+"x")
	}
	if _, err := w.Answer(t.Context(), call, "4"); err == nil {
		t.Error("the status of a forged token was taken")
	}
	if len(w.done)+len(w.reports) > 0 {
		t.Errorf("did %q, reported %q", w.done, w.reports)
	}
}
