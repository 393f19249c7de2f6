package schedules

import (
	"errors"
	"slices"
	"sort"
	"sync"

	"github.com/teambition/rrule-go"
)

// maxListed is how long after its anchor a listed rule still hands over: a hundred years.
const maxListed = 36525 * day

// listing is the hand-offs of a rule that has no short period (by months, by days of a month or a year, with
// COUNT or UNTIL). Each is computed once, in order, when first asked for; that they number at most one an hour
// bounds what this costs. After the last of them its turn goes on for ever.
type listing struct {
	anchor wall

	mu    sync.Mutex // guards what follows
	walls []wall
	next  func() (wall, bool)
	ended bool
}

func newListing(rule *rrule.RRule, anchor wall) (handoffs, error) {
	l := &listing{anchor: anchor, next: occurrences(rule, anchor)}
	for len(l.walls) < probe && !l.ended {
		l.extend()
	}
	if len(l.walls) == 0 {
		return nil, errNeverFires
	}
	if err := checkSpacing(l.walls); err != nil {
		return nil, err
	}
	if n := len(l.walls); !l.ended && l.walls[n-1]-l.walls[0] < wall(n-1)*hour {
		return nil, errors.New("hands over more than once an hour, which works only for rules without COUNT, UNTIL, BYSETPOS, BYMONTH, BYMONTHDAY, BYYEARDAY and BYWEEKNO; use ends, or a rule that fires less often")
	}
	l.walls = slices.Clip(l.walls)
	return l, nil
}

// extend lists one more hand-off. The caller holds mu or is alone.
func (l *listing) extend() {
	w, ok := l.next()
	if !ok || w > l.anchor+maxListed {
		l.ended = true
		return
	}
	l.walls = append(l.walls, w)
}

func (l *listing) floor(w wall) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.ended && l.walls[len(l.walls)-1] <= w {
		l.extend()
	}
	return int64(sort.Search(len(l.walls), func(i int) bool { return l.walls[i] > w }))
}

func (l *listing) at(n int64) (wall, bool) {
	if n == 0 {
		return l.anchor, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.ended && int64(len(l.walls)) < n {
		l.extend()
	}
	if n > int64(len(l.walls)) {
		return 0, false
	}
	return l.walls[n-1], true
}
