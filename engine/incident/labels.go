package incident

import (
	"maps"
	"slices"
)

const (
	maxLabels = 60  // that an incident keeps of its alerts
	maxLabel  = 200 // bytes of NAME=VALUE; what is longer is no label to compare incidents by
)

// label keeps labels of an alert, so that the incident can be compared with others when the alert is gone. Those of
// the first alerts stay.
func (s *State) label(labels map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		text := name + "=" + labels[name]
		if len(s.Labels) < maxLabels && len(text) <= maxLabel && !slices.Contains(s.Labels, text) {
			s.Labels = append(s.Labels, text)
		}
	}
}
