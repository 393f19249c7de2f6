package rules

import "time"

// Hours is a named window, compiled: when it is, as during(…) sees it.
type Hours struct{ span *span }

// Hours returns the window of that name.
func (r *Router) Hours(name string) (*Hours, bool) {
	s, ok := r.windows[name]
	return &Hours{s}, ok
}

// lookAhead is how far a beginning or an end is looked for: a year, and what a leap year adds.
const lookAhead = 367 * 24 * time.Hour

// Contains says whether the window is at t.
func (h *Hours) Contains(t time.Time) bool { return h.span.contains(t) }

// Begins returns when the window is next: t itself within it. It reports false where that is not within a year.
func (h *Hours) Begins(t time.Time) (time.Time, bool) { return h.search(t, true) }

// Ends returns when the window is next not: t itself outside. It reports false where that is not within a year.
func (h *Hours) Ends(t time.Time) (time.Time, bool) { return h.search(t, false) }

// search goes from one moment at which the window may begin or end to the next, so that what it finds is what
// Contains says, whatever the clocks do.
func (h *Hours) search(t time.Time, want bool) (time.Time, bool) {
	for end := t.Add(lookAhead); t.Before(end); t = h.span.boundary(t) {
		if h.span.contains(t) == want {
			return t, true
		}
	}
	return time.Time{}, false
}

// boundary is the next moment after t at which contains may change: when the wall clock passes from, to or midnight.
// Where the clock is changed before that, it is the next whole minute.
func (s *span) boundary(t time.Time) time.Time {
	t = t.In(s.loc)
	hour, minute, second := t.Clock()
	clock, next := hour*3600+minute*60+second, daySeconds
	for _, at := range [...]int{s.from, s.to} {
		if at > clock && at < next {
			next = at
		}
	}
	at := t.Truncate(time.Second).Add(time.Duration(next-clock) * time.Second)
	_, before := t.Zone()
	if _, after := at.Zone(); before != after {
		return t.Truncate(time.Minute).Add(time.Minute)
	}
	return at
}
