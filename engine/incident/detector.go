package incident

import "fmt"

// Detector is who noticed an incident first.
type Detector string

// Who may notice an incident.
const (
	ByMonitoring Detector = "monitoring" // an alert, or a rule
	ByCustomer   Detector = "customer"
	ByStaff      Detector = "staff" // somebody of ours saw it without an alert
)

// Detectors are all of them.
var Detectors = [...]Detector{ByMonitoring, ByCustomer, ByStaff}

// Detector is who noticed the incident first: as somebody said, or else monitoring where a rule opened it or an alert of
// it came before it was opened.
func (s *State) Detector() Detector {
	switch {
	case s.DetectedBy != "":
		return s.DetectedBy
	case s.OpenedBy == "", !s.DetectedAt.IsZero() && !s.DetectedAt.After(s.OpenedAt):
		return ByMonitoring
	}
	return ByStaff
}

func (d Detector) check() error {
	for _, known := range Detectors {
		if d == known || d == "" {
			return nil
		}
	}
	return &Refused{fmt.Sprintf("%q cannot have detected an incident: monitoring, customer or staff.", clip(string(d)))}
}
