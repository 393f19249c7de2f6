package incident

import (
	"cmp"
	"slices"
	"time"
)

// Line is one line of what happened, from the incident itself or from one of its alerts.
type Line struct {
	At    time.Time
	Kind  string
	By    string
	Via   string
	Text  string
	Alert uint64 // the number of the alert that tells it; 0 for the incident itself

	LoggedAt time.Time // when it was written down, where that was later
	LoggedBy string
	Link     string
}

// Lines are those of the timeline.
func (s *State) Lines() []Line {
	out := make([]Line, len(s.Timeline))
	for i, e := range s.Timeline {
		out[i] = Line{At: e.At, Kind: e.Kind, By: e.By, Via: e.Via, Text: e.Text, LoggedAt: e.LoggedAt, LoggedBy: e.LoggedBy, Link: e.Link}
	}
	return out
}

// maxLines is how many lines are told at once: the first ones and the latest.
const maxLines = 5000

// Merge puts lines in their order; of one moment, those of the incident come first. It says how many it left out in the
// middle.
func Merge(lines []Line) (kept []Line, left int) {
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Alert, b.Alert)) })
	if left = len(lines) - maxLines; left > 0 {
		return slices.Delete(lines, maxLines/2, maxLines/2+left), left
	}
	return lines, 0
}
