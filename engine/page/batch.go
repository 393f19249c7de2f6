package page

import (
	"slices"
	"time"
)

// Batch is the pages of a record that wants no more of them than that they arrive. Its zero value has none.
type Batch struct {
	Pages []Page `json:"pages,omitempty"`
	Paged int    `json:"paged,omitempty"` // how many were ever made; the N of the latest
}

// Add puts in a page to be sent from its DueAt on, and numbers it.
func (b *Batch) Add(p Page) {
	b.Paged++
	p.N, p.Status = b.Paged, Pending
	b.Pages = append(b.Pages, p)
}

// Page returns page n, or nil.
func (b *Batch) Page(n int) *Page {
	if i := slices.IndexFunc(b.Pages, func(p Page) bool { return p.N == n }); i >= 0 {
		return &b.Pages[i]
	}
	return nil
}

// Settle records what came of a claim, and returns the page if it has now failed for good.
func (b *Batch) Settle(o Outcome, now time.Time) (failed *Page) {
	p := b.Page(o.N)
	if p == nil || !p.Settle(o, now) || p.Status != Failed {
		return nil
	}
	return p
}

// Report records a provider's later word about a page, and returns the page if it has now failed.
func (b *Batch) Report(n int, ref string, delivered bool, reason string, now time.Time) (failed *Page) {
	p := b.Page(n)
	if p == nil || !p.Report(ref, delivered, reason, now) || p.Status != Failed {
		return nil
	}
	return p
}

// Stop gives up those pages that drop names and that are not being sent by now; what a replica claimed and let lapse is
// not sent again.
func (b *Batch) Stop(now time.Time, drop func(Page) bool) {
	for i := range b.Pages {
		p := &b.Pages[i]
		if !drop(*p) || p.Cancel() {
			continue
		}
		if p.Status == Sending && p.Due(now) {
			p.Status, p.LeaseUntil = Cancelled, time.Time{}
		}
	}
}

// Trim forgets pages that have come to their end, the oldest first, down to the number to keep.
func (b *Batch) Trim(keep int) {
	extra := len(b.Pages) - keep
	b.Pages = slices.DeleteFunc(b.Pages, func(p Page) bool {
		if extra <= 0 || p.Waiting() {
			return false
		}
		extra--
		return true
	})
}

// Waits names every time at which something must be done for a page.
func (b *Batch) Waits(add func(time.Time)) {
	for i := range b.Pages {
		add(b.Pages[i].Wake())
	}
}
