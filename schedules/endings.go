package schedules

import (
	"cmp"
	"slices"
	"time"
)

// Why a rotation comes to its end, in Ending.
const (
	Ends       = "ends"         // Ends of the rotation
	NoMembers  = "no members"   // nobody takes part from then on, until somebody joins
	LastTurn   = "last turn"    // its rule hands over for the last time, and that turn goes on
	LastInList = "calendar end" // its calendar has no turn from then on
)

// Ending is an instant from which on a rotation no longer turns.
type Ending struct {
	Rotation string
	At       time.Time
	Why      string
}

// Endings returns how rotations come to an end after from and not after to, in order of time.
func (s *Schedule) Endings(from, to time.Time) []Ending {
	lo, hi := unixOf(from), unixOf(to)
	var out []Ending
	for _, r := range s.rotations {
		add := func(at int64, why string) {
			if lo < at && at <= hi {
				out = append(out, Ending{r.name, s.zone.time(at), why})
			}
		}
		if r.ends != never {
			add(r.ends, Ends)
		}
		for i, e := range r.epochs {
			if i > 0 && !e.anybody() && r.epochs[i-1].anybody() && e.from < r.ends {
				add(e.from, NoMembers)
			}
		}
		if n := len(r.calendar); n > 0 && r.calendar[n-1].from < r.ends {
			add(r.calendar[n-1].from, LastInList)
		}
		if at, ok := r.lastHandoff(hi); ok && at < r.ends {
			add(at, LastTurn)
		}
	}
	slices.SortStableFunc(out, func(a, b Ending) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Rotation, b.Rotation)) })
	return out
}

// anybody says whether anybody takes part.
func (e epoch) anybody() bool {
	return slices.ContainsFunc(e.cycle, func(turn []entry) bool { return len(turn) > 0 })
}

// lastHandoff returns the last hand-off, if the rotation's rule has one and it is at or before hi.
func (r *rotation) lastHandoff(hi int64) (int64, bool) {
	if r.handoffs == nil {
		return 0, false
	}
	n := r.handoffs.floor(wall(hi) + span)
	if _, more := r.handoffs.at(n + 1); more {
		return 0, false
	}
	w, _ := r.handoffs.at(n)
	return r.zone.instant(w), true
}
