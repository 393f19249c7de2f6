package page_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func due() *page.Page {
	return &page.Page{N: 1, User: "ethan", Via: "sms", Status: page.Pending, DueAt: start}
}

func TestAClaimHoldsUntilItsLeaseEnds(t *testing.T) {
	t.Parallel()
	p := due()
	if p.Due(start.Add(-time.Millisecond)) || !p.Due(start) {
		t.Fatal("due at another time than DueAt")
	}
	p.Claim("r1", start)
	end := start.Add(page.Lease)
	if p.Wake() != end || p.Due(end.Add(-time.Millisecond)) || !p.Due(end) {
		t.Errorf("wake at %v, want the end of the lease", p.Wake())
	}
	if page.SendTimeout >= page.Lease {
		t.Error("a send may last longer than its claim")
	}
}

func TestAnOutcomeCountsOnceAndOnlyForTheClaimItIsOf(t *testing.T) {
	t.Parallel()
	p := due()
	p.Claim("r1", start)
	p.Claim("r2", start.Add(page.Lease))
	late := page.Outcome{N: 1, Fence: 1, Ref: "old"}
	if p.Settle(late, start) || !p.Lapsed(1) {
		t.Error("the outcome of a claim that ran out was taken")
	}
	mine := page.Outcome{N: 1, Fence: 2, Ref: "new"}
	if !p.Settle(mine, start) || p.Status != page.Sent || p.Ref != "new" || !p.Wake().IsZero() {
		t.Errorf("page %+v", p)
	}
	if p.Settle(mine, start) || p.Lapsed(2) {
		t.Error("the same outcome counts twice, or is taken for a late one")
	}
}

func TestASuccessIsTakenThoughThePageWasPutOffMeanwhile(t *testing.T) {
	t.Parallel()
	p := due()
	p.Claim("r1", start)
	p.Defer(start.Add(time.Minute))
	if !p.Settle(page.Outcome{N: 1, Fence: 1, Ref: "x"}, start) || p.Status != page.Sent {
		t.Errorf("page is %s: it would be sent a second time", p.Status)
	}
}

func TestRefusalsWaitLongerAndLongerAndThenFail(t *testing.T) {
	t.Parallel()
	p := due()
	now := start
	var waits []time.Duration
	for p.Status == page.Pending {
		p.Claim("r", now)
		p.Settle(page.Outcome{N: 1, Fence: p.Attempts, Error: "busy"}, now)
		if p.Status == page.Pending {
			waits = append(waits, p.DueAt.Sub(now))
			now = p.DueAt
		}
	}
	want := []time.Duration{5, 10, 20, 40, 60, 60, 60}
	if len(waits) != len(want) || p.Status != page.Failed {
		t.Fatalf("waits %v, then %s", waits, p.Status)
	}
	for i, w := range want {
		if waits[i] != w*time.Second {
			t.Errorf("wait %d is %v, want %v", i+1, waits[i], w*time.Second)
		}
	}
}

func TestATaskWaitsForAProviderThatIsAwayForDays(t *testing.T) {
	t.Parallel()
	p := due()
	p.Kind, p.Task = page.Work, &page.Task{Do: "create"}
	now, asked := start, 0
	for ; p.Status == page.Pending && now.Sub(start) < 6*24*time.Hour; asked++ {
		p.Claim("r", now)
		p.Settle(page.Outcome{N: 1, Fence: p.Attempts, Error: "away"}, now)
		if wait := p.DueAt.Sub(now); wait > 15*time.Minute {
			t.Fatalf("it is tried again only after %v", wait)
		}
		now = p.DueAt
	}
	if p.Status != page.Pending || asked > 6*24*4+20 {
		t.Fatalf("after 6 days it is %s, and was tried %d times", p.Status, asked)
	}
	for now.Sub(start) < 10*24*time.Hour && p.Status == page.Pending {
		p.Claim("r", now)
		p.Settle(page.Outcome{N: 1, Fence: p.Attempts, Error: "away"}, now)
		now = p.DueAt
	}
	if p.Status != page.Failed {
		t.Errorf("after %v it is %s: it would be tried for ever", now.Sub(start), p.Status)
	}
}

func TestAProviderIsGivenTheTimeItAsksFor(t *testing.T) {
	t.Parallel()
	p := due()
	p.Claim("r", start)
	p.Settle(page.Outcome{N: 1, Fence: 1, Error: "429", Wait: 90 * time.Second}, start)
	if p.DueAt != start.Add(90*time.Second) {
		t.Errorf("again at %v", p.DueAt)
	}
}

func TestCrashesOfOursAreNotCountedAgainstTheProvider(t *testing.T) {
	t.Parallel()
	p := due()
	for i := range 20 {
		p.Claim("r", start.Add(time.Duration(i)*page.Lease))
	}
	p.Settle(page.Outcome{N: 1, Fence: 20, Error: "busy"}, start)
	if p.Status != page.Pending || p.Failures != 1 {
		t.Errorf("%s after %d failures", p.Status, p.Failures)
	}
}

func TestOnlyWhatIsNotYetUnderWayCanBeCancelled(t *testing.T) {
	t.Parallel()
	for status, want := range map[page.Status]bool{page.Pending: true, page.Sending: false, page.Sent: false, page.Delivered: false, page.Failed: false, page.Cancelled: false} {
		p := due()
		p.Status = status
		if got := p.Cancel(); got != want || (p.Status == page.Cancelled) != (want || status == page.Cancelled) {
			t.Errorf("%s: cancelled %v, now %s", status, got, p.Status)
		}
	}
}

func TestReportsAboutAnotherMessageOrALaterOneChangeNothing(t *testing.T) {
	t.Parallel()
	sent := func() *page.Page {
		p := due()
		p.Claim("r", start)
		p.Settle(page.Outcome{N: 1, Fence: 1, Ref: "SM1"}, start)
		return p
	}
	p := sent()
	if p.Report("SM0", false, "filtered", start) || p.Status != page.Sent {
		t.Error("a report about another message was taken")
	}
	if !p.Report("SM1", true, "", start) || p.Status != page.Delivered || p.Report("SM1", false, "filtered", start) {
		t.Errorf("%s; want it delivered, and that to stay", p.Status)
	}
	if p := sent(); !p.Report("SM1", false, "filtered", start) || p.Status != page.Failed || p.Error != "filtered" {
		t.Errorf("%s %q; want undelivered to be a failure", p.Status, p.Error)
	}
	if p := due(); p.Report("SM1", true, "", start) {
		t.Error("a report about a page that was never sent was taken")
	}
}

func TestAPageKeepsTheNamesOfAllBundlesThatMayHaveArrived(t *testing.T) {
	t.Parallel()
	p := due()
	p.Bundled = true
	p.ClaimIn("b-1", "r1", start)
	p.ClaimIn("b-2", "r2", start.Add(page.Lease))
	if p.Bundle != "b-2" || len(p.Earlier) != 1 || p.Earlier[0] != "b-1" || p.Bundled || !p.Together() {
		t.Errorf("page %+v", p)
	}
}
