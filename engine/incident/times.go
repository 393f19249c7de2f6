package incident

import (
	"fmt"
	"strings"
	"time"
)

// Moment names a time that matters of an incident.
type Moment string

// The times that matter.
const (
	ImpactStart Moment = "impact_start" // when the harm began
	Detection   Moment = "detected"     // when somebody or something noticed
	Engagement  Moment = "engaged"      // when somebody took it up
	Mitigation  Moment = "mitigated"    // when the harm was stopped
	Resolution  Moment = "resolved"     // when it was over
)

// Moments are all of them, in the order in which they happen.
var Moments = [...]Moment{ImpactStart, Detection, Engagement, Mitigation, Resolution}

// Time is one of the times that matter.
type Time struct {
	At    time.Time `json:"at"`
	By    string    `json:"by,omitempty"`    // who set it; empty for what the record says
	SetAt time.Time `json:"set_at,omitzero"` // when they did
}

// Time is when a moment was, as somebody set it, or else as the record says; zero when it has not been yet.
func (s *State) Time(m Moment) Time {
	if t, ok := s.Times[m]; ok {
		return t
	}
	return Time{At: s.recorded(m)}
}

// recorded is when a moment was as far as the record knows.
func (s *State) recorded(m Moment) time.Time {
	switch m {
	case ImpactStart:
		return earlier(s.StartedAt, s.Time(Detection).At)
	case Detection:
		return earlier(s.DetectedAt, s.OpenedAt)
	case Engagement:
		return s.EngagedAt
	case Mitigation:
		return earlier(s.MitigatedAt, s.Time(Resolution).At)
	case Resolution:
		return s.ResolvedAt
	}
	return time.Time{}
}

// earlier is the earlier of two times; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// ImpactDuration is how long the harm lasted; until now while it is not mitigated.
func (s *State) ImpactDuration(now time.Time) time.Duration {
	if at := s.Time(Mitigation).At; !at.IsZero() {
		now = at
	}
	return max(0, now.Sub(s.Time(ImpactStart).At))
}

// setTimes sets times that matter all at once, and takes back what was set where the time is zero. It checks
// everything before it changes anything.
func (s *State) setTimes(a Action, env Env) error {
	if len(a.Times) == 0 {
		return &Refused{"Which time? " + momentNames() + "."}
	}
	was := s.Times
	s.Times = make(map[Moment]Time, len(was)+len(a.Times))
	for m, t := range was {
		s.Times[m] = t
	}
	var said []string
	for _, m := range Moments {
		at, ok := a.Times[m]
		switch {
		case !ok:
		case at.IsZero():
			delete(s.Times, m)
			said = append(said, strings.ReplaceAll(string(m), "_", " ")+" as recorded")
		default:
			s.Times[m] = Time{At: at, By: a.By, SetAt: env.Now}
			said = append(said, strings.ReplaceAll(string(m), "_", " ")+" "+stamp(at))
		}
	}
	err := s.checkTimes(a, env)
	if err != nil {
		s.Times = was
		return err
	}
	s.did(a, env, "times", strings.Join(said, "; "))
	return nil
}

func (s *State) checkTimes(a Action, env Env) error {
	for m, at := range a.Times {
		switch {
		case !known(m):
			return &Refused{fmt.Sprintf("%q is not a time of an incident: %s.", m, momentNames())}
		case m == Mitigation && !at.IsZero() && s.Status == Open:
			return &Refused{fmt.Sprintf("%s is open: say that it is mitigated first.", s.Name())}
		case m == Resolution && !at.IsZero() && s.Harmful():
			return &Refused{fmt.Sprintf("%s is %s: say that it is resolved first.", s.Name(), s.Status)}
		}
	}
	var last Moment
	var lastAt time.Time
	for _, m := range Moments {
		at := s.Time(m).At
		switch {
		case at.IsZero():
			continue
		case at.After(env.Now):
			return &Refused{fmt.Sprintf("%s would be at %s, which is still to come.", m, stamp(at))}
		case at.Before(lastAt):
			return &Refused{fmt.Sprintf("%s would be at %s, before %s at %s. Set both, if both are wrong.", m, stamp(at), last, stamp(lastAt))}
		}
		last, lastAt = m, at
	}
	return nil
}

func known(m Moment) bool {
	for _, k := range Moments {
		if k == m {
			return true
		}
	}
	return false
}

func momentNames() string {
	names := make([]string, len(Moments))
	for i, m := range Moments {
		names[i] = string(m)
	}
	return strings.Join(names, ", ")
}

// stamp is a time in UTC, to the second.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// began takes the times of an alert into account.
func (s *State) began(startsAt, createdAt time.Time) {
	s.StartedAt, s.DetectedAt = earlier(s.StartedAt, startsAt), earlier(s.DetectedAt, createdAt)
}

// engaged says that somebody took the incident, or one of its alerts, up.
func (s *State) engaged(by string, at time.Time) {
	if by != "" && !at.IsZero() && (s.EngagedAt.IsZero() || at.Before(s.EngagedAt)) {
		s.EngagedAt, s.EngagedBy = at, by
	}
}
