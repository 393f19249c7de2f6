package schedules

import (
	"strings"
	"testing"
	"time"
)

func TestBadInputSaysWhereAndWhy(t *testing.T) {
	t.Parallel()
	many := make([][]string, 10_000)
	for i := range many {
		many[i] = ethan
	}
	rotation := func(change func(*RotationSpec)) Spec {
		spec := daily()
		change(&spec.Rotations[0])
		return spec
	}
	rule := func(rule string) Spec {
		return rotation(func(r *RotationSpec) { r.Every, r.RRule = "", rule })
	}
	restrict := func(r RestrictionSpec) Spec {
		return rotation(func(spec *RotationSpec) { spec.Restrict = []RestrictionSpec{{From: "09:00", To: "17:00"}, r} })
	}
	override := func(o OverrideSpec) Spec {
		spec := daily()
		spec.Overrides = []OverrideSpec{o}
		return spec
	}
	shift := func(change func(*RotationSpec)) Spec {
		return rotation(func(r *RotationSpec) {
			r.Every, r.Shift = "", "2 on, 2 off"
			change(r)
		})
	}
	cases := []struct {
		name string
		spec Spec
		want string
	}{
		{"every 0mo", rotation(func(r *RotationSpec) { r.Every = "0mo" }), "rotations[0].every: \"0mo\" is no time at all"},
		{"every age of months", rotation(func(r *RotationSpec) { r.Every = "121mo" }), "rotations[0].every: \"121mo\" is too long"},
		{"not a shift pattern", shift(func(r *RotationSpec) { r.Shift = "2 on 4" }), "rotations[0].shift: \"2 on 4\" is not a shift pattern"},
		{"a shift pattern of no work", shift(func(r *RotationSpec) { r.Shift = "4 off" }), "rotations[0].shift: \"4 off\" works on no day"},
		{"an endless shift pattern", shift(func(r *RotationSpec) { r.Shift = "1 on 99999999 off" }), "rotations[0].shift: \"1 on 99999999 off\" is too long"},
		{"shift and every", shift(func(r *RotationSpec) { r.Every = "1d" }), "rotations[0].shift: every, rrule and shift exclude each other"},
		{"nights that begin some time", shift(func(r *RotationSpec) { r.Shift = "2 days 2 nights" }), "rotations[0].night: missing"},
		{"nights that begin with the day", shift(func(r *RotationSpec) { r.Shift, r.Night = "2 days 2 nights", "09:00" }), "rotations[0].night: 09:00 is also when days begin"},
		{"nights without shifts", rotation(func(r *RotationSpec) { r.Night = "19:00" }), "rotations[0].shift: missing"},
		{"an uneven pattern", shift(func(r *RotationSpec) { r.Shift = "2 on 3 off" }), "rotations[0].stagger: missing; a pattern of 5 days does not divide evenly among 4"},
		{"a stagger beyond the pattern", shift(func(r *RotationSpec) { r.Stagger = 5 }), "rotations[0].stagger: 5 days is out of range"},
		{"nobody in shifts", shift(func(r *RotationSpec) { r.Participants = turns("ethan", Nobody) }), "rotations[0].participants: nobody has no shifts"},
		{"every day skipped", rotation(func(r *RotationSpec) { r.Skip = weekdays[:] }), "rotations[0].skip: all of"},
		{"no day skipped", rotation(func(r *RotationSpec) { r.Skip = []string{"someday"} }), "rotations[0].skip[0]: \"someday\" is not a day"},
		{"days skipped by a rule", rotation(func(r *RotationSpec) { r.Every, r.RRule, r.Skip = "", "FREQ=DAILY", []string{"sat"} }), "rotations[0].skip: goes with every"},
		{"days skipped in elapsed time", rotation(func(r *RotationSpec) { r.Every, r.Skip = "7h", []string{"sat"} }), "rotations[0].skip: does not go with every: 7h"},
		{"days skipped from no time on", Spec{Rotations: []RotationSpec{{Participants: turns("ethan"), Skip: []string{"sat"}}}}, "rotations[0].skip: needs starts"},
		{"a stranger joins", rotation(func(r *RotationSpec) { r.Members = []MemberSpec{{User: "eve"}} }), "rotations[0].members[0].user: \"eve\" is not a participant"},
		{"leaves before joining", rotation(func(r *RotationSpec) {
			r.Members = []MemberSpec{{User: "amir", From: "2026-04-01T00:00", Until: "2026-03-01T00:00"}}
		}), "rotations[0].members[0].until: 2026-03-01T00:00 is not after from"},
		{"joins some time", rotation(func(r *RotationSpec) { r.Members = []MemberSpec{{User: "amir", From: "soon"}} }), "rotations[0].members[0].from: \"soon\" is not a time"},
		{"joins without end", rotation(func(r *RotationSpec) { r.Members = make([]MemberSpec, 1001) }), "rotations[0].members: 1001 joins and leaves of 4 turns are too many"},
		{"a calendar in company", rotation(func(r *RotationSpec) { r.Calendar = &CalendarSpec{} }), "rotations[0].calendar: stands alone"},
		{"a calendar's turn of nobody", Spec{Rotations: []RotationSpec{{Calendar: &CalendarSpec{Turns: []CalendarTurn{{User: Nobody}}}}}}, "rotations[0].calendar.turns[0].user: missing"},
		{"a calendar's turn of no time", Spec{Rotations: []RotationSpec{{Calendar: &CalendarSpec{Turns: []CalendarTurn{{User: "amir"}}}}}}, "rotations[0].calendar.turns[0].until"},
		{"no rotations", Spec{}, "rotations: missing"},
		{"unknown zone", Spec{Zone: "America/New_Yrok", Rotations: daily().Rotations}, "timezone: \"America/New_Yrok\" is not a known time zone; did you mean America/New_York?"},
		{"a city alone", Spec{Zone: "berlin", Rotations: daily().Rotations}, "did you mean Europe/Berlin?"},
		{"nothing like a zone", Spec{Zone: "Middle-earth/Shire", Rotations: daily().Rotations}, "timezone: \"Middle-earth/Shire\" is not a known time zone; write"},
		{"the machine's zone", Spec{Zone: "Local", Rotations: daily().Rotations}, "timezone: the name Local would mean another zone on another machine"},
		{"unknown combine", Spec{Combine: "layer", Rotations: daily().Rotations}, "combine: \"layer\""},
		{"two rotations of one name", Spec{Rotations: append(daily().Rotations, daily().Rotations...)}, "rotations[1].name: \"daily\" is also the name of rotations[0]"},
		{"no participants", rotation(func(r *RotationSpec) { r.Participants = nil }), "rotations[0].participants: missing"},
		{"an empty turn", rotation(func(r *RotationSpec) { r.Participants[1] = nil }), "rotations[0].participants[1]: nobody in this turn"},
		{"only nobody", rotation(func(r *RotationSpec) { r.Participants = turns(Nobody) }), "rotations[0].participants: only nobody"},
		{"nobody in company", rotation(func(r *RotationSpec) { r.Participants[1] = []string{"amir", Nobody} }), "rotations[0].participants[1][1]: nobody stands alone"},
		{"twice in a turn", rotation(func(r *RotationSpec) { r.Participants[1] = []string{"amir", "amir"} }), "rotations[0].participants[1][1]: amir is in this turn already"},
		{"a nameless participant", rotation(func(r *RotationSpec) { r.Participants[1] = []string{""} }), "rotations[0].participants[1]: a participant needs a name"},
		{"10,000 participants", rotation(func(r *RotationSpec) { r.Participants = many }), "rotations[0].participants: 10000 participants are too many"},
		{"start position", rotation(func(r *RotationSpec) { r.StartAt = 4 }), "rotations[0].start_at: 4 is out of range"},
		{"no start", rotation(func(r *RotationSpec) { r.Starts = "" }), "rotations[0].starts: missing"},
		{"not a time", rotation(func(r *RotationSpec) { r.Starts = "9 o'clock" }), "rotations[0].starts: \"9 o'clock\" is not a time"},
		{"no such day", rotation(func(r *RotationSpec) { r.Starts = "2026-02-30T09:00" }), "rotations[0].starts:"},
		{"an absurd year", rotation(func(r *RotationSpec) { r.Starts = "0026-03-02T09:00" }), "rotations[0].starts: the year 26 is out of range"},
		{"a fraction of a second", rotation(func(r *RotationSpec) { r.Starts = "2026-03-02T09:00:00.5" }), "rotations[0].starts:"},
		{"end before start", rotation(func(r *RotationSpec) { r.Ends = "2026-03-01T09:00" }), "rotations[0].ends: 2026-03-01T09:00 is not after starts, 2026-03-02T09:00"},
		{"every 0d", rotation(func(r *RotationSpec) { r.Every = "0d" }), "rotations[0].every: \"0d\" is no time at all"},
		{"every -1d", rotation(func(r *RotationSpec) { r.Every = "-1d" }), "rotations[0].every:"},
		{"every minute", rotation(func(r *RotationSpec) { r.Every = "1m" }), "rotations[0].every: \"1m\" is not the length of a turn"},
		{"every age", rotation(func(r *RotationSpec) { r.Every = "99999w" }), "rotations[0].every: \"99999w\" is too long"},
		{"every and rrule", rotation(func(r *RotationSpec) { r.RRule = "FREQ=DAILY" }), "rotations[0].rrule: every and rrule exclude each other"},
		{"neither", rotation(func(r *RotationSpec) { r.Every = "" }), "rotations[0].every: missing; 4 turns need"},
		{"not a rule", rule("weekly"), "rotations[0].rrule: not a recurrence rule"},
		{"each second", rule("FREQ=SECONDLY"), "rotations[0].rrule: FREQ=SECONDLY hands over too often"},
		{"each second in disguise", rule("FREQ=DAILY;BYSECOND=0,1,2"), "rotations[0].rrule: hands over after 1 s"},
		{"each minute for a while", rule("FREQ=MINUTELY;UNTIL=20270101T000000"), "rotations[0].rrule: hands over more than once an hour"},
		{"never fires", rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "rotations[0].rrule: never fires"},
		{"never fires, day by day", rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "rotations[0].rrule: never fires"},
		{"days of the month by the hour", rule("FREQ=HOURLY;BYMONTHDAY=1"), "rotations[0].rrule: BYMONTHDAY, BYYEARDAY and BYWEEKNO with FREQ=HOURLY are not supported"},
		{"never fires again", rule("FREQ=DAILY;COUNT=1"), "rotations[0].rrule: never fires after starts"},
		{"over before it begins", rule("FREQ=DAILY;UNTIL=20250101T000000"), "rotations[0].rrule: never fires after starts"},
		{"steps that miss the hour", rule("FREQ=HOURLY;INTERVAL=2;BYHOUR=10"), "rotations[0].rrule: never fires"},
		{"steps that miss the minute", rule("FREQ=MINUTELY;INTERVAL=60;BYMINUTE=5"), "rotations[0].rrule: never fires"},
		{"a 53rd Monday of a month", rule("FREQ=MONTHLY;BYDAY=53MO"), "rotations[0].rrule: BYDAY=+53MO never fires"},
		{"interval 0", rule("FREQ=DAILY;INTERVAL=0"), "rotations[0].rrule: INTERVAL must be at least 1"},
		{"interval beyond reason", rule("FREQ=HOURLY;INTERVAL=4611686018427387904"), "rotations[0].rrule: INTERVAL=4611686018427387904 is out of range"},
		{"a rule with its own start", rule("DTSTART=20260302T090000;FREQ=DAILY"), "rotations[0].rrule: DTSTART does not belong here"},
		{"zero-length restriction", restrict(RestrictionSpec{From: "09:00", To: "09:00"}), "rotations[0].restrict[1].to: from and to are both 09:00"},
		{"half a restriction", restrict(RestrictionSpec{From: "09:00"}), "rotations[0].restrict[1].to: missing"},
		{"not a time of day", restrict(RestrictionSpec{From: "9:00", To: "25:00"}), "rotations[0].restrict[1].from: \"9:00\" is not a time of day"},
		{"not a day", restrict(RestrictionSpec{Days: []string{"mon", "funday"}}), "rotations[0].restrict[1].days[1]: \"funday\" is not a day"},
		{"override without times", override(OverrideSpec{User: "amir"}), "overrides[0].from: missing"},
		{"override without user", override(OverrideSpec{From: "2026-03-02T09:00", To: "2026-03-03T09:00"}), "overrides[0].user: missing"},
		{"override of no time", override(OverrideSpec{User: "amir", From: "2026-03-02T09:00", To: "2026-03-02T09:00"}), "overrides[0].to: 2026-03-02T09:00 is not after from"},
		{"override of a rotation that is not", override(OverrideSpec{User: "amir", From: "2026-03-02T09:00", To: "2026-03-03T09:00", Rotation: "dayly"}), "overrides[0].rotation: no rotation is named \"dayly\"; there are daily"},
		{"override of a stranger", override(OverrideSpec{User: "amir", From: "2026-03-02T09:00", To: "2026-03-03T09:00", Replace: "eve"}), "overrides[0].replace: eve is never on call here; there are amir, darren"},
		{"override by oneself", override(OverrideSpec{User: "amir", From: "2026-03-02T09:00", To: "2026-03-03T09:00", Replace: "amir"}), "overrides[0].replace: amir cannot replace themselves"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, problems := New(c.spec)
			if s != nil {
				t.Error("New returned a schedule all the same")
			}
			for _, p := range problems {
				if strings.Contains(p.Error(), c.want) {
					return
				}
			}
			t.Errorf("got %v, want %s", problems, c.want)
		})
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, problems := New(Spec{Zone: "Nowhere", Combine: "x", Rotations: []RotationSpec{
		{Starts: "x", Ends: "y", Every: "0d", Restrict: []RestrictionSpec{{From: "x", To: "y"}}},
		{},
	}, Overrides: []OverrideSpec{{}}})
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
	}
	want := "timezone combine rotations[0].participants rotations[0].starts rotations[0].ends rotations[0].every rotations[0].restrict[0].from rotations[0].restrict[0].to rotations[1].participants overrides[0].user overrides[0].from overrides[0].to"
	if got := strings.Join(paths, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestEverySuggestedZoneExists(t *testing.T) {
	t.Parallel()
	for _, name := range strings.Fields(zoneNames) {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
	}
}
