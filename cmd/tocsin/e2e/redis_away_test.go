package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

func TestWhileRedisIsAwaySendersAreToldToComeBackAndPagesResumeWithIt(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]struct{ leave, back func(*redistest.Server) }{
		"stalled": {(*redistest.Server).Pause, (*redistest.Server).Resume},
		"killed":  {(*redistest.Server).Kill, (*redistest.Server).Restart},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis, twilio := redistest.Start(t), twiliotest.Start(t)
			s := serve(t, texting(twilio, "3s"), "--store", redis.URL())
			before := s.fire(map[string]any{"id": "alert-001"})
			texted(t, twilio, ethansPhone, containing("alert-001"))
			due := at(t, s.alert(before.Number).CreatedAt).Add(3 * time.Second)

			away.leave(redis)
			// A slow answer is one, too; it is never a 2xx.
			refused := s.send("json", `{"id":"alert-002"}`)
			if refused.Status != http.StatusServiceUnavailable || refused.Header.Get("Retry-After") == "" || !strings.Contains(refused.Body, "store_unavailable") {
				t.Errorf("a sender is told %d, Retry-After %q: %s", refused.Status, refused.Header.Get("Retry-After"), refused.Body)
			}
			if status, text := s.Ready(); status != http.StatusServiceUnavailable || !strings.Contains(text, "store") {
				t.Errorf("/-/ready: %d %q", status, text)
			}
			if a := s.Do(http.MethodGet, "/-/healthy", "", "", nil); a.Status != http.StatusOK {
				t.Errorf("/-/healthy: %d: a restart would not help", a.Status)
			}
			if a := s.get("/api/v1/alerts"); a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
				t.Errorf("the API answers %d: %s", a.Status, a.Body)
			}
			until(t, "the second step to be overdue", func() (bool, any) { return time.Now().After(due), nil })

			away.back(redis)
			returned := time.Now()
			texted(t, twilio, amirsPhone, containing("alert-001"))
			if took := time.Since(returned); took > 10*time.Second {
				t.Errorf("the page that had become due came %s after the store", took)
			}
			s.UntilReady()
			s.fire(map[string]any{"id": "alert-003"})
			texted(t, twilio, ethansPhone, containing("alert-003"))
			if n := texts(twilio, ethansPhone)["alert-001"]; n != 1 {
				t.Errorf("ethan got the same text %d times", n)
			}
			// What was refused may have arrived all the same; sent again it is the same alert.
			s.fire(map[string]any{"id": "alert-002"})
			texted(t, twilio, ethansPhone, containing("alert-002"))
			if list := s.alerts(""); len(list) != 3 || s.alert(before.Number).Count != 1 {
				t.Errorf("there are %d alerts: %+v", len(list), list)
			}
		})
	}
}
