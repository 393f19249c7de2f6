package rehearsal_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func TestAScriptThatMakesNoSenseIsRefusedWithWhatWasMeant(t *testing.T) {
	t.Parallel()
	w := world(t, town)
	for want, change := range map[string]func(*rehearsal.Script){
		"no start":                func(s *rehearsal.Script) { s.Start = time.Time{} },
		"as long as two years":    func(s *rehearsal.Script) { s.Until = 3 * rehearsal.Longest },
		"event 1 arrives before":  func(s *rehearsal.Script) { s.Arrivals[0].At = -time.Second },
		`did you mean "slack"?`:   func(s *rehearsal.Script) { s.Outages = []rehearsal.Outage{{Via: "slak", Until: time.Hour}} },
		"slack is down from":      func(s *rehearsal.Script) { s.Outages = []rehearsal.Outage{{Via: "slack"}} },
		`did you mean "backup"?`:  func(s *rehearsal.Script) { s.Pings = []rehearsal.Ping{{Heartbeat: "bakup"}} },
		`no user called "nobody"`: func(s *rehearsal.Script) { s.Silent = []string{"nobody"} },
		`no user called "jason"`:  func(s *rehearsal.Script) { s.Answers = map[string]time.Duration{"jason": 1} },
		`did you mean "amir"?`:    func(s *rehearsal.Script) { s.Away = []schedules.Away{{User: "amri"}} },
		`did you mean "primary"?`: func(s *rehearsal.Script) { s.Overrides = overrides("primry", "amir") },
		`did you mean "ethan"?`:   func(s *rehearsal.Script) { s.Overrides = overrides("primary", "etan") },
		"the alert of event 2":    func(s *rehearsal.Script) { s.Acts = []rehearsal.Act{{On: 1, Action: alert.Action{Do: alert.Ack}}} },
		"ack by amir is before the start": func(s *rehearsal.Script) {
			s.Acts = []rehearsal.Act{{At: -1, Action: alert.Action{Do: alert.Ack, By: "amir"}}}
		},
		"cannot be negative": func(s *rehearsal.Script) { s.Steps = -1 },
	} {
		if _, err := rehearsal.Play(t.Context(), w, script(change)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func overrides(schedule, user string) map[string][]schedules.OverrideSpec {
	return map[string][]schedules.OverrideSpec{schedule: {{User: user, From: "2026-11-22T00:00", To: "2026-11-23T00:00", Replace: "amir"}}}
}

func TestARehearsalWithoutEndStopsAndSaysWhere(t *testing.T) {
	t.Parallel()
	_, err := rehearsal.Play(t.Context(), world(t, town), script(func(s *rehearsal.Script) { s.Steps = 10 }))
	if !errors.Is(err, rehearsal.ErrEndless) || !strings.Contains(err.Error(), "10 steps by +") {
		t.Errorf("error %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := rehearsal.Play(gone, world(t, town), script(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestOverridesAndAbsencesAreInForceAndTold(t *testing.T) {
	t.Parallel()
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Overrides = overrides("primary", "ethan")
		s.Away = []schedules.Away{{User: "ethan", From: night.Add(-time.Hour), Until: night.Add(time.Hour), Reason: "holiday"}}
		s.Answers = map[string]time.Duration{rehearsal.Anybody: time.Minute}
	}))
	first := story.Pages()[0]
	if first.Page.User != "ethan" || !first.Page.Away || story.Alerts[0].AckedBy != "darren" {
		t.Errorf("first page %+v, acknowledged by %q", first.Page, story.Alerts[0].AckedBy)
	}
	var told []string
	for _, e := range story.Entries[:2] {
		told = append(told, e.Text)
	}
	same(t, "what is in force", told, []string{
		"ethan is away from 2026-11-22 02:00 UTC to 2026-11-22 04:00 UTC: holiday",
		"primary: ethan is on call instead of amir from 2026-11-22T00:00 to 2026-11-23T00:00",
	})
}

func TestActsAreDoneToTheAlertOfTheirEventAndRefusalsAreTold(t *testing.T) {
	t.Parallel()
	darren := policy.Target{Kind: policy.User, Name: "darren"}
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Arrivals = append(s.Arrivals, firing("db-2", "P3"))
		s.Acts = []rehearsal.Act{
			{At: 30 * time.Second, On: 1, Action: alert.Action{Do: alert.Assign, By: "amir", Target: darren}},
			{At: time.Minute, On: 1, Action: alert.Action{Do: alert.Close, By: "darren"}},
			{At: 2 * time.Minute, On: 1, Action: alert.Action{Do: alert.Ack, By: "amir"}},
			{At: 3 * time.Minute, On: rehearsal.Everything, Action: alert.Action{Do: alert.Close, By: "amir"}},
			{At: 4 * time.Minute, On: rehearsal.Everything, Action: alert.Action{Do: alert.Close, By: "amir"}},
		}
	}))
	var refused []string
	for _, e := range story.Entries {
		if e.Kind == rehearsal.Refusal {
			refused = append(refused, e.Offset.String()+" "+e.Text)
		}
	}
	same(t, "refusals", refused, []string{"2m0s ack: Alert #2 was closed by darren", "4m0s close: there is no alert to do it to"})
	if a := story.Alerts; a[0].Status != "closed" || a[1].Status != "closed" || a[1].ClosedAt != night.Add(time.Minute) {
		t.Errorf("alerts %+v %+v", a[0], a[1])
	}
}

func TestAnAlertThatIsForgottenStaysInTheStory(t *testing.T) {
	t.Parallel()
	again := firing("db-1", "P2")
	again.At = 3 * time.Hour
	story := play(t, world(t, town), script(func(s *rehearsal.Script) {
		s.Forget = time.Hour
		s.Arrivals = append(s.Arrivals, again)
		s.Acts = []rehearsal.Act{
			{At: time.Minute, Action: alert.Action{Do: alert.Close, By: "amir"}},
			{At: 2 * time.Hour, Action: alert.Action{Do: alert.Note, By: "amir", Note: "late"}},
		}
	}))
	if len(story.Alerts) != 2 || story.Took[0] != 1 || story.Took[1] != 2 || story.Alerts[0].Status != "closed" {
		t.Errorf("alerts %v, took %v", len(story.Alerts), story.Took)
	}
	if !strings.Contains(strings.Join(kinds(story), "\n"), "2h0m0s refused amir") {
		t.Errorf("entries %v", kinds(story))
	}
}

func TestHandOffsAndCanariesAreNoPartOfANight(t *testing.T) {
	t.Parallel()
	yaml := strings.Replace(town, "  - name: primary\n", "  - name: primary\n    handoff: {}\n", 1) + "canary: {every: 1h, user: ethan}\n"
	story := play(t, world(t, yaml), script(func(s *rehearsal.Script) {
		s.Start, s.Until = night.Add(20*time.Hour), 6*time.Hour // into the next shift
		s.Acts = []rehearsal.Act{{At: time.Minute, Action: alert.Action{Do: alert.Close, By: "amir"}}}
	}))
	for _, e := range story.Entries {
		if e.Page != nil && e.Alert == 0 {
			t.Errorf("told of something else: %+v %+v", e, e.Page)
		}
	}
	if !story.Quiet || story.End.Sub(story.Start) > time.Hour {
		t.Errorf("quiet %t at %v", story.Quiet, story.End)
	}
}
