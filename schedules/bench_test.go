package schedules

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

var eight = turns("u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7")

// newYork is loaded once, as a configuration does for all of its schedules.
var newYork = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return loc
})

// benchSpecs are schedules of eight participants, by how they change hands.
func benchSpecs(years int) map[string]Spec {
	starts := fmt.Sprintf("%d-03-02T09:00", 2026-years)
	one := func(r RotationSpec) Spec {
		r.Starts, r.Participants = starts, eight
		return Spec{Location: newYork(), Rotations: []RotationSpec{r}}
	}
	busy := one(RotationSpec{Every: "1d", Restrict: []RestrictionSpec{
		{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "17:00", To: "09:00"}, {Days: []string{"sat", "sun"}},
	}})
	for i := range 50 {
		from := time.Date(2026, 1, 1+7*i, 12, 0, 0, 0, time.UTC)
		busy.Overrides = append(busy.Overrides, OverrideSpec{User: "u3", From: from.Format(layout), To: from.Add(26 * time.Hour).Format(layout)})
	}
	return map[string]Spec{
		"every":                    one(RotationSpec{Every: "1d"}),
		"rrule":                    one(RotationSpec{RRule: "FREQ=WEEKLY;BYDAY=MO,TH"}),
		"rrule-hourly":             one(RotationSpec{RRule: "FREQ=HOURLY;BYHOUR=0,6,12,18;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12"}),
		"rrule-monthly":            one(RotationSpec{RRule: "FREQ=MONTHLY;BYDAY=1MO"}),
		"restricted-50-overrides":  busy,
		"restricted-50-at-the-DST": busy,
		"monthly":                  one(RotationSpec{Every: "1mo"}),
		"skipping":                 one(RotationSpec{Every: "1d", Skip: []string{"sat", "sun"}}),
		"shift":                    one(RotationSpec{Shift: "2 days, 2 nights, 4 off", Night: "19:00", Stagger: 1}),
		"joins":                    one(RotationSpec{Every: "1d", Members: []MemberSpec{{User: "u3", Until: "2026-06-01T00:00"}, {User: "u5", From: "2026-07-01T00:00"}}}),
	}
}

func eachBench(b *testing.B, f func(b *testing.B, spec Spec, when time.Time)) {
	for _, name := range []string{"every", "rrule", "rrule-hourly", "rrule-monthly", "restricted-50-overrides", "restricted-50-at-the-DST", "monthly", "skipping", "shift", "joins"} {
		for _, years := range []int{1, 10} {
			when := time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC)
			if name == "restricted-50-at-the-DST" {
				when = time.Date(2026, 11, 1, 13, 0, 0, 0, time.UTC)
			}
			b.Run(fmt.Sprintf("%s/years=%d", name, years), func(b *testing.B) {
				b.ReportAllocs()
				f(b, benchSpecs(years)[name], when)
			})
		}
	}
}

// BenchmarkOnCall asks a schedule that has been asked before.
func BenchmarkOnCall(b *testing.B) {
	eachBench(b, func(b *testing.B, spec Spec, when time.Time) {
		s := build(b, spec)
		for b.Loop() {
			s.OnCall(when)
		}
	})
}

// BenchmarkNewAndOnCall reads the specification and asks once.
func BenchmarkNewAndOnCall(b *testing.B) {
	eachBench(b, func(b *testing.B, spec Spec, when time.Time) {
		for b.Loop() {
			build(b, spec).OnCall(when)
		}
	})
}

func BenchmarkAt(b *testing.B) {
	eachBench(b, func(b *testing.B, spec Spec, when time.Time) {
		s := build(b, spec)
		for b.Loop() {
			s.At(when)
		}
	})
}

// BenchmarkThousand asks 1,000 busy schedules one after the other who is on call now; one operation is one schedule.
func BenchmarkThousand(b *testing.B) {
	all := make([]*Schedule, 1000)
	for i := range all {
		all[i] = build(b, benchSpecs(1 + i%10)["restricted-50-overrides"])
	}
	when := time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		all[n%len(all)].OnCall(when)
		n++
	}
}

// BenchmarkLayers lays out 365 days with every layer.
func BenchmarkLayers(b *testing.B) {
	s := build(b, benchSpecs(10)["restricted-50-overrides"])
	when := time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		s.Timeline(when, when.AddDate(1, 0, 0))
	}
}

// BenchmarkTimeline draws 365 days.
func BenchmarkTimeline(b *testing.B) {
	eachBench(b, func(b *testing.B, spec Spec, when time.Time) {
		s := build(b, spec)
		for b.Loop() {
			s.Intervals(when, when.AddDate(1, 0, 0))
		}
	})
}
