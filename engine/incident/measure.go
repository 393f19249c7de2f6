package incident

import "time"

// Measure names how long a part of an incident took.
type Measure string

// What is measured of an incident.
const (
	ToDetect   Measure = "time_to_detect"   // from the impact's start to the detection
	ToEngage   Measure = "time_to_engage"   // from the detection until somebody took it up
	ToMitigate Measure = "time_to_mitigate" // from the impact's start to the mitigation
	ToFix      Measure = "time_to_fix"      // from the impact's start to the resolution
	// ToTell is the communication delay: from the detection to the first status update to any audience.
	ToTell Measure = "communication_delay"
)

// Measures are all of them.
var Measures = [...]Measure{ToDetect, ToEngage, ToMitigate, ToFix, ToTell}

// Took is how long it took, by the times that matter as they are now; false while it is not over. It is never negative.
func (s *State) Took(m Measure) (took time.Duration, over bool) {
	var from, to time.Time
	switch m {
	case ToDetect:
		from, to = s.Time(ImpactStart).At, s.Time(Detection).At
	case ToEngage:
		from, to = s.Time(Detection).At, s.Time(Engagement).At
	case ToMitigate:
		from, to = s.Time(ImpactStart).At, s.Time(Mitigation).At
	case ToFix:
		from, to = s.Time(ImpactStart).At, s.Time(Resolution).At
	case ToTell:
		from = s.Time(Detection).At
		if first := s.FirstUpdate(""); first != nil {
			to = first.At
		}
	}
	return max(0, to.Sub(from)), !to.IsZero()
}
