package page

import "time"

// Lease is how long a replica may take to send a page that it claimed. When it is over, the replica counts
// as dead and another one sends the page again; so senders are stopped well before, at SendTimeout.
const (
	Lease       = 15 * time.Second
	SendTimeout = 10 * time.Second
)

// maxFailures is after how many refusals of the provider a page fails for good.
const maxFailures = 8

// backoffMost is how long it waits between two.
const backoffMost = time.Minute

// Waiting reports whether the page still has to be sent, or may have to be sent again.
func (p *Page) Waiting() bool { return p.Status == Pending || p.Status == Sending }

// Wake is when something must be done for the page: when it is due, or when its claim runs out; zero when
// nothing is left to do.
func (p *Page) Wake() time.Time {
	switch p.Status {
	case Pending:
		return p.DueAt
	case Sending:
		return p.LeaseUntil
	}
	return time.Time{}
}

// Due reports whether the page may be claimed now: its time has come, or the replica that had claimed it
// let its lease run out.
func (p *Page) Due(now time.Time) bool {
	w := p.Wake()
	return !w.IsZero() && !w.After(now)
}

// Claim gives the page to a replica until the lease ends. It takes effect with the commit of the record.
func (p *Page) Claim(replica string, now time.Time) {
	p.Status, p.Replica, p.LeaseUntil = Sending, replica, now.Add(Lease)
	p.Attempts++
}

// ClaimIn claims the page as part of a message that carries several. What goes out again in another one stays
// known under the names of both, because the first may have arrived.
func (p *Page) ClaimIn(bundle, replica string, now time.Time) {
	if p.Bundle != "" {
		p.Earlier = append(p.Earlier, p.Bundle)
	}
	p.Bundle, p.Bundled = bundle, false
	p.Claim(replica, now)
}

// Together reports whether the page is sent together with others: it was put off for that, or went out so before.
func (p *Page) Together() bool { return p.Bundled || p.Bundle != "" }

// Defer puts a due page off.
func (p *Page) Defer(until time.Time) { p.Status, p.DueAt = Pending, until }

// Cancel gives up a page that is not needed any more. One that is being sent is left alone: it is too late,
// and what comes of it is recorded.
func (p *Page) Cancel() bool {
	if p.Status != Pending && p.Status != Held {
		return false
	}
	p.Status = Cancelled
	return true
}

// Hold stops the time of a page that was never tried.
func (p *Page) Hold() {
	if p.Status == Pending && p.Attempts == 0 {
		p.Status = Held
	}
}

// GoOn lets the time of a held page go on, after it stood still for so long.
func (p *Page) GoOn(after time.Duration) {
	if p.Status == Held {
		p.Status, p.DueAt = Pending, p.DueAt.Add(after)
	}
}

// Outcome is what came of sending a page.
type Outcome struct {
	N         int
	Fence     int // Attempts at the claim
	Ref       string
	Delivered bool
	Error     string            // empty when the provider took it
	Permanent bool              // trying again will not help
	Wait      time.Duration     // what the provider asked to wait
	Editable  bool              // Ref can be edited later
	Rev       int               // what the message shows
	Result    map[string]string // of a task that was done: what the provider calls it
}

// Settle records what came of a claim. It reports false, and changes nothing, when the claim is not the
// current one any more (see Lapsed), or when its outcome is known: by an earlier Settle, which may have been
// committed although the store could not say so, or by Report, which may come first.
func (p *Page) Settle(o Outcome, now time.Time) bool {
	putOff := p.Status == Pending && o.Error == "" // after its claim ran out; so it need not be sent again
	if p.Attempts != o.Fence || p.Status != Sending && !putOff {
		return false
	}
	p.Replica, p.LeaseUntil = "", time.Time{}
	if o.Error == "" {
		p.Status, p.SentAt, p.Ref, p.Error = Sent, now, o.Ref, ""
		if o.Delivered {
			p.Status, p.DeliveredAt = Delivered, now
		}
		return true
	}
	p.Error = o.Error
	p.Failures++
	failures, most := p.patience()
	if o.Permanent || p.Failures >= failures {
		p.Status = Failed
		return true
	}
	p.Defer(now.Add(max(o.Wait, backoff(p.Failures, most))))
	return true
}

// Lapsed reports whether a claim ran out and the page went on without it: another one was made, or the page
// was given up. What came of the old claim may be a second message.
func (p *Page) Lapsed(fence int) bool { return p.Attempts > fence || p.Status == Cancelled }

// backoff is 5 s, 10 s, 20 s, … up to most.
func backoff(failures int, most time.Duration) time.Duration {
	return min(5*time.Second<<min(failures-1, 10), most)
}

// Report records the provider's later word about a message that it had taken: it arrived, or it did not.
// The word may even come before the answer to the sending itself. It reports whether the page changed;
// words that come late or twice, or about an earlier attempt, change nothing.
func (p *Page) Report(ref string, delivered bool, reason string, now time.Time) bool {
	if p.Status != Sent && p.Status != Sending || ref != "" && p.Ref != "" && ref != p.Ref {
		return false
	}
	if p.SentAt.IsZero() {
		p.SentAt, p.Ref = now, ref
	}
	p.Replica, p.LeaseUntil = "", time.Time{}
	if delivered {
		p.Status, p.DeliveredAt = Delivered, now
	} else {
		p.Status, p.Error = Failed, reason
	}
	return true
}
