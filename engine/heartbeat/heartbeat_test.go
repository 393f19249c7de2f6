package heartbeat_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

var hourly = directory.Heartbeat{Every: time.Hour, Grace: 10 * time.Minute}

func at(t time.Time) heartbeat.Env {
	return heartbeat.Env{Now: t, Dir: &directory.Directory{Zone: time.UTC}}
}

func begin() *heartbeat.State {
	return heartbeat.New(store.NewID(store.KindHeartbeat, heartbeat.Key("backup").Shard), "backup", hourly, at(start))
}

func TestAHeartbeatIsLateAfterItsPeriodAndItsGraceAndNoEarlier(t *testing.T) {
	t.Parallel()
	s := begin()
	deadline := start.Add(70 * time.Minute)
	if got := record.Wake(s, at(start)); got != deadline {
		t.Fatalf("it asks to be woken at %v, want %v", got, deadline)
	}
	heartbeat.Apply(s, heartbeat.Woken{}, at(deadline.Add(-time.Millisecond)))
	if s.Late() {
		t.Fatal("it is late too early")
	}
	heartbeat.Apply(s, heartbeat.Woken{}, at(deadline))
	if _, ev := s.Event(at(deadline)); !s.Late() || ev.Status != event.Firing || ev.Title != "No heartbeat from backup" {
		t.Errorf("late: %t, event %+v", s.Late(), ev)
	}
}

func TestAPingThatComesAfterAllTakesTheAlarmBack(t *testing.T) {
	t.Parallel()
	s := begin()
	heartbeat.Apply(s, heartbeat.Woken{}, at(start.Add(70*time.Minute)))
	heartbeat.Apply(s, heartbeat.Pinged{}, at(start.Add(2*time.Hour)))
	if _, ev := s.Event(at(start)); s.Late() || ev.Status != event.Resolved || !s.Outbox.Pending {
		t.Errorf("late: %t, outbox %+v", s.Late(), s.Outbox)
	}
	if due := s.DueAt(); due != start.Add(3*time.Hour) {
		t.Errorf("the next is due at %v", due)
	}
}

// Whatever happens and however late: a heartbeat that is not late waits for its deadline, nothing that waits is left
// in the past, and once everything was told the alert is open just when the heartbeat is late.
func TestTheAlertAlwaysCatchesUpWithTheHeartbeat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, now, open := begin(), start, false
		type told struct {
			n      int
			status event.Status
		}
		var flight []told // attempts under way, by replicas that may be slow
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "seconds")) * time.Second)
			switch rapid.SampledFrom([]string{"wake", "wake", "ping", "period", "resume", "arrives"}).Draw(t, "what") {
			case "wake":
				heartbeat.Apply(s, heartbeat.Woken{}, at(now))
				if s.Outbox.Claim(now) {
					flight = append(flight, told{s.Outbox.N, s.Outbox.Status})
				}
			case "ping":
				heartbeat.Apply(s, heartbeat.Pinged{}, at(now))
			case "period":
				h := hourly
				h.Every = time.Duration(rapid.IntRange(1, 100).Draw(t, "minutes")) * time.Minute
				heartbeat.Apply(s, heartbeat.Configured{Heartbeat: h}, at(now))
			case "resume":
				heartbeat.Apply(s, heartbeat.Resumed{}, at(now))
			case "arrives":
				if len(flight) > 0 {
					i := rapid.IntRange(0, len(flight)-1).Draw(t, "which")
					open = flight[i].status == event.Firing
					s.Outbox.Told(flight[i].n, now)
					flight = append(flight[:i], flight[i+1:]...)
				}
			}
			if !s.Late() && record.Wake(s, at(now)).IsZero() {
				t.Fatal("it waits for nothing")
			}
		}
		for _, f := range flight { // all that is under way arrives
			open = f.status == event.Firing
			s.Outbox.Told(f.n, now)
		}
		for s.Outbox.Pending {
			now = s.Outbox.Wake()
			if !s.Outbox.Claim(now) {
				t.Fatal("what is due cannot be claimed")
			}
			open = s.Outbox.Status == event.Firing
			s.Outbox.Told(s.Outbox.N, now)
		}
		if open != s.Late() {
			t.Fatalf("the alert is open: %t; the heartbeat is late: %t", open, s.Late())
		}
	})
}
