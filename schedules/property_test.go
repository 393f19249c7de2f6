package schedules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

const layout = "2006-01-02T15:04"

// nights are changes of the clock, in UTC, around which the generated schedules live.
var nights = map[string]string{
	"America/New_York": "2026-03-08T07:00", "Europe/Berlin": "2026-10-25T01:00", "Australia/Lord_Howe": "2026-10-03T15:30",
	"America/Santiago": "2026-09-06T04:00", "Asia/Beirut": "2026-03-28T22:00", "Pacific/Apia": "2011-12-30T10:00",
	"Antarctica/Troll": "2026-03-29T01:00", "Africa/Casablanca": "2026-02-15T02:00", "UTC": "2026-03-01T00:00",
}

var people = []string{"ethan", "amir", "darren", "jason"}

// near draws a wall-clock time within so many days of the night, often close to it.
func near(t *rapid.T, night time.Time, days int, label string) time.Time {
	if rapid.Bool().Draw(t, label+" close") {
		days = 1
	}
	return night.Add(time.Duration(rapid.IntRange(-days*24*4, days*24*4).Draw(t, label)) * 15 * time.Minute)
}

func drawSpec(t *rapid.T) (Spec, time.Time) {
	zone := rapid.SampledFrom([]string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut", "Pacific/Apia", "Antarctica/Troll", "Africa/Casablanca", "UTC"}).Draw(t, "zone")
	night, err := time.Parse(layout, nights[zone])
	if err != nil {
		t.Fatal(err)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	_, offset := night.In(loc).Zone()
	local := night.Add(time.Duration(offset) * time.Second)
	spec := Spec{Zone: zone, Combine: rapid.SampledFrom([]string{"", Union, Layers}).Draw(t, "combine")}
	for i := range rapid.IntRange(1, 3).Draw(t, "rotations") {
		spec.Rotations = append(spec.Rotations, drawRotation(t, i, local))
	}
	for range rapid.IntRange(0, 4).Draw(t, "overrides") {
		spec.Overrides = append(spec.Overrides, drawOverride(t, spec, local))
	}
	return spec, night.In(loc)
}

func drawRotation(t *rapid.T, i int, local time.Time) RotationSpec {
	r := RotationSpec{
		Name:   fmt.Sprint("r", i),
		Starts: near(t, local, 20, "starts").Format(layout),
		Every:  rapid.SampledFrom([]string{"1h", "2h", "3h", "5h", "12h", "24h", "36h", "1d", "2d", "1w"}).Draw(t, "every"),
	}
	for range rapid.IntRange(1, 4).Draw(t, "turns") {
		turn := rapid.SliceOfNDistinct(rapid.SampledFrom(people), 0, 2, rapid.ID[string]).Draw(t, "turn")
		if len(turn) == 0 {
			turn = []string{Nobody}
		}
		r.Participants = append(r.Participants, turn)
	}
	r.Participants = append(r.Participants, []string{"ethan"})
	switch rapid.IntRange(0, 5).Draw(t, "way") {
	case 0:
		r.Every = rapid.SampledFrom([]string{"1mo", "2mo"}).Draw(t, "months")
		r.Starts = near(t, local.AddDate(0, -3, 0), 20, "starts months ago").Format(layout)
	case 1:
		r.Every = rapid.SampledFrom([]string{"1h", "6h", "12h", "24h", "1d", "2d", "3d", "5d", "7d", "1w"}).Draw(t, "every day that counts")
		r.Skip = rapid.SliceOfNDistinct(rapid.SampledFrom(weekdays[:]), 1, 3, rapid.ID[string]).Draw(t, "skip")
	case 2:
		r.Every, r.Night = "", rapid.SampledFrom([]string{"19:00", "00:30", "02:15"}).Draw(t, "night")
		r.Shift = rapid.SampledFrom([]string{"2 days 2 nights 4 off", "2 on 4 off", "1 on 1 off 1 nights", "3 days 1 off"}).Draw(t, "shift")
		r.Stagger = rapid.IntRange(1, 3).Draw(t, "stagger")
		r.Participants = slices.DeleteFunc(r.Participants, func(turn []string) bool { return turn[0] == Nobody })
		if r.Starts[11:] == r.Night {
			r.Starts = r.Starts[:11] + "09:45"
		}
	}
	r.StartAt = rapid.IntRange(0, len(r.Participants)-1).Draw(t, "start at")
	var listed []string
	for _, turn := range r.Participants {
		listed = append(listed, turn...)
	}
	listed = slices.DeleteFunc(listed, func(user string) bool { return user == Nobody })
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		m := MemberSpec{User: rapid.SampledFrom(listed).Draw(t, "member")}
		from := near(t, local, 20, "joins")
		if rapid.Bool().Draw(t, "joins later") {
			m.From = from.Format(layout)
		}
		if rapid.Bool().Draw(t, "leaves") {
			m.Until = from.AddDate(0, 0, rapid.IntRange(2, 20).Draw(t, "takes part")).Format(layout)
		}
		r.Members = append(r.Members, m)
	}
	if rapid.Bool().Draw(t, "ends") {
		r.Ends = local.AddDate(0, 0, rapid.IntRange(21, 40).Draw(t, "end")).Format(layout)
	}
	clock := rapid.Map(rapid.IntRange(0, 95), func(q int) string { return fmt.Sprintf("%02d:%02d", q/4, q%4*15) })
	for range rapid.IntRange(0, 3).Draw(t, "restrictions") {
		restriction := RestrictionSpec{Days: rapid.SliceOfDistinct(rapid.SampledFrom(weekdays[:]), rapid.ID[string]).Draw(t, "days")}
		if from, to := clock.Draw(t, "from"), clock.Draw(t, "to"); from != to {
			restriction.From, restriction.To = from, to
		}
		r.Restrict = append(r.Restrict, restriction)
	}
	return r
}

func drawOverride(t *rapid.T, spec Spec, local time.Time) OverrideSpec {
	from := near(t, local, 10, "override")
	o := OverrideSpec{
		User: rapid.SampledFrom([]string{"ethan", "amir", "darren", "jason", Nobody}).Draw(t, "user"),
		From: from.Format(layout),
		// At least two days, so that no clock change makes it end before it begins.
		To: from.AddDate(0, 0, rapid.IntRange(2, 6).Draw(t, "days")).Format(layout),
	}
	if rapid.Bool().Draw(t, "replaces one") && o.User != "ethan" {
		o.Replace = "ethan"
	}
	if rapid.Bool().Draw(t, "in one rotation") {
		o.Rotation = rapid.SampledFrom(spec.Rotations).Draw(t, "rotation").Name
	}
	return o
}

// drawn is a schedule of a drawn spec, and instants worth asking about.
func drawn(t *rapid.T) (spec Spec, s *Schedule, from, to time.Time, instants []time.Time) {
	spec, night := drawSpec(t)
	s, problems := New(spec)
	if len(problems) > 0 {
		t.Fatalf("%+v: %v", spec, problems)
	}
	from, to = night.AddDate(0, 0, -12), night.AddDate(0, 0, 12)
	for _, i := range s.Intervals(from, to) {
		instants = append(instants, i.From, i.To.Add(-time.Nanosecond))
	}
	for range 8 {
		instants = append(instants, night.Add(time.Duration(rapid.IntRange(-180, 180).Draw(t, "minute"))*time.Minute))
		instants = append(instants, near(t, night, 12, "instant").Add(time.Duration(rapid.IntRange(0, 899).Draw(t, "s"))*time.Second))
	}
	instants = slices.DeleteFunc(instants, func(i time.Time) bool { return i.Before(from) || !i.Before(to) })
	return spec, s, from, to, instants
}

func usersOf(shifts []Shift) []string {
	var names []string
	for _, s := range shifts {
		names = append(names, s.User)
	}
	return names
}

func TestIntervalsPartitionTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, s, from, to, _ := drawn(t)
		intervals := s.Intervals(from, to)
		at := from
		for n, i := range intervals {
			if !i.From.Equal(at) || !i.From.Before(i.To) {
				t.Fatalf("interval %d is %v to %v, after %v", n, i.From, i.To, at)
			}
			for j, shift := range i.Shifts {
				if shift.From.After(i.From) || shift.Until.Before(i.To) {
					t.Fatalf("interval %v to %v has a shift from %v until %v", i.From, i.To, shift.From, shift.Until)
				}
				if j > 0 && shift.User <= i.Shifts[j-1].User {
					t.Fatalf("shifts out of order or twice: %v", i.Shifts)
				}
			}
			at = i.To
		}
		if !at.Equal(to) {
			t.Fatalf("the last interval ends at %v, not at %v", at, to)
		}
	})
}

func TestAtAgreesWithIntervalsAndWithAnOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec, s, from, to, instants := drawn(t)
		truth := newOracle(spec)
		intervals := s.Intervals(from, to)
		for _, when := range instants {
			want := truth.onCall(when)
			if diff := cmp.Diff(want, s.OnCall(when)); diff != "" {
				t.Fatalf("on call at %v (-oracle +got):\n%s%+v", when, diff, spec)
			}
			n := slices.IndexFunc(intervals, func(i Interval) bool { return i.To.After(when) })
			drawnThere := intervals[n]
			if diff := cmp.Diff(want, usersOf(drawnThere.Shifts)); diff != "" {
				t.Fatalf("interval at %v (-oracle +got):\n%s", when, diff)
			}
			for j, shift := range s.At(when) {
				other := drawnThere.Shifts[j]
				shift.From, shift.Until = clip(shift.From, from, to, from), clip(shift.Until, from, to, to)
				if diff := cmp.Diff(other, shift); diff != "" {
					t.Fatalf("shift at %v (-interval +at):\n%s", when, diff)
				}
			}
			if change := s.NextChange(when); drawnThere.To.Before(to) && !change.Equal(drawnThere.To) {
				t.Fatalf("at %v the next change is %v, the interval ends at %v", when, change, drawnThere.To)
			}
			for _, user := range append(s.Next(when), s.Previous(when)...) {
				if slices.Contains(want, user) {
					t.Fatalf("%s is on call at %v and comes next or before", user, when)
				}
			}
		}
	})
}

func TestTheLayersOfATimelineAgreeWithAnOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec, s, from, to, instants := drawn(t)
		tl := s.Timeline(from, to)
		plain := spec
		plain.Overrides = nil
		base := newOracle(plain)
		if diff := cmp.Diff(s.Intervals(from, to), tl.Final); diff != "" {
			t.Fatalf("final (-intervals +timeline):\n%s", diff)
		}
		at := func(intervals []Interval, when time.Time) []string {
			n := slices.IndexFunc(intervals, func(i Interval) bool { return i.To.After(when) })
			return usersOf(intervals[n].Shifts)
		}
		for _, when := range instants {
			if diff := cmp.Diff(base.onCall(when), at(tl.Base, when)); diff != "" {
				t.Fatalf("base at %v (-oracle +got):\n%s%+v", when, diff, spec)
			}
			for n, r := range spec.Rotations {
				want := base.rotation(r, when)
				slices.Sort(want)
				if diff := cmp.Diff(slices.Compact(want), at(tl.Rotations[n].Intervals, when), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%s at %v (-oracle +got):\n%s%+v", r.Name, when, diff, spec)
				}
			}
		}
	})
}

// TestHandOffsKeepTheirTimeOfDayInEveryZone follows a daily rotation for a year in every zone there is.
func TestHandOffsKeepTheirTimeOfDayInEveryZone(t *testing.T) {
	t.Parallel()
	for _, name := range strings.Fields(zoneNames) {
		s := build(t, Spec{Zone: name, Rotations: []RotationSpec{
			{Starts: "2025-12-31T09:00", Every: "1d", Participants: turns("ethan", "amir", "darren", "jason")},
		}})
		handoffs := s.Handoffs(at(t, s, "2025-12-31T09:00"), at(t, s, "2026-12-31T09:00"))
		if len(handoffs) != 365 {
			t.Errorf("%s: %d hand-offs in a year", name, len(handoffs))
		}
		for i, h := range handoffs {
			if want := fmt.Sprintf("%s 09:00:00", time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)); h.At.Format(time.DateTime) != want || len(h.On) != 1 {
				t.Errorf("%s: hand-off %d is at %v, want %s", name, i, h.At, want)
			}
		}
	}
}

func clip(t, from, to, zero time.Time) time.Time {
	switch {
	case t.IsZero():
		return zero
	case t.Before(from):
		return from
	case t.After(to):
		return to
	}
	return t
}

func TestAnOverrideChangesOnlyItsInterval(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		spec, s, _, _, instants := drawn(t)
		local := instants[0].In(time.UTC)
		o := drawOverride(t, spec, local)
		spec.Overrides = append(slices.Clone(spec.Overrides), o)
		with, problems := New(spec)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		begin, err := ParseTime(o.From, s.Location())
		if err != nil {
			t.Fatal(err)
		}
		end, err := ParseTime(o.To, s.Location())
		if err != nil {
			t.Fatal(err)
		}
		for _, when := range append(instants, begin.Add(-time.Nanosecond), begin, end.Add(-time.Nanosecond), end) {
			got, before := with.OnCall(when), s.OnCall(when)
			inside := !when.Before(begin) && when.Before(end)
			switch {
			case !inside && !slices.Equal(got, before):
				t.Fatalf("%+v changes %v to %v at %v", o, before, got, when)
			case inside && o.Replace == "" && o.Rotation == "" && o.User != Nobody && !slices.Equal(got, []string{o.User}):
				t.Fatalf("%+v leaves %v at %v", o, got, when)
			}
		}
	})
}

// TestWallClockTimesHoldInEveryZone looks at every quarter of an hour of the days around each clock change of a year, and
// tries every offset that there is.
func TestWallClockTimesHoldInEveryZone(t *testing.T) {
	t.Parallel()
	zones := strings.Fields(zoneNames)
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		z := zone{loc}
		shows := func(unix int64, w wall) bool { return unix+z.offset(unix) == int64(w) }
		const quarter = 15 * minute
		first := wall(time.Date(rapid.IntRange(1973, 2060).Draw(t, "year"), 1, 1, 0, 0, 0, 0, time.UTC).Unix())
		for d := first; d < first+366*day; d += day {
			before := z.offset(int64(d - day))
			if before == z.offset(int64(d+day)) {
				continue
			}
			for w := d - day; w < d+2*day; w += quarter {
				want := int64(0)
				for offset := 15 * hour; offset >= -15*hour && want == 0; offset -= quarter {
					if shows(int64(w-offset), w) {
						want = int64(w - offset)
					}
				}
				if want == 0 {
					want = int64(w) - before
				}
				if got := z.instant(w); got != want {
					t.Fatalf("%v in %v is %v, want %v", floating(w), loc, z.time(got), z.time(want))
				}
			}
		}
	})
}
