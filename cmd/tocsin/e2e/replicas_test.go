package e2e

import (
	"net/http"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// texting is a configuration in which every alert texts ethan at once and amir after a while, each alert a text.
func texting(f *twiliotest.Fake, then string) string {
	return people + reach("{via: sms}") + unbundled + standard(`0s: "user:ethan"`, then+`: "user:amir"`) +
		integrations() + providers(twilioProvider(f))
}

// underWay is the most that one replica sends at the same moment.
const underWay = 16

func TestTwoReplicasShareTheWorkAndAKillLosesNothing(t *testing.T) {
	t.Parallel()
	redis, twilio := redistest.Start(t), twiliotest.Start(t)
	config := texting(twilio, "5s") + "signing_key: a-signing-key-for-both-of-the-replicas\n"
	a := serve(t, config, "--store", redis.URL())
	b := serve(t, config, "--store", redis.URL())

	sent := &senders{accepted: map[string]int{}}
	sent.send(t, 0, 100, a, b)
	untilAllTexted(t, twilio, ethansPhone, sent.accepted)
	for _, s := range []*server{a, b} {
		if n := s.metric(`tocsin_deliveries_total{channel="sms",outcome="sent"`); n < 10 {
			t.Errorf("of 100 texts %v went by %s", n, s.URL)
		}
	}

	// One dies in the middle of the next 200, with the second step of all those before still to come.
	go func() {
		_, _ = twilio.Wait(t.Context(), func(m twiliotest.Sent) bool { return alertKey.FindString(m.Body()) >= "alert-150" })
		a.Kill()
	}()
	sent.send(t, 100, 300, a, b)
	a.Kill()
	if len(sent.accepted) != 300 {
		t.Fatalf("%d alerts were accepted", len(sent.accepted))
	}
	for _, phone := range []string{ethansPhone, amirsPhone} {
		if more := untilAllTexted(t, twilio, phone, sent.accepted); more > underWay {
			t.Errorf("%d texts to %s were sent twice; at most the %d under way at the kill may be", more, phone, underWay)
		}
	}
	numbers := map[int]string{}
	for key, n := range sent.accepted {
		if other := numbers[n]; other != "" {
			t.Errorf("%s and %s both have number %d", key, other, n)
		}
		numbers[n] = key
	}
	if all := b.alerts(""); len(all) != 300 {
		t.Errorf("there are %d alerts, 300 were accepted", len(all))
	}
	if a := b.post("/api/v1/alerts/1/close", `{"user":"ethan"}`); a.Status != http.StatusOK {
		t.Errorf("the survivor closes an alert of the dead one: %d %s", a.Status, a.Body)
	}
}
