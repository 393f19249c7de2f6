package schedules

import (
	"fmt"
	"slices"
	"time"
)

// Swap is a trade of on-call time: To takes Give from From and, unless it is a gift, From takes Take from To.
type Swap struct {
	ID       string
	From, To string
	Give     Piece
	Take     *Piece
	Reason   string
}

// Piece is some time of somebody's, in one rotation or, where Rotation is empty, in all.
type Piece struct {
	Rotation    string
	From, Until time.Time // Until excluded
}

// Swap returns the overrides that carry out a swap, to be added together or not at all, or what is in the way: somebody not
// on call for all of their piece, already on call in the other's, or away then; or a piece that has begun by now. Ask
// again when the swap is accepted, for the schedule may have changed.
func (s *Schedule) Swap(swap Swap, now time.Time, away []Away) ([]OverrideSpec, []Problem) {
	v := &swapCheck{schedule: s, swap: swap, now: now, away: away}
	if swap.From == "" || swap.To == "" || swap.From == swap.To {
		v.report("to", "a swap is between two people, not %q and %q", swap.From, swap.To)
		return nil, v.problems
	}
	if swap.From == Nobody || swap.To == Nobody {
		v.report("to", "%s cannot swap; take people off call with an override", Nobody)
		return nil, v.problems
	}
	v.piece("give", swap.Give, swap.From, swap.To)
	if swap.Take != nil {
		v.piece("take", *swap.Take, swap.To, swap.From)
		if overlap(swap.Give.From, swap.Give.Until, swap.Take.From, swap.Take.Until) {
			v.report("take", "overlaps give; swap times that are apart")
		}
	}
	if len(v.problems) > 0 {
		return nil, v.problems
	}
	return v.overrides, nil
}

type swapCheck struct {
	schedule  *Schedule
	swap      Swap
	now       time.Time
	away      []Away
	overrides []OverrideSpec
	problems  []Problem
}

func (v *swapCheck) report(path, format string, args ...any) {
	v.problems = append(v.problems, Problem{path, fmt.Sprintf(format, args...)})
}

// piece checks that taker can take p from giver.
func (v *swapCheck) piece(path string, p Piece, giver, taker string) {
	z := v.schedule.zone
	p.From, p.Until = z.time(unixOf(p.From)), z.time(unixOf(p.Until))
	if !p.From.Before(p.Until) {
		v.report(path+".until", "%s is not after from, %s", p.Until.Format(time.RFC3339), p.From.Format(time.RFC3339))
		return
	}
	if p.Rotation != "" && !slices.Contains(v.schedule.Rotations(), p.Rotation) {
		v.report(path+".rotation", "no rotation is named %q", p.Rotation)
		return
	}
	if p.From.Before(v.now) {
		v.report(path+".from", "%s has passed; swap what has not begun", p.From.Format(time.RFC3339))
	}
	for _, i := range v.schedule.cellsIn(p) {
		if !slices.Contains(i.giving, giver) {
			v.report(path, "%s is not on call there at %s", giver, i.at.Format(time.RFC3339))
			break
		}
	}
	for _, i := range v.schedule.Intervals(p.From, p.Until) {
		if slices.ContainsFunc(i.Shifts, func(s Shift) bool { return s.User == taker }) {
			v.report(path, "%s is on call already at %s", taker, i.From.Format(time.RFC3339))
			break
		}
	}
	for _, a := range v.away {
		if a.User == taker && overlap(a.From, a.Until, p.From, p.Until) {
			v.report(path, "%s is away from %s", taker, a.From.In(z.Location).Format(time.RFC3339))
			break
		}
	}
	v.overrides = append(v.overrides, OverrideSpec{
		ID: v.swap.ID + "/" + path, User: taker, Replace: giver, Rotation: p.Rotation, Reason: v.swap.Reason, By: v.swap.From,
		From: p.From.Format(time.RFC3339), To: p.Until.Format(time.RFC3339),
	})
}

// given is who is on call from an instant on in the rotations of a piece.
type given struct {
	at     time.Time
	giving []string
}

// cellsIn returns who is on call during a piece in its rotation, or in any.
func (s *Schedule) cellsIn(p Piece) []given {
	lo, hi := unixOf(p.From), unixOf(p.Until)
	view := s.during(lo, hi)
	var out []given
	for _, at := range append([]int64{lo}, view.changes(lo, hi)...) {
		g := given{at: s.zone.time(at)}
		for i, cell := range view.cells(nil, s.zone.moment(at)) {
			if p.Rotation == "" || s.rotations[i].name == p.Rotation {
				for _, e := range cell {
					g.giving = append(g.giving, e.user)
				}
			}
		}
		out = append(out, g)
	}
	return out
}
