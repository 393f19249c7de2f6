package e2e

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// rota is a configuration in which ethan is on call always, and every alert texts whoever is. A hand-off is told.
func rota(f *twiliotest.Fake) string {
	return people + reach("{via: sms}") + unbundled + `
schedules:
  - {name: primary, handoff: {}, rotations: [{starts: 2020-01-06T09:00, participants: [ethan]}]}
` + standard(`0s: "schedule:primary"`) + integrations() + providers(twilioProvider(f)) + "signing_key: a-signing-key-for-both-of-the-replicas\n"
}

// onCall is who is on call as primary at a time.
func (s *server) onCall(at time.Time) string {
	s.t.Helper()
	shifts := as[[]struct{ Users []string }](s.t, s.get("/api/v1/oncall?schedule=primary&at="+at.UTC().Format(time.RFC3339)), http.StatusOK)
	if len(shifts) != 1 || len(shifts[0].Users) != 1 {
		s.t.Fatalf("on call are %+v", shifts)
	}
	return shifts[0].Users[0]
}

// untilOnCall waits until somebody is on call now.
func (s *server) untilOnCall(user string) {
	s.t.Helper()
	until(s.t, user+" to be on call", func() (bool, any) {
		got := s.onCall(time.Now())
		return got == user, got
	})
}

// overridden puts amir on call now, and has ethan propose a day of next month to him; it gives when that begins.
func (s *server) overridden() (proposed time.Time) {
	s.t.Helper()
	proposed = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 30)
	give := map[string]any{"from": proposed.Format(time.RFC3339), "to": proposed.AddDate(0, 0, 1).Format(time.RFC3339)}
	as[api.Override](s.t, s.post("/api/v1/overrides", map[string]any{"schedule": "primary", "who": "amir", "for": "2d", "reason": "ethan is ill", "user": "ethan"}), http.StatusCreated)
	as[api.Swap](s.t, s.post("/api/v1/swaps", map[string]any{"schedule": "primary", "to": "amir", "give": give, "user": "ethan"}), http.StatusCreated)
	return proposed
}

const accept, acceptance = "/api/v1/swaps/SWAP-1/accept", `{"user":"amir"}`

// holds checks that the swap was carried out once, and that the audit trail has everything.
func (s *server) holds(proposed time.Time) {
	s.t.Helper()
	for at, want := range map[time.Time]string{proposed.Add(-time.Hour): "ethan", proposed.Add(time.Hour): "amir", proposed.Add(25 * time.Hour): "ethan"} {
		if got := s.onCall(at); got != want {
			s.t.Errorf("%s is on call at %v, want %s", got, at, want)
		}
	}
	if list := as[api.List[api.Override]](s.t, s.get("/api/v1/overrides"), http.StatusOK); len(list.Items) != 2 {
		s.t.Errorf("the overrides are %+v", list.Items)
	}
	var did []string
	for _, e := range as[api.List[api.AuditEntry]](s.t, s.get("/api/v1/audit"), http.StatusOK).Items {
		did = append(did, e.By+" "+e.Did+" "+e.What)
	}
	if diff := cmp.Diff([]string{"amir swap.accepted SWAP-1", "ethan swap.proposed SWAP-1", "ethan override.made OVR-1"}, did); diff != "" {
		s.t.Errorf("the audit trail (-want +got)\n%s", diff)
	}
}

// onlyOnce checks that no text with some words went to a phone twice.
func onlyOnce(t *testing.T, f *twiliotest.Fake, phone, words string) {
	t.Helper()
	n := 0
	for _, m := range f.Sent() {
		if m.To() == phone && containing(words)(m.Body()) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%q was sent %d times", words, n)
	}
}

func TestOverridesAndSwapsOutliveAKillWithTheFile(t *testing.T) {
	t.Parallel()
	twilio := twiliotest.Start(t)
	s := serve(t, rota(twilio))
	proposed := s.overridden()
	texted(t, twilio, amirsPhone, containing("You are on call for primary"))
	texted(t, twilio, amirsPhone, containing("ethan asks you to trade"))
	as[api.Swap](t, s.post(accept, acceptance), http.StatusOK)
	s.Kill() // what was answered is in the file
	s.Launch()
	s.holds(proposed)
	s.fire(map[string]any{"id": "at-night"})
	texted(t, twilio, amirsPhone, containing("at-night"))
	texted(t, twilio, ethansPhone, containing("amir accepted"))
	s.Stop()
}

func TestAnOverrideMadeOnOneReplicaCountsOnTheOtherAndOutlivesIt(t *testing.T) {
	t.Parallel()
	redis, twilio := redistest.Start(t), twiliotest.Start(t)
	a := serve(t, rota(twilio), "--store", redis.URL())
	b := serve(t, rota(twilio), "--store", redis.URL())
	proposed := a.overridden()
	b.untilOnCall("amir")
	texted(t, twilio, amirsPhone, containing("You are on call for primary"))

	var both sync.WaitGroup // an impatient finger, and two replicas behind the balancer
	for _, s := range []*server{a, b} {
		both.Go(func() {
			if got := s.post(accept, acceptance); got.Status != http.StatusOK {
				t.Errorf("accepting answered %d: %s", got.Status, got.Body)
			}
		})
	}
	both.Wait()
	texted(t, twilio, ethansPhone, containing("amir accepted"))
	onlyOnce(t, twilio, amirsPhone, "You are on call for primary")
	onlyOnce(t, twilio, ethansPhone, "amir accepted")
	a.Kill() // what was under way then may be sent again
	b.holds(proposed)
	b.fire(map[string]any{"id": "at-night"})
	texted(t, twilio, amirsPhone, containing("at-night"))
}
