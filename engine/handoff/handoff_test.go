package handoff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// watch is one watched schedule, and everybody's mailbox.
type watch struct {
	testing.TB
	dir   *directory.Directory
	state *handoff.State
	now   time.Time
	fail  func(via string) bool // refused for good
	hold  bool                  // nothing goes out
	mail  []mail
}

type mail struct {
	at          time.Time
	user, via   string
	on          bool
	title, text string
}

var both = directory.Handoff{On: true, Off: true, Edition: "1"}

func build(t testing.TB, spec schedules.Spec) *schedules.Schedule {
	t.Helper()
	s, problems := schedules.New(spec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

func watched(t testing.TB, start time.Time, settings directory.Handoff, spec schedules.Spec) *watch {
	t.Helper()
	spec.Name = "primary"
	w := &watch{TB: t, now: start}
	w.dir = &directory.Directory{
		Users: map[string]directory.User{}, Vias: map[string]bool{"email": true, "sms": true, "slack": true},
		Schedules:     map[string]*schedules.Schedule{"primary": build(t, spec)},
		Handoffs:      map[string]directory.Handoff{"primary": settings},
		DefaultNotify: directory.Plans{High: []directory.Method{{Via: "sms"}}, Low: []directory.Method{{Via: "email"}}},
		HighUrgency:   []string{"P1"},
	}
	for i, name := range []string{"amir", "darren", "ethan", "jason"} {
		w.dir.Users[name] = directory.User{Name: name, Email: name + "@example.com", Phone: fmt.Sprintf("+1555010%d", i), Slack: "U0"}
	}
	w.state = handoff.New(store.NewID(store.KindHandoff, handoff.Key("primary").Shard), "primary", settings, w.env())
	w.apply(handoff.Configured{Handoff: settings})
	return w
}

func (w *watch) env() handoff.Env { return handoff.Env{Now: w.now, Dir: w.dir} }

func (w *watch) apply(in handoff.Input) {
	handoff.Apply(w.state, in, w.env())
	w.send()
}

// send sends what is due, as the deliverer does.
func (w *watch) send() {
	for again := !w.hold; again; {
		again = false
		for i := range w.state.Pages {
			p := &w.state.Pages[i]
			if !p.Due(w.now) {
				continue
			}
			p.Claim("r1", w.now)
			n, _ := w.state.Notice(p.Round)
			out := page.Outcome{N: p.N, Fence: p.Attempts, Ref: "x"}
			title, text := w.state.Words(n, w.env())
			if w.fail != nil && w.fail(p.Via) {
				out.Error, out.Permanent = "no", true
			} else {
				w.mail = append(w.mail, mail{w.now, p.User, p.Via, n.On, title, text})
			}
			w.state.Settled(out, w.env())
			again = true
			break
		}
	}
}

// until lets time pass as the wheel does: it wakes the record when it asks for it.
func (w *watch) until(end time.Time) {
	w.Helper()
	for range 10_000 {
		at := record.Wake(w.state, w.env())
		if at.IsZero() || at.After(end) {
			w.now = end
			return
		}
		if at.After(w.now) {
			w.now = at
		}
		w.apply(handoff.Woken{})
	}
	w.Fatal("it asks to be woken for ever")
}

// override makes one, and looks at once, as the engine does.
func (w *watch) override(o schedules.OverrideSpec) {
	w.Helper()
	s, problems := w.dir.Schedules["primary"].With([]schedules.OverrideSpec{o})
	if len(problems) > 0 {
		w.Fatal(problems)
	}
	w.dir.Schedules["primary"] = s
	w.apply(handoff.Woken{})
}

func (w *watch) log(loc *time.Location) string {
	var b strings.Builder
	for _, m := range w.mail {
		word := "off"
		if m.on {
			word = "on"
		}
		fmt.Fprintf(&b, "%s %s %s\n", m.at.In(loc).Format("02 15:04 MST"), m.user, word)
	}
	w.mail = nil
	return b.String()
}

func (w *watch) want(loc *time.Location, want string) {
	w.Helper()
	if diff := cmp.Diff(strings.TrimLeft(want, "\n"), w.log(loc)); diff != "" {
		w.Errorf("(-want +got)\n%s", diff)
	}
}

func daily(starts string, who ...string) schedules.RotationSpec {
	r := schedules.RotationSpec{Name: "daily", Starts: starts, Every: "1d"}
	for _, u := range who {
		r.Participants = append(r.Participants, []string{u})
	}
	return r
}

// noon is on a Monday; ethan is on call until Tuesday at 09:00.
var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func plain(t testing.TB, settings directory.Handoff) *watch {
	return watched(t, noon, settings, schedules.Spec{Rotations: []schedules.RotationSpec{daily("2026-03-09T09:00", "ethan", "amir", "darren")}})
}

func TestThoseWhoComeOnAndThoseWhoGoOffAreToldAtEveryHandoff(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.want(time.UTC, "\n09 12:00 UTC ethan on\n") // nobody had told him
	w.until(noon.AddDate(0, 0, 2))
	got := w.mail[1]
	if got.title != "You are on call for primary" || got.text != "Until Wed 11 Mar 09:00 UTC. Before you: ethan. Next: darren." {
		t.Errorf("on: %q %q", got.title, got.text)
	}
	if got := w.mail[0]; got.title != "You are off call for primary" || got.text != "amir has it now. You are on call again from Thu 12 Mar 09:00 UTC." {
		t.Errorf("off: %q %q", got.title, got.text)
	}
	w.want(time.UTC, "\n10 09:00 UTC ethan off\n10 09:00 UTC amir on\n11 09:00 UTC amir off\n11 09:00 UTC darren on\n")
}

func TestWhoIsOnCallBeforeAndAfterIsToldNothing(t *testing.T) {
	t.Parallel()
	w := watched(t, noon, both, schedules.Spec{Rotations: []schedules.RotationSpec{
		{Name: "r", Starts: "2026-03-09T09:00", Every: "1d", Participants: [][]string{{"ethan", "amir"}, {"amir", "darren"}, {"amir"}}},
	}})
	w.mail = nil
	w.until(noon.AddDate(0, 0, 2))
	if got := w.mail[1].text; got != "Until Wed 11 Mar 09:00 UTC. With you: amir. Before you: ethan. Next: amir." {
		t.Errorf("darren reads %q", got)
	}
	w.want(time.UTC, "\n10 09:00 UTC ethan off\n10 09:00 UTC darren on\n11 09:00 UTC darren off\n")
}

func TestNoticesComeAtTheWallClockInNightsOfTheClockChange(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		zone, starts string
		begin        time.Time
		want         string
	}{
		"Berlin, the hour that is missing": {"Europe/Berlin", "2026-03-28T02:30", time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC),
			"29 03:30 CEST ethan off\n29 03:30 CEST amir on\n30 02:30 CEST amir off\n30 02:30 CEST ethan on\n"},
		"Berlin, the hour that comes twice": {"Europe/Berlin", "2026-10-24T02:30", time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC),
			"25 02:30 CEST ethan off\n25 02:30 CEST amir on\n26 02:30 CET amir off\n26 02:30 CET ethan on\n"},
		"Santiago, the midnight that is missing": {"America/Santiago", "2026-09-05T00:00", time.Date(2026, 9, 5, 12, 0, 0, 0, time.UTC),
			"06 01:00 -03 ethan off\n06 01:00 -03 amir on\n07 00:00 -03 amir off\n07 00:00 -03 ethan on\n"},
		"Santiago, the hour before midnight twice": {"America/Santiago", "2026-04-03T23:30", time.Date(2026, 4, 4, 12, 0, 0, 0, time.UTC),
			"04 23:30 -03 ethan off\n04 23:30 -03 amir on\n05 23:30 -04 amir off\n05 23:30 -04 ethan on\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loc, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			w := watched(t, test.begin, both, schedules.Spec{Zone: test.zone, Rotations: []schedules.RotationSpec{daily(test.starts, "ethan", "amir")}})
			w.mail = nil
			w.until(test.begin.Add(48 * time.Hour))
			w.want(loc, test.want)
		})
	}
}

func TestTwoHandoffsOnOneDayAreBothTold(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.mail = nil
	w.override(schedules.OverrideSpec{User: "jason", From: "2026-03-09T14:00", To: "2026-03-09T15:00"})
	w.until(noon.Add(8 * time.Hour))
	w.want(time.UTC, "\n09 14:00 UTC ethan off\n09 14:00 UTC jason on\n09 15:00 UTC jason off\n09 15:00 UTC ethan on\n")
}

func TestTakingOnCallForAnHourTellsBothAtOnce(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.mail = nil
	w.override(schedules.OverrideSpec{User: "jason", From: "2026-03-09T12:00", To: "2026-03-09T13:00"})
	w.want(time.UTC, "\n09 12:00 UTC ethan off\n09 12:00 UTC jason on\n")
	w.until(noon.Add(2 * time.Hour))
	w.want(time.UTC, "\n09 13:00 UTC jason off\n09 13:00 UTC ethan on\n")
}

func TestAnOverrideAMinuteBeforeTheHandoffDecidesIt(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.until(noon.Add(20*time.Hour + 59*time.Minute))
	w.mail = nil
	w.override(schedules.OverrideSpec{User: "ethan", From: "2026-03-10T09:00", To: "2026-03-10T12:00"})
	w.until(noon.Add(24*time.Hour + time.Minute))
	w.want(time.UTC, "\n10 12:00 UTC ethan off\n10 12:00 UTC amir on\n")
}

func TestWhenNobodyComesOnThatIsSaid(t *testing.T) {
	t.Parallel()
	w := watched(t, noon, both, schedules.Spec{Rotations: []schedules.RotationSpec{{
		Name: "r", Starts: "2026-03-09T09:00", Every: "1d", Participants: [][]string{{"ethan"}, {"amir"}}, Restrict: []schedules.RestrictionSpec{{From: "09:00", To: "17:00"}},
	}}})
	w.mail = nil
	w.until(noon.Add(6 * time.Hour))
	if want := "Nobody is on call now, until amir comes on call at Tue 10 Mar 09:00 UTC."; !strings.HasPrefix(w.mail[0].text, want) {
		t.Errorf("ethan reads %q, want %q", w.mail[0].text, want)
	}
	w.until(noon.AddDate(0, 0, 1))
	w.want(time.UTC, "\n09 17:00 UTC ethan off\n10 09:00 UTC amir on\n")
	kinds := map[string]int{}
	for _, e := range w.state.Timeline {
		kinds[e.Kind]++
	}
	if kinds["gap"] != 1 {
		t.Errorf("the timeline has %v", kinds)
	}
}

func TestAfterAnOutageOnlyWhatIsStillTrueIsTold(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]string{
		1: "10 12:00 UTC ethan off\n10 12:00 UTC amir on\n",
		2: "11 12:00 UTC ethan off\n11 12:00 UTC darren on\n", // amir's whole day was missed
		3: "",                                                 // it is ethan's turn again
	} {
		w := plain(t, both)
		w.mail = nil
		w.now = noon.AddDate(0, 0, days)
		w.apply(handoff.Woken{})
		w.want(time.UTC, want)
	}
}

func TestTimeThatGoesBackALittleTakesNothingBack(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.until(noon.Add(21 * time.Hour))
	w.mail = nil
	w.now = w.now.Add(-3 * time.Millisecond) // another replica's clock
	w.apply(handoff.Woken{})
	w.want(time.UTC, "")
}

func TestWithALeadPeopleAreToldBeforeTheirShiftAndWhenItIsTakenFromThem(t *testing.T) {
	t.Parallel()
	lead := both
	lead.Lead = 30 * time.Minute
	w := plain(t, lead)
	w.mail = nil
	w.until(noon.Add(21 * time.Hour))
	if got := w.mail[0]; got.title != "You will be on call for primary from Tue 10 Mar 09:00 UTC" || got.text != "Until Wed 11 Mar 09:00 UTC. Before you: ethan. Next: darren." {
		t.Errorf("ahead: %q %q", got.title, got.text)
	}
	w.want(time.UTC, "\n10 08:30 UTC amir on\n10 09:00 UTC ethan off\n")
	w.until(time.Date(2026, 3, 11, 8, 45, 0, 0, time.UTC))
	w.mail = nil
	w.override(schedules.OverrideSpec{User: "jason", From: "2026-03-11T09:00", To: "2026-03-12T09:00"})
	if got := w.mail[0]; got.title != "You will not be on call for primary after all" {
		t.Errorf("taken back: %q %q", got.title, got.text)
	}
	w.until(time.Date(2026, 3, 11, 9, 0, 0, 0, time.UTC))
	w.want(time.UTC, "\n11 08:45 UTC darren off\n11 08:45 UTC jason on\n11 09:00 UTC amir off\n")
}

func TestABreakShorterThanTheLeadIsToldAtItsEndsOnly(t *testing.T) {
	t.Parallel()
	lead := both
	lead.Lead = time.Hour
	w := plain(t, lead)
	w.mail = nil
	w.override(schedules.OverrideSpec{User: "jason", From: "2026-03-09T12:00", To: "2026-03-09T12:20"})
	w.until(noon.Add(time.Hour))
	w.want(time.UTC, "\n09 12:00 UTC ethan off\n09 12:00 UTC jason on\n09 12:20 UTC jason off\n09 12:20 UTC ethan on\n")
}

func TestInTheQuietTimeNobodyIsToldAndAfterItOnlyWhatIsStillTrue(t *testing.T) {
	t.Parallel()
	quiet := both
	quiet.QuietFrom, quiet.QuietTo = "22:00", "07:00"
	w := plain(t, quiet)
	w.dir.Users["amir"] = directory.User{Name: "amir", Email: "amir@example.com", Zone: time.FixedZone("CET", 3600)}
	w.mail = nil
	w.override(schedules.OverrideSpec{User: "jason", From: "2026-03-10T01:00", To: "2026-03-10T02:00"})
	w.override(schedules.OverrideSpec{User: "amir", From: "2026-03-10T03:00", To: "2026-03-11T09:00"})
	w.until(noon.Add(21 * time.Hour))
	w.want(time.UTC, "\n10 06:00 UTC amir on\n10 07:00 UTC ethan off\n")
}

func TestOnlyWhatIsWantedIsTold(t *testing.T) {
	t.Parallel()
	w := plain(t, directory.Handoff{On: true, Via: []string{"slack", "sms"}, Edition: "1"})
	w.until(noon.AddDate(0, 0, 1))
	var got []string
	for _, m := range w.mail {
		got = append(got, fmt.Sprint(m.user, " ", m.via, " ", m.on))
	}
	want := []string{"ethan slack true", "ethan sms true", "amir slack true", "amir sms true"}
	if !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

func TestAWayThatFailsForGoodIsFollowedByTheNextOfThePlan(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.until(noon.Add(20 * time.Hour))
	w.mail = nil
	w.fail = func(via string) bool { return via == "email" }
	w.until(noon.Add(21 * time.Hour))
	for _, m := range w.mail {
		if m.via != "sms" {
			t.Errorf("%s was told over %s", m.user, m.via)
		}
	}
	w.want(time.UTC, "\n10 09:00 UTC ethan off\n10 09:00 UTC amir on\n")
	w.fail = func(string) bool { return true }
	w.until(noon.Add(45 * time.Hour))
	if last := w.state.Timeline[len(w.state.Timeline)-1]; last.Kind != "unreachable" || len(w.mail) != 0 {
		t.Errorf("the timeline ends with %+v", last)
	}
}

func TestAProviderThatIsAwayForLongDeliversNoNewsOfYesterday(t *testing.T) {
	t.Parallel()
	w := plain(t, both)
	w.mail = nil
	w.hold = true
	w.now = noon.Add(21 * time.Hour) // amir's shift begins
	w.apply(handoff.Woken{})
	w.now = noon.Add(45 * time.Hour) // and is over
	w.hold = false
	w.apply(handoff.Woken{})
	if got := w.mail[0].text; !strings.HasPrefix(got, "darren has it now.") {
		t.Errorf("ethan reads %q", got)
	}
	w.want(time.UTC, "\n11 09:00 UTC ethan off\n11 09:00 UTC darren on\n")
}
