package schedules

import "slices"

// epoch is a time in which the same people take turns in the same order.
type epoch struct {
	from  int64     // Unix second
	turn  int64     // the number of the turn then
	cycle [][]entry // who has that turn, the following one, and so on, and round again; empty: nobody takes part
}

// with returns who has turn n.
func (e epoch) with(n int64) []entry {
	if len(e.cycle) == 0 {
		return nil
	}
	return e.cycle[e.position(n)]
}

func (e epoch) position(n int64) int { return int(max(0, n-e.turn) % int64(len(e.cycle))) }

// period is when somebody takes part.
type period struct{ from, until int64 }

// membership is when each participant takes part; those who are not in it always do.
type membership map[string][]period

func (m membership) present(user string, unix int64) bool {
	periods, ok := m[user]
	return !ok || slices.ContainsFunc(periods, func(p period) bool { return p.from <= unix && unix < p.until })
}

// attending returns those of a turn who take part, and whether the turn takes place at all.
func (m membership) attending(turn []entry, unix int64) ([]entry, bool) {
	if len(turn) == 0 {
		return nil, true // a deliberate gap
	}
	if len(m) == 0 {
		return turn, true
	}
	turn = slices.DeleteFunc(slices.Clone(turn), func(e entry) bool { return !m.present(e.user, unix) })
	return turn, len(turn) > 0
}

// dates returns when membership changes between from and until.
func (m membership) dates(from, until int64) []int64 {
	var dates []int64
	for _, periods := range m {
		for _, p := range periods {
			dates = append(dates, p.from, p.until)
		}
	}
	dates = slices.DeleteFunc(dates, func(d int64) bool { return d <= from || d >= until })
	slices.Sort(dates)
	return slices.Compact(dates)
}

// epochsOf follows the turns of a rotation, the first of which is turns[startAt], through joins and leaves. The rotation's
// hand-offs are set already.
func (r *rotation) epochsOf(turns [][]entry, startAt int, members membership) []epoch {
	holder := startAt // whose turn it is: a position in turns
	next := func(i int, unix int64) int {
		for range turns {
			if _, ok := members.attending(turns[i], unix); ok {
				return i
			}
			i = (i + 1) % len(turns)
		}
		return i
	}
	var epochs []epoch
	var order []int // the positions of the last epoch's cycle
	add := func(from, at, turn int64) {
		holder = next(holder, at)
		e := epoch{from: from, turn: turn}
		order = order[:0]
		for i := range turns {
			position := (holder + i) % len(turns)
			if now, ok := members.attending(turns[position], at); ok {
				e.cycle, order = append(e.cycle, now), append(order, position)
			}
		}
		epochs = append(epochs, e)
	}
	add(always, r.starts, 0)
	for _, at := range members.dates(r.starts, r.ends) {
		turn, before := r.turn(r.zone.moment(at)), r.turn(r.zone.moment(at-1))
		if last := epochs[len(epochs)-1]; len(last.cycle) > 0 {
			holder = order[last.position(before)]
			for range turn - before { // more than one where the clock skips a whole turn
				holder = next((holder+1)%len(turns), at)
			}
		}
		add(at, at, turn)
	}
	return epochs
}

// filtered is epochsOf for shift patterns: those who are absent are left out, and nothing else moves.
func (r *rotation) filtered(cycle [][]entry, members membership) []epoch {
	var epochs []epoch
	for i, at := range append([]int64{r.starts}, members.dates(r.starts, r.ends)...) {
		e := epoch{from: at, cycle: make([][]entry, len(cycle))}
		if i == 0 {
			e.from = always
		}
		for n, turn := range cycle {
			e.cycle[n], _ = members.attending(turn, at)
		}
		epochs = append(epochs, e)
	}
	return epochs
}
