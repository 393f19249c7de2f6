package schedules

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"
)

func TestAnRRuleSaysWhenTheRotationHandsOver(t *testing.T) {
	t.Parallel()
	three := turns("ethan", "amir", "darren")
	rotation := func(rule string) Spec {
		return Spec{Zone: "America/New_York", Rotations: []RotationSpec{{Starts: "2026-03-04T09:00", RRule: rule, Participants: three}}} // a Wednesday
	}
	// A start that is no occurrence begins the first turn all the same.
	expect(t, build(t, rotation("FREQ=WEEKLY;BYDAY=MO,TH")), map[string][]string{
		"2026-03-04T08:59": nobody,
		"2026-03-04T09:00": ethan,
		"2026-03-05T09:00": amir,
		"2026-03-09T08:59": amir, // across the change of the clock
		"2026-03-09T09:00": darren,
		"2026-03-12T09:00": ethan,
	})
	expect(t, build(t, rotation("rrule:freq=monthly;byday=1mo;byhour=10")), map[string][]string{
		"2026-04-06T09:59": ethan,
		"2026-04-06T10:00": amir,
		"2026-05-04T10:00": darren,
	})
	expect(t, build(t, rotation("FREQ=WEEKLY;COUNT=3")), map[string][]string{
		"2026-03-11T09:00": amir,
		"2026-03-18T09:00": darren,
		"2030-03-18T09:00": darren, // the last turn goes on
	})
	expect(t, build(t, rotation("FREQ=DAILY;UNTIL=20260306")), map[string][]string{
		"2026-03-06T09:00": darren, // the day of UNTIL counts
		"2026-03-09T09:00": darren,
	})
	expect(t, build(t, rotation("FREQ=DAILY;UNTIL=20260306T135959Z")), map[string][]string{
		"2026-03-06T09:00": amir, // 09:00 EST is 14:00Z
	})
}

func TestEveryAndItsRuleAgree(t *testing.T) {
	t.Parallel()
	for every, rule := range map[string]string{
		"1d": "FREQ=DAILY", "3d": "FREQ=DAILY;INTERVAL=3", "2w": "FREQ=WEEKLY;INTERVAL=2", "8h": "FREQ=HOURLY;INTERVAL=8", "1h": "FREQ=HOURLY",
	} {
		base := RotationSpec{Starts: "2026-02-25T01:30", Participants: turns("ethan", "amir", "darren")}
		byEvery, byRule := base, base
		byEvery.Every, byRule.RRule = every, rule
		a := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{byEvery}})
		b := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{byRule}})
		for when := at(t, a, "2026-02-25T00:00"); when.Month() < time.December; when = when.Add(47 * time.Minute) {
			if x, y := fmt.Sprint(a.OnCall(when)), fmt.Sprint(b.OnCall(when)); x != y {
				t.Fatalf("at %v %s has %s and %s has %s", when, every, x, rule, y)
			}
		}
	}
}

// TestARuleAgreesWithListingItFromItsStart holds the closed form and the cached list against the library's own plain
// enumeration of floating times.
func TestARuleAgreesWithListingItFromItsStart(t *testing.T) {
	t.Parallel()
	rules := []string{
		"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=DAILY;INTERVAL=2;BYDAY=MO,WE", "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,TU;WKST=SU",
		"FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=8,20;BYMINUTE=30", "FREQ=HOURLY;INTERVAL=5", "FREQ=HOURLY;INTERVAL=5;BYHOUR=4,9,14",
		"FREQ=HOURLY;INTERVAL=7;BYDAY=SA", "FREQ=MINUTELY;INTERVAL=90;BYHOUR=3,9,12", "FREQ=MONTHLY;BYMONTHDAY=-1,15",
		"FREQ=MONTHLY;BYDAY=-1FR,1MO", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=2SU", "FREQ=DAILY;BYMONTH=3,11", "FREQ=WEEKLY;COUNT=20",
		"FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=-1", "FREQ=YEARLY;BYWEEKNO=10,44;BYDAY=TU", "FREQ=HOURLY;UNTIL=20260401T000000",
	}
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom(rules).Draw(t, "rule")
		anchor := wall(time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC).Unix()) + wall(rapid.IntRange(0, 60*24).Draw(t, "hours"))*hour
		h, err := parseRule(rule, anchor, zone{time.UTC})
		if err != nil {
			t.Skip(err) // BYHOUR out of step with this start
		}
		option, err := rrule.StrToROption(rule)
		if err != nil {
			t.Fatal(err)
		}
		option.Dtstart = floating(anchor)
		plain, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatal(err)
		}
		w := anchor + wall(rapid.IntRange(0, 400*24*60).Draw(t, "minutes"))*minute
		want := int64(0)
		for _, o := range plain.Between(floating(anchor), floating(w), true) {
			if o.After(floating(anchor)) {
				want++
			}
		}
		if got := h.floor(w); got != want {
			t.Fatalf("%s from %v: %d hand-offs until %v, want %d", rule, floating(anchor), got, floating(w), want)
		}
		if from, ok := h.at(want); !ok || from > w {
			t.Fatalf("hand-off %d is at %v, after %v", want, floating(from), floating(w))
		}
		if to, ok := h.at(want + 1); ok && to <= w {
			t.Fatalf("hand-off %d is at %v, not after %v", want+1, floating(to), floating(w))
		}
	})
}

func TestARuleMayBeAskedFromManyGoroutines(t *testing.T) {
	t.Parallel()
	s := build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{{
		Starts: "2016-03-04T09:00", RRule: "FREQ=MONTHLY;BYDAY=1MO", Participants: turns("ethan", "amir", "darren"),
	}}})
	from := at(t, s, "2026-03-02T10:00")
	want := fmt.Sprint(build(t, Spec{Zone: "America/New_York", Rotations: []RotationSpec{{
		Starts: "2016-03-04T09:00", RRule: "FREQ=MONTHLY;BYDAY=1MO", Participants: turns("ethan", "amir", "darren"),
	}}}).OnCall(from))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			s.OnCall(from.AddDate(i-4, 0, 0))
			if got := fmt.Sprint(s.OnCall(from)); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	group.Wait()
}
