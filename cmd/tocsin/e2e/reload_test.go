package e2e

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

func TestAReloadTakesEffectAndABadFileChangesNothing(t *testing.T) {
	t.Parallel()
	twilio := twiliotest.Start(t)
	config := func(first, second string) string {
		return people + reach("{via: sms}") + unbundled + standard(`0s: "user:`+first+`"`, `6s: "user:`+second+`"`) +
			integrations() + providers(twilioProvider(twilio))
	}
	s := serve(t, config("ethan", "amir"))
	inFlight := s.fire(map[string]any{"id": "in-flight"})
	texted(t, twilio, ethansPhone, containing("in-flight"))
	if v := s.metric("tocsin_config_reload_success"); v != 1 {
		t.Errorf("tocsin_config_reload_success is %v at the start", v)
	}

	s.Write(config("darren", "jason"))
	s.Signal(t, syscall.SIGHUP)
	s.Log.WaitFor(t, "the configuration was reloaded")
	s.fire(map[string]any{"id": "after-good"})
	texted(t, twilio, "+15550102", containing("after-good"))

	bad := strings.Replace(config("ethan", "amir"), "fallback: standard", "fallback: standrad", 1)
	s.Write(bad)
	s.Signal(t, syscall.SIGHUP)
	said := s.Log.WaitFor(t, "the old one stays in force")
	if !containing("tocsin.yaml:", "standrad", "standard")(said) {
		t.Errorf("the log does not say what is wrong: %s", programtest.Tail(said))
	}
	until(t, "tocsin_config_reload_success to be 0", func() (bool, any) {
		v := s.metric("tocsin_config_reload_success")
		return v == 0, v
	})
	s.fire(map[string]any{"id": "after-bad"})
	texted(t, twilio, "+15550102", containing("after-bad"))

	// Over HTTP the answer says what is wrong, to those who may know.
	if status := relayedReload(t, s, ""); status != http.StatusUnauthorized {
		t.Errorf("a reload from elsewhere without a key: %d", status)
	}
	if a := s.Do(http.MethodPost, "/-/reload", programtest.AdminKey, "", nil); a.Status/100 == 2 || !containing("tocsin.yaml:", "standrad")(a.Body) {
		t.Errorf("POST /-/reload of a bad file: %d %s", a.Status, a.Body)
	}
	s.Write(config("ethan", "amir"))
	if status := relayedReload(t, s, programtest.AdminKey); status != http.StatusOK {
		t.Errorf("POST /-/reload of a good file: %d", status)
	}
	if v := s.metric("tocsin_config_reload_success"); v != 1 {
		t.Errorf("tocsin_config_reload_success is %v after a good file", v)
	}

	// The alert from before all that has kept its steps, and was paged once by each.
	texted(t, twilio, amirsPhone, containing("in-flight"))
	a := s.alert(inFlight.Number)
	if n := textsAbout(twilio, "in-flight"); n != 2 || a.Status != "open" {
		t.Errorf("%d texts for the alert that was under way, want 2: %+v", n, a.Pages)
	}
}

// relayedReload asks for a reload through a proxy, and so not from this machine.
func relayedReload(t *testing.T, s *server, key string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.URL+"/-/reload", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", "203.0.113.7")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// textsAbout counts the texts about something.
func textsAbout(f *twiliotest.Fake, about string) (n int) {
	for _, sent := range f.Sent() {
		if strings.Contains(sent.Body(), about) {
			n++
		}
	}
	return n
}
