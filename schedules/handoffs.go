package schedules

import "sort"

// handoffs is the sequence of wall-clock times at which a rotation changes hands. Number 0 is the
// rotation's anchor, where its first turn begins.
type handoffs interface {
	// floor returns the number of the last hand-off at or before w, and 0 before the anchor.
	floor(w wall) int64
	// at returns hand-off n, and false if there are fewer.
	at(n int64) (wall, bool)
}

// pattern repeats the same hand-offs for ever, so any of them is found in closed form however long ago
// the anchor was.
type pattern struct {
	anchor  wall
	period  wall
	offsets []wall // the hand-offs of the first period after the anchor, ascending, in (0, period]
}

func (p pattern) floor(w wall) int64 {
	if w <= p.anchor {
		return 0
	}
	whole, part := (w-p.anchor)/p.period, (w-p.anchor)%p.period
	n := int64(len(p.offsets))
	if n == 1 && p.offsets[0] == p.period {
		return int64(whole)
	}
	done := sort.Search(len(p.offsets), func(i int) bool { return p.offsets[i] > part })
	return int64(whole)*n + int64(done)
}

func (p pattern) at(n int64) (wall, bool) {
	if n == 0 {
		return p.anchor, true
	}
	size := int64(len(p.offsets))
	return p.anchor + wall((n-1)/size)*p.period + p.offsets[(n-1)%size], true
}
