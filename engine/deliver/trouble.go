package deliver

import "time"

// Nothing has got out when providers have refused everything for stuckFor, and still did within stuckRecent: the
// longest time between two attempts at a page is a minute, so that more quiet means that nothing is due.
const (
	stuckFor    = 2 * time.Minute
	stuckRecent = 3 * time.Minute
)

// trouble remembers since when every message has been refused, whatever its provider.
type trouble struct {
	since  time.Time // the first refusal after the latest success; zero when there was none
	latest time.Time // the latest one
}

func (t *trouble) note(err error, now time.Time) {
	if err == nil {
		*t = trouble{}
		return
	}
	if t.since.IsZero() || now.Sub(t.latest) > stuckRecent {
		t.since = now
	}
	t.latest = now
}

// Stuck reports whether this replica has had messages to send for more than two minutes, and no provider has taken
// any of them. One way that works is enough: people are then reached over that.
func (d *Deliverer) Stuck(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.trouble
	return !t.since.IsZero() && t.latest.Sub(t.since) >= stuckFor && now.Sub(t.latest) <= stuckRecent
}
