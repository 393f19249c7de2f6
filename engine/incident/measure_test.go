package incident

import (
	"errors"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

func TestWhatAnIncidentTookCountsFromTheImpactAndFromTheDetection(t *testing.T) {
	t.Parallel()
	ten := time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)
	s := &State{OpenedAt: ten.Add(5 * time.Minute), StartedAt: ten, DetectedAt: ten.Add(2 * time.Minute)}
	check := func(m Measure, want time.Duration, over bool) {
		t.Helper()
		if got, is := s.Took(m); is != over || over && got != want {
			t.Errorf("%s is %s, over %t; want %s, over %t", m, got, is, want, over)
		}
	}
	check(ToDetect, 2*time.Minute, true)
	check(ToEngage, 0, false)
	check(ToMitigate, 0, false)
	s.EngagedAt, s.ResolvedAt = ten.Add(7*time.Minute), ten.Add(time.Hour)
	check(ToEngage, 5*time.Minute, true)
	check(ToMitigate, time.Hour, true) // it was over without a mitigation before
	check(ToFix, time.Hour, true)
	s.Times = map[Moment]Time{ImpactStart: {At: ten.Add(-time.Hour)}, Mitigation: {At: ten.Add(30 * time.Minute)}}
	check(ToDetect, 62*time.Minute, true)
	check(ToMitigate, 90*time.Minute, true)
	check(ToFix, 2*time.Hour, true)
	check(ToTell, 0, false)
	s.Updates = []StatusUpdate{{At: ten.Add(9 * time.Minute)}, {At: ten.Add(time.Hour)}}
	check(ToTell, 7*time.Minute, true)
	s.Times[Detection] = Time{At: ten.Add(20 * time.Minute)} // an audience was told before that
	check(ToTell, 0, true)
}

func TestWhoDetectedAnIncident(t *testing.T) {
	t.Parallel()
	ten := time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		is   State
		want Detector
	}{
		"a rule opened it":              {State{OpenedAt: ten}, ByMonitoring},
		"from an alert":                 {State{OpenedAt: ten, OpenedBy: "amir", DetectedAt: ten.Add(-time.Minute)}, ByMonitoring},
		"the alerts came after":         {State{OpenedAt: ten, OpenedBy: "amir", DetectedAt: ten.Add(time.Minute)}, ByStaff},
		"by hand":                       {State{OpenedAt: ten, OpenedBy: "amir"}, ByStaff},
		"somebody said a customer":      {State{OpenedAt: ten, DetectedBy: ByCustomer}, ByCustomer},
		"somebody said it was an alert": {State{OpenedAt: ten, OpenedBy: "amir", DetectedBy: ByMonitoring}, ByMonitoring},
	} {
		if got := c.is.Detector(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	env := Env{Now: ten, Dir: &directory.Directory{}}
	s := &State{OpenedAt: ten}
	if _, err := Apply(s, Action{Do: Update, By: "amir", Edit: Edit{DetectedBy: ByCustomer}}, env); err != nil {
		t.Fatal(err)
	}
	if last := s.Timeline[len(s.Timeline)-1]; s.Detector() != ByCustomer || last.Text != "detected by customer" || last.By != "amir" {
		t.Errorf("%s: %+v", s.Detector(), last)
	}
	_, err := Apply(s, Action{Do: Update, By: "amir", Edit: Edit{DetectedBy: "twitter"}}, env)
	if refused := (*Refused)(nil); !errors.As(err, &refused) || s.Detector() != ByCustomer {
		t.Error(err, s.Detector())
	}
}
