package handoff_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/schedules"
)

var everybody = []string{"amir", "darren", "ethan", "jason"}

// anySchedule is of one or two rotations, in zones whose clocks change, by day or at midnight.
func anySchedule(t *rapid.T) schedules.Spec {
	spec := schedules.Spec{Combine: rapid.SampledFrom([]string{"union", "layers"}).Draw(t, "combine"),
		Zone: rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"}).Draw(t, "zone")}
	for i := range rapid.IntRange(1, 2).Draw(t, "rotations") {
		r := schedules.RotationSpec{
			Starts: rapid.SampledFrom([]string{"2026-03-01T09:00", "2026-03-20T00:00", "2026-03-27T02:30"}).Draw(t, "starts"),
			Every:  rapid.SampledFrom([]string{"1h", "5h", "12h", "1d", "1w"}).Draw(t, "every"),
		}
		for turn := range rapid.IntRange(1, 4).Draw(t, "turns") {
			group := rapid.SliceOfNDistinct(rapid.SampledFrom(everybody), 1, 2, rapid.ID[string]).Draw(t, "group")
			if turn > 0 && rapid.IntRange(0, 3).Draw(t, "nobody") == 0 {
				group = []string{schedules.Nobody}
			}
			r.Participants = append(r.Participants, group)
		}
		if i == 1 || rapid.Bool().Draw(t, "restricted") {
			r.Restrict = []schedules.RestrictionSpec{{From: "08:00", To: rapid.SampledFrom([]string{"02:30", "17:00"}).Draw(t, "to")}}
		}
		spec.Rotations = append(spec.Rotations, r)
	}
	return spec
}

// knows is what everybody knows from their mail, which must alternate for each of them.
func (w *watch) knows() (on []string) {
	w.Helper()
	last := map[string]bool{}
	for _, m := range w.mail {
		if was, told := last[m.user]; m.on == was && (told || !m.on) {
			w.Fatalf("%s is told the same twice, or off without on, at %v", m.user, m.at)
		}
		last[m.user] = m.on
	}
	for _, user := range slices.Sorted(maps.Keys(last)) {
		if last[user] {
			on = append(on, user)
		}
	}
	return on
}

// full reports whether a person has had as many notices in the last hour as they can.
func (w *watch) full(user string) bool {
	n := 0
	for _, m := range w.mail {
		if m.user == user && w.now.Sub(m.at) < time.Hour {
			n++
		}
	}
	return n >= 6
}

// agree holds what everybody knows against who is on call, or will be within the lead.
func (w *watch) agree(lead time.Duration) {
	w.Helper()
	s := w.dir.Schedules["primary"]
	knows, on := w.knows(), s.OnCall(w.now)
	for _, user := range on {
		if !slices.Contains(knows, user) && !w.full(user) {
			w.Fatalf("at %v %s is on call and was not told", w.now, user)
		}
	}
	for _, user := range knows {
		if next, ok := s.NextShift(user, w.now); !slices.Contains(on, user) && !w.full(user) && !(ok && lead > 0 && !next.From.After(w.now.Add(lead))) {
			w.Fatalf("at %v %s believes to be on call", w.now, user)
		}
	}
}

// Whatever the schedule, whoever is put on call instead, and whenever nobody is awake: everybody is told on and off in
// turns, and as soon as what is due was sent everybody knows the truth.
func TestEverybodyAlwaysKnowsWhetherTheyAreOnCall(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC) // the clocks change in Berlin on the 29th, elsewhere on 5 April
	rapid.Check(t, func(rt *rapid.T) {
		settings := both
		settings.Lead = time.Duration(rapid.SampledFrom([]int{0, 0, 30, 24 * 60}).Draw(rt, "lead")) * time.Minute
		w := watched(t, start, settings, anySchedule(rt))
		w.TB = fatal{t, rt}
		w.agree(settings.Lead)
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			pass := time.Duration(rapid.IntRange(0, 100_000).Draw(rt, "seconds")) * time.Second
			switch rapid.SampledFrom([]string{"time", "time", "time", "outage", "override", "silence", "skew", "configured", "copy"}).Draw(rt, "what") {
			case "time":
				w.until(w.now.Add(pass))
			case "outage":
				w.now = w.now.Add(pass)
				w.apply(handoff.Woken{})
			case "override":
				from := w.now.Add(time.Duration(rapid.IntRange(-2, 600).Draw(rt, "from")) * time.Minute).Truncate(time.Second)
				w.override(schedules.OverrideSpec{
					User: rapid.SampledFrom(append(everybody, schedules.Nobody)).Draw(rt, "user"),
					From: from.Format(time.RFC3339), To: from.Add(time.Minute + pass/4).Format(time.RFC3339),
				})
			case "silence": // the provider is away for some hand-offs
				w.hold = true
				for range rapid.IntRange(1, 4).Draw(rt, "handoffs") {
					w.now = w.now.Add(pass / 4)
					w.apply(handoff.Woken{})
				}
				w.hold = false
				w.apply(handoff.Woken{})
			case "skew":
				w.now = w.now.Add(-2 * time.Millisecond)
				w.apply(handoff.Woken{})
				w.now = w.now.Add(2 * time.Millisecond)
				w.apply(handoff.Woken{})
			case "configured":
				w.apply(handoff.Configured{Handoff: settings})
			case "copy": // stored and read again
				w.restart()
			}
			w.agree(settings.Lead)
		}
	})
}

// While somebody is awake, nobody is told at any other moment than a hand-off.
func TestNobodyIsToldLateOrEarlyWhileSomebodyIsAwake(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 4, 3, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		w := watched(t, start, both, anySchedule(rt))
		w.TB = fatal{t, rt}
		w.mail = nil
		end := start.AddDate(0, 0, 5)
		w.until(end)
		type word struct {
			at   int64
			user string
			on   bool
		}
		want, got := map[word]bool{}, map[word]bool{}
		for _, h := range w.dir.Schedules["primary"].Handoffs(start, end) {
			for _, user := range h.On {
				want[word{h.At.Unix(), user, true}] = true
			}
			for _, user := range h.Off {
				want[word{h.At.Unix(), user, false}] = true
			}
		}
		for _, m := range w.mail {
			got[word{m.at.Unix(), m.user, m.on}] = true
		}
		if !maps.Equal(want, got) || len(w.mail) != len(want) {
			rt.Fatalf("%d notices of %d", len(w.mail), len(want))
		}
	})
}

// fatal is a test whose failures are those of a property.
type fatal struct {
	testing.TB
	rt *rapid.T
}

func (f fatal) Fatal(args ...any)                 { f.rt.Fatal(args...) }
func (f fatal) Fatalf(format string, args ...any) { f.rt.Fatalf(format, args...) }
func (f fatal) Helper()                           {}

// restart stores the record, and reads it as another process does.
func (w *watch) restart() {
	w.Helper()
	data, err := json.Marshal(w.state)
	if err != nil {
		w.Fatal(err)
	}
	w.state = &handoff.State{}
	if err := json.Unmarshal(data, w.state); err != nil {
		w.Fatal(err)
	}
}
