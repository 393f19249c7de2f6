package schedules

import "time"

// Round returns the first hand-off of a rotation at or after t at which its first participant's turn comes round again: from one
// such hand-off to another, everybody who takes part at t has the same number of turns. It says false where there is no such
// moment: the rotation does not hand over, ends before, or has a calendar.
func (s *Schedule) Round(rotation string, t time.Time) (time.Time, bool) {
	for _, r := range s.rotations {
		if r.name == rotation {
			at, ok := r.round(max(unixOf(t), r.starts))
			return s.zone.time(at), ok && at < r.ends
		}
	}
	return time.Time{}, false
}

func (r *rotation) round(unix int64) (int64, bool) {
	if len(r.epochs) == 0 || r.elapsed == 0 && r.handoffs == nil || unix >= r.ends {
		return 0, false
	}
	e := r.epoch(unix)
	turns := int64(len(e.cycle))
	if turns == 0 {
		return 0, false
	}
	now := r.turn(r.zone.moment(unix))
	for n := now - int64(e.position(now)); ; n += turns {
		at := r.anchor + n*r.elapsed
		if r.elapsed == 0 {
			w, ok := r.handoffs.at(n)
			if !ok {
				return 0, false
			}
			at = r.zone.instant(w)
		}
		if at >= unix {
			return at, true
		}
	}
}
