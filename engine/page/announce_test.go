package page

import (
	"fmt"
	"testing"
	"time"
)

func TestAnAnnouncementThatWasTriedIsNotWrittenAnew(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	var b Batch
	places := []Place{{Name: "audit", Via: "webhook"}}
	tell := func(since int) {
		b.Announce(places, since, func(after int) string { return fmt.Sprint("after ", after) }, now)
	}
	tell(0)
	tell(1)
	if len(b.Pages) != 1 || b.Pages[0].Text != "after 0" {
		t.Fatalf("%+v, want one message of all", b.Pages)
	}
	b.Pages[0].Claim("r1", now)
	b.Settle(Outcome{N: 1, Fence: 1, Error: "away"}, now) // it may have arrived all the same
	tell(2)
	if len(b.Pages) != 2 || b.Pages[1].Text != "after 2" || b.Pages[0].Text != "after 0" {
		t.Errorf("%+v, want another message of what is new", b.Pages)
	}
}

func TestARecordThatAnnouncesForEverStaysSmall(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	var b Batch
	for n := range 1000 {
		b.Announce([]Place{{Name: "audit", Via: "webhook"}}, n, func(int) string { return "news" }, now)
		p := &b.Pages[len(b.Pages)-1]
		p.Claim("r1", now)
		b.Settle(Outcome{N: p.N, Fence: p.Attempts, Ref: "x"}, now)
	}
	if len(b.Pages) > 100 || b.Paged != 1000 {
		t.Errorf("%d pages are kept of %d", len(b.Pages), b.Paged)
	}
}
