package slack

import (
	"errors"
	"strconv"
	"testing"
	"time"
)

func TestTheMemoryOfRequestsIsBoundedAndForgetsNoneTooSoon(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	v := &verifier{seen: map[string]time.Time{}}
	for i := range maxSeen {
		if err := v.once(strconv.Itoa(i), now.Add(window), now); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.once("one more", now.Add(window), now); !errors.Is(err, errFull) {
		t.Errorf("a full memory: got %v", err)
	}
	if err := v.once("0", now.Add(window), now.Add(window)); !errors.Is(err, errReplayed) {
		t.Errorf("a replay at the end of the window: got %v", err)
	}
	if err := v.once("one more", now.Add(2*window), now.Add(window+time.Second)); err != nil {
		t.Errorf("after the window: got %v", err)
	}
	if len(v.seen) != 1 {
		t.Errorf("%d requests are remembered, want 1", len(v.seen))
	}
}
