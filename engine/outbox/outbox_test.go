package outbox_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func TestWhatIsPutInIsToldOnceItIsClaimed(t *testing.T) {
	t.Parallel()
	var o outbox.Outbox
	if o.Claim(start) || !o.Wake().IsZero() {
		t.Fatal("there is nothing to tell")
	}
	o.Put(event.Firing, start)
	if o.Wake() != start || !o.Claim(start) || o.Claim(start) {
		t.Fatal("it can be claimed once, at once")
	}
	o.Told(o.N, start.Add(time.Second))
	if o.Pending || !o.Wake().IsZero() {
		t.Error("it was told, and is not told again")
	}
}

func TestAnAttemptThatCameToNothingIsMadeAgainAfterItsLease(t *testing.T) {
	t.Parallel()
	var o outbox.Outbox
	o.Put(event.Firing, start)
	o.Claim(start)
	if o.Claim(start.Add(outbox.Lease - time.Millisecond)) {
		t.Error("the first attempt may still be under way")
	}
	if !o.Claim(start.Add(outbox.Lease)) {
		t.Error("it is lost")
	}
}

func TestTheNewerWaitsForTheAttemptAtTheOlder(t *testing.T) {
	t.Parallel()
	var o outbox.Outbox
	o.Put(event.Firing, start)
	o.Claim(start)
	first := o.N
	o.Put(event.Resolved, start.Add(time.Second))
	if o.Claim(start.Add(time.Second)) {
		t.Fatal("the end could arrive before the beginning, which would then stay open")
	}
	o.Told(first, start.Add(2*time.Second))
	if !o.Claim(start.Add(2*time.Second)) || o.Status != event.Resolved {
		t.Fatal("the older is known to have arrived, so the newer need not wait")
	}
}

func TestAnOlderThatArrivesAfterTheNewerIsMendedByTellingTheNewerAgain(t *testing.T) {
	t.Parallel()
	var o outbox.Outbox
	o.Put(event.Firing, start)
	first := o.N
	o.Put(event.Resolved, start)
	o.Claim(start)
	o.Told(o.N, start)
	o.Told(first, start.Add(time.Minute)) // by a replica that was frozen
	if !o.Claim(start.Add(time.Minute)) || o.Status != event.Resolved {
		t.Error("the alert would stay open")
	}
}
