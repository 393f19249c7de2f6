package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// told writes intervals as "Mon 12:00-Tue 09:00 ethan".
func told(list []api.Interval) (out []string) {
	for _, in := range list {
		var who []string
		for _, s := range in.OnCall {
			who = append(who, s.User)
		}
		out = append(out, fmt.Sprintf("%s-%s %s", in.From.Format("Mon 15:04"), in.To.Format("Mon 15:04"), strings.Join(who, "+")))
	}
	return out
}

func TestATimelineIsExactAndCoversAllOfItsTime(t *testing.T) {
	t.Parallel()
	w := begin(t)
	tl := into[api.Timeline](w.get("/api/v1/schedules/pairs/timeline?from=2026-03-09T12:00:00Z&to=2026-03-11T12:00:00Z", viewer).is(200))
	want := []string{"Mon 12:00-Tue 09:00 amir+ethan", "Tue 09:00-Wed 09:00 amir+jason", "Wed 09:00-Wed 12:00 amir+ethan"}
	if got := told(tl.Final); !slices.Equal(got, want) {
		t.Errorf("in the end: %q, want %q", got, want)
	}
	if got := told(tl.Base); !slices.Equal(got, want) {
		t.Errorf("without overrides: %q, want %q", got, want)
	}
	if len(tl.Rotations) != 1 || tl.Rotations[0].Name != "daily" || len(tl.Overrides) != 0 || tl.Timezone != "UTC" {
		t.Errorf("answered %+v", tl)
	}
	// A gap is an interval with nobody.
	nights := into[api.Timeline](w.get("/api/v1/schedules/nights/timeline", viewer))
	if nights.Final[0].OnCall == nil || len(nights.Final[0].OnCall) != 0 || !nights.To.Equal(noon.AddDate(0, 0, 14)) {
		t.Errorf("nobody at first, for two weeks; answered %+v", nights.Final[0])
	}
	w.get("/api/v1/schedules/second/timeline", viewer).is(404, "no schedule called second")
	w.get("/api/v1/schedules/pairs/timeline?from=2026-03-09T12:00:00Z&to=2026-03-09T12:00:00Z", viewer).is(400, "to: ", "not after from")
	w.get("/api/v1/schedules/pairs/timeline?to=2028-03-09T12:00:00Z", viewer).is(400, "longer than 366 days")
	w.get("/api/v1/schedules/pairs/timeline", "").is(401)
}

func TestAUserSeesTheirShiftsInAllSchedules(t *testing.T) {
	t.Parallel()
	w := begin(t)
	list := into[api.List[api.UserShift]](w.get("/api/v1/users/ethan/shifts?to=2026-03-11T09:00:00Z", viewer)).Items
	var got []string
	for _, s := range list {
		got = append(got, s.From.Format("Mon 15:04 ")+s.Schedule)
	}
	if want := []string{"Mon 09:00 pairs", "Mon 09:00 primary", "Tue 09:00 nights"}; !slices.Equal(got, want) {
		t.Errorf("shifts: %q, want %q", got, want)
	}
	if ends := list[1].Until; !ends.Equal(noon.Add(21 * time.Hour)) {
		t.Errorf("the shift under way ends at %s", ends)
	}
	cut := into[api.List[api.UserShift]](w.get("/api/v1/users/ethan/shifts?to=2026-03-09T13:00:00Z", viewer)).Items
	if len(cut) != 2 || !cut[1].Until.Equal(noon.Add(21*time.Hour)) {
		t.Errorf("a shift is told whole; answered %+v", cut)
	}
	w.get("/api/v1/users/nobody-we-know/shifts", viewer).is(404)
}

func TestCoverageSaysWhatIsWrongAndWhen(t *testing.T) {
	t.Parallel()
	w := begin(t)
	report := into[api.Coverage](w.get("/api/v1/coverage?days=2", viewer))
	if !report.To.Equal(noon.AddDate(0, 0, 2)) || len(report.Policies) != 1 || report.Policies[0].GapSeconds != 0 {
		t.Errorf("answered %+v", report)
	}
	i := slices.IndexFunc(report.Findings, func(f api.Finding) bool { return f.Kind == "no-channel" && f.User == "jason" })
	if i < 0 || report.Findings[i].Severity != "error" || len(report.Findings[i].Spans) == 0 {
		t.Errorf("jason has no phone, and is on call; found %+v", report.Findings)
	}
	w.get("/api/v1/coverage?days=1000", viewer).is(400, "days: ")
}

func TestFairnessCountsHoursAndThePagesThatWereSent(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.fire(`{"title":"Disk full","priority":"P1","service":"checkout"}`)
	w.later(time.Minute)
	path := "/api/v1/fairness?schedule=primary&from=2026-03-09T09:00:00Z&to=2026-03-12T09:00:00Z"
	report := into[api.Fairness](w.get(path, viewer))
	if len(report.People) != 2 {
		t.Fatalf("two people take turns; counted %+v", report.People)
	}
	amir, ethan := report.People[0], report.People[1]
	if amir.Hours != 24 || ethan.Hours != 48 || ethan.NightHours != 16 || ethan.WeekendHours != 0 || ethan.Shifts != 2 {
		t.Errorf("counted %+v", report.People)
	}
	if ethan.Pages == 0 || amir.Pages != 0 {
		t.Errorf("ethan was paged, amir was not; counted %+v", report.People)
	}
	if len(report.Warnings) == 0 || report.Warnings[0].Text == "" {
		t.Error("twice as much is not said to be unfair")
	}
	// A page counts when it was sent, also for an alert from before that time.
	w.later(time.Minute)
	w.later(9 * time.Minute)
	pages := func(from, to time.Duration) (n, nights int) {
		span := fmt.Sprintf("&from=%s&to=%s", noon.Add(from).Format(time.RFC3339), noon.Add(to).Format(time.RFC3339))
		for _, p := range into[api.Fairness](w.get("/api/v1/fairness?schedule=backup"+span, viewer)).People {
			n, nights = n+p.Pages, nights+p.NightPages
		}
		return n, nights
	}
	if n, _ := pages(0, 5*time.Minute); n != 2 {
		t.Errorf("ethan got a text and a call at first; counted %d", n)
	}
	if n, nights := pages(5*time.Minute, time.Hour); n == 0 || nights != 0 {
		t.Errorf("amir was paged by day, 10 minutes after the alert; counted %d, %d of them by night", n, nights)
	}
	w.get(path+"&share=none", viewer).is(400, "share: ")
	w.get("/api/v1/fairness?schedule=second", viewer).is(404)
}

func TestFeedsAreGivenToThoseWhoMayAct(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.get("/api/v1/schedules/primary/feed", responder).is(200, `"http://tocsin.test/ical/schedule-primary-0.ics"`)
	w.get("/api/v1/users/ethan/feed", responder).is(200, `"http://tocsin.test/ical/user-ethan-0.ics"`)
	w.get("/api/v1/users/ethan/feed", viewer).is(403)
	w.get("/api/v1/users/primary/feed", admin).is(404)
	w.get("/api/v1/schedules/ethan/feed", admin).is(404)
}

func TestAScheduleShowsTheStateOfItsCalendars(t *testing.T) {
	t.Parallel()
	w := begin(t)
	dir := people(t)
	text := "BEGIN:VCALENDAR\r\n"
	for i, who := range []string{"Ethan Z.", "Eathan", "jason"} {
		text += fmt.Sprintf("BEGIN:VEVENT\r\nUID:%d\r\nSUMMARY:%s\r\nDTSTART;VALUE=DATE:202603%02d\r\nEND:VEVENT\r\n", i, who, 9+i)
	}
	spec := schedules.Spec{Name: "office", Rotations: []schedules.RotationSpec{{Name: "rota", Calendar: &schedules.CalendarSpec{}}}}
	office, problems := schedules.New(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	dir.Schedules["office"] = office
	dir.Imported = map[string]directory.Imported{"office": {Spec: spec, Calendars: map[int]string{0: "c"}}}
	dir.Calendars = map[string]directory.Calendar{"c": {ID: "c", File: "rota.ics", Host: "rota.ics", Text: []byte(text + "END:VCALENDAR\r\n"), Every: time.Hour}}
	w.engine.Reload(&engine.World{Dir: dir, Router: router(t)})

	got := into[api.Schedule](w.get("/api/v1/schedules/office", viewer).is(200))
	if !slices.Equal(got.OnCall, []string{"ethan"}) || !slices.Equal(got.Rotations[0].Participants, []string{"ethan", "jason"}) {
		t.Errorf("answered %+v", got)
	}
	c := got.Rotations[0].Calendar
	if c == nil || !c.Known || c.Host != "rota.ics" || !c.FetchedAt.Equal(noon) || c.Events != 3 || c.Unknown != 1 || c.Complaints[0].Title != "Eathan" || c.Why != `1 event names no user: "Eathan"` {
		t.Errorf("its calendar is %+v", c)
	}
	tl := into[api.Timeline](w.get("/api/v1/schedules/office/timeline?to=2026-03-11T00:00:00Z", viewer))
	if got, want := told(tl.Final), []string{"Mon 12:00-Tue 00:00 ethan", "Tue 00:00-Wed 00:00 "}; !slices.Equal(got, want) || tl.Rotations[0].Calendar.Unknown != 1 {
		t.Errorf("the timeline is %q, its calendar %+v", got, tl.Rotations[0].Calendar)
	}
	if primary := into[api.Schedule](w.get("/api/v1/schedules/primary", viewer)); primary.Rotations[0].Calendar != nil {
		t.Errorf("without a calendar: %+v", primary)
	}
	w.get("/api/v1/schedules/second", viewer).is(404, "no schedule called second")
}
