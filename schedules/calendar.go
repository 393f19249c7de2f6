package schedules

import (
	"fmt"
	"slices"
	"sort"
)

// maxTurns is how many turns a calendar may have.
const maxTurns = 100_000

// cells is who is on call by a calendar: cells[i].on from cells[i].from until the next one begins.
type cells []cell

type cell struct {
	from int64
	on   []entry
}

// index returns which cell unix is in; -1 before the first.
func (c cells) index(unix int64) int {
	return sort.Search(len(c), func(i int) bool { return c[i].from > unix }) - 1
}

func (c cells) at(unix int64) []entry {
	if i := c.index(unix); i >= 0 {
		return c[i].on
	}
	return nil
}

func (c cells) boundaries(dst []int64, lo, hi int64) []int64 {
	for i := max(0, c.index(lo)); i < len(c) && c[i].from < hi; i++ {
		if c[i].from > lo {
			dst = append(dst, c[i].from)
		}
	}
	return dst
}

func (c cells) users() []string {
	var users []string
	for _, cell := range c {
		for _, e := range cell.on {
			users = append(users, e.user)
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}

// parseCalendar lays turns side by side.
func parseCalendar(spec *CalendarSpec, rotation int, report reporter) cells {
	if len(spec.Turns) > maxTurns {
		report("calendar", "%d turns are too many; %d are the most", len(spec.Turns), maxTurns)
		return nil
	}
	type edge struct {
		at    int64
		user  string
		delta int
	}
	var edges []edge
	for i, turn := range spec.Turns {
		from, until := unixOf(turn.From), unixOf(turn.Until)
		path := fmt.Sprintf("calendar.turns[%d]", i)
		switch {
		case turn.User == "" || turn.User == Nobody:
			report(path+".user", "missing; it says who is on call")
		case until <= from:
			report(path+".until", "%v is not after from, %v", turn.Until, turn.From)
		default:
			edges = append(edges, edge{from, turn.User, 1}, edge{until, turn.User, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return int(a.at - b.at) })
	var out cells
	depth := map[string]int{}
	for i, e := range edges {
		if depth[e.user] += e.delta; depth[e.user] == 0 {
			delete(depth, e.user)
		}
		if i+1 < len(edges) && edges[i+1].at == e.at {
			continue
		}
		var on []entry
		for user := range depth {
			on = append(on, entry{user: user, rotation: rotation})
		}
		on = together(on)
		if len(out) > 0 && slices.Equal(out[len(out)-1].on, on) {
			continue
		}
		out = append(out, cell{e.at, on})
	}
	return out
}

// open says that a rotation is a calendar: whoever is not in it now may be in it tomorrow.
func (s *Schedule) open() bool {
	return slices.ContainsFunc(s.rotations, func(r *rotation) bool { return r.imported })
}
