package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// desk is a schedule whose hand-offs are told: ethan until 09:00, six hours after the start, and then amir.
const desk = `
schedules:
  - name: desk
    rotations: [{starts: 2026-03-08T09:00, every: 1d, participants: [ethan, amir, darren]}]
    handoff: {}
policies:
  - name: desk
    steps: [{notify: ["schedule:desk"]}]
    exhausted_after: 24h
rules: [{to: "policy:desk"}]
`

// notices are the hand-off notices that arrived since it was asked last.
func (tw *town) notices() string {
	var b strings.Builder
	for i, m := range tw.phones.got {
		if m.Kind == page.Handoff {
			word := strings.Fields(m.Title)[2]
			fmt.Fprintf(&b, "%s %s %s\n", tw.phones.at[i].Format("15:04:05"), m.User.Name, word)
		}
	}
	tw.phones.got, tw.phones.at = nil, nil
	return b.String()
}

// pass lets time go by until somewhat after an instant.
func (tw *town) pass(at time.Time) {
	tw.Helper()
	tw.jump(at.Add(-2 * time.Second).Sub(tw.clock.t))
	tw.wait(12 * time.Second)
}

// nudged lets those replicas keep their records that were nudged to.
func (tw *town) nudged() {
	tw.Helper()
	for i, e := range tw.engines {
		if e == nil || tw.frozen[i] {
			continue
		}
		select {
		case <-e.KeepNudged():
			_, _ = e.Keep(context.Background(), tw.clock.t)
		default:
		}
	}
	tw.settle()
}

// sit puts somebody on call for an hour, from a time on.
func (tw *town) sit(replica int, user string, from time.Time) {
	tw.Helper()
	if _, err := tw.engines[replica].AddOverride(context.Background(), override.Wish{
		Schedule: "desk", User: user, From: from, To: from.Add(time.Hour), Reason: "swap", By: user,
	}); err != nil {
		tw.Fatal(err)
	}
}

var nine = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

func TestAHandoffIsToldOnceHoweverManyReplicasThereAre(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 3, desk)
	tw.keep()
	want(t, tw.notices(), "\n03:00:00 ethan on\n")
	tw.pass(nine)
	tw.pass(nine.Add(24 * time.Hour))
	want(t, tw.notices(), "\n09:00:00 ethan off\n09:00:00 amir on\n09:00:00 amir off\n09:00:00 darren on\n")
	tw.keep()
	want(t, tw.notices(), "\n")
}

func TestWhoComesOnReadsWhatIsOpenTheWorstFirst(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, strings.Replace(desk, "rules: [", "rules: [{when: 'title == \"other\"', to: \"policy:everyone\"}, ", 1))
	tw.keep()
	tw.fire(event.Event{DedupKey: "a", Title: "The queue is long", Priority: "P3"})
	tw.ack(tw.fire(event.Event{DedupKey: "b", Title: "Disk of\ndb-3 is full", Priority: "P1"}), "ethan")
	tw.fire(event.Event{DedupKey: "c", Title: "other", Priority: "P1"})
	tw.fire(event.Event{DedupKey: "d", Title: "over", Priority: "P1"})
	tw.resolve("d")
	tw.notices()
	tw.pass(nine)
	var on []deliver.Message
	for _, m := range tw.phones.got {
		if m.Kind == page.Handoff && m.Title == "You are on call for desk" {
			on = append(on, m)
		}
	}
	if len(on) != 1 {
		t.Fatalf("%d notices", len(on))
	}
	lines := strings.Split(on[0].Text, "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[0], "Alerts not closed: 2, the worst of them P1, 1 without an owner:") ||
		!strings.HasPrefix(lines[1], "P1 #2 Disk of db-3 is full: ethan has it, since Mon 9 Mar 03:00 https://oncall.example.com/a/") ||
		!strings.HasPrefix(lines[2], "P3 #1 The queue is long: open, since Mon 9 Mar 03:00 https://oncall.example.com/a/") {
		t.Errorf("amir reads\n%s", on[0].Text)
	}
}

func TestAnOverrideMadeOnAnotherReplicaJustBeforeTheHandoffDecidesIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 3, desk)
	tw.keep()
	tw.clock.t = nine.Add(-300 * time.Millisecond)
	for _, e := range tw.engines { // every replica has just read the overrides
		if _, err := e.Fresh(context.Background(), tw.clock.t); err != nil {
			t.Fatal(err)
		}
	}
	tw.notices()
	tw.sit(2, "jason", nine)
	tw.frozen[2] = true // and says nothing to anybody
	tw.wait(time.Minute)
	want(t, tw.notices(), "\n09:00:00 ethan off\n09:00:00 jason on\n")
	tw.frozen[2] = false
	tw.pass(nine.Add(time.Hour))
	want(t, tw.notices(), "\n10:00:00 jason off\n10:00:00 amir on\n")
}

func TestTakingOnCallForAnHourIsToldAtOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, desk)
	tw.keep()
	tw.jump(time.Hour)
	tw.notices()
	tw.sit(1, "jason", tw.clock.t)
	tw.nudged()
	want(t, tw.notices(), "\n04:00:00 ethan off\n04:00:00 jason on\n")
	if _, err := tw.engines[1].CancelOverride(context.Background(), "OVR-1", "jason", "done"); err != nil {
		t.Fatal(err)
	}
	tw.nudged()
	want(t, tw.notices(), "\n04:00:00 jason off\n04:00:00 ethan on\n")
}

func TestAReplicaThatDiesBetweenTheCommitAndTheSendLosesNoNoticeAndDoublesNone(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, desk)
	tw.keep()
	tw.jump(time.Hour)
	tw.notices()
	tw.clock.t = nine
	if _, err := tw.engines[0].Step(context.Background(), nine); err != nil {
		t.Fatal(err)
	}
	tw.crash(1) // it has claimed both notices
	tw.wait(time.Minute)
	want(t, tw.notices(), "\n09:00:15 ethan off\n09:00:15 amir on\n")
}

func TestAnOverrideWhoseReplicaDiesAtOnceIsToldByTheOthers(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, desk)
	tw.keep()
	tw.notices()
	tw.sit(0, "jason", tw.clock.t)
	tw.crash(1)
	tw.clock.t = tw.clock.t.Add(30 * time.Second)
	tw.keep()
	want(t, tw.notices(), "\n03:00:30 ethan off\n03:00:30 jason on\n")
}

func TestAStoreThatFailsInTheHandoffMakesItLateAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*faulty){
		"refuses":          func(f *faulty) { f.refused = 2 },
		"loses the answer": func(f *faulty) { f.lost = 2 },
		"conflicts":        func(f *faulty) { f.conflicts = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tw := newTown(t, 2, desk)
			tw.keep()
			tw.jump(time.Hour)
			tw.notices()
			for _, f := range tw.faults {
				fault(f)
			}
			tw.clock.t = nine
			tw.wait(time.Minute)
			got := tw.notices()
			if strings.Count(got, "ethan off") != 1 || strings.Count(got, "amir on") != 1 || strings.Count(got, "\n") != 2 {
				t.Errorf("told:\n%s", got)
			}
		})
	}
}

func TestAReloadThatChangesWhoIsOnCallIsTold(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, desk)
	tw.keep()
	tw.jump(time.Hour)
	tw.notices()
	tw.configure(strings.Replace(desk, "ethan, amir", "jason, amir", 1))
	want(t, tw.notices(), "\n04:00:00 ethan off\n04:00:00 jason on\n")
	tw.configure(strings.ReplaceAll(desk, "desk", "window")) // under another name
	want(t, tw.notices(), "\n04:00:00 ethan on\n04:00:00 jason off\n")
	if _, err := tw.engines[0].Handoff(context.Background(), "desk"); err == nil {
		t.Error("the schedule that is gone is still watched")
	}
	tw.configure(strings.Replace(strings.ReplaceAll(desk, "desk", "window"), "handoff: {}", "", 1))
	tw.pass(nine)
	want(t, tw.notices(), "\n")
}

func TestReplicasThatAreBroughtUpToDateOneByOneDoNotContradictEachOther(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, desk)
	tw.keep()
	tw.notices()
	newer := tw.world(strings.Replace(desk, "ethan, amir", "jason, amir", 1))
	tw.engines[1].Reload(newer)
	for range 4 {
		tw.keep()
		tw.clock.t = tw.clock.t.Add(30 * time.Second)
	}
	want(t, tw.notices(), "\n03:00:00 ethan off\n03:00:00 jason on\n")
	tw.engines[0].Reload(newer)
	tw.keep()
	tw.clock.t = nine
	tw.wait(time.Minute)
	want(t, tw.notices(), "\n09:00:00 jason off\n09:00:00 amir on\n")
}

func TestTheLaterLoadedReplicaTellsThoughTheOtherIsWokenFirst(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, desk)
	tw.keep()
	tw.engines[1].Reload(tw.world(strings.Replace(desk, "ethan, amir", "ethan, jason", 1)))
	tw.keep()
	tw.notices()
	tw.clock.t = nine
	tw.wait(time.Minute)
	got := tw.notices()
	if strings.Count(got, "ethan off") != 1 || strings.Count(got, "jason on") != 1 || strings.Contains(got, "amir") {
		t.Errorf("told:\n%s", got)
	}
}

func TestHandoffsAreToldAcrossARestartFromAFile(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, desk)
	file := tw.onFile()
	run := func(do func()) {
		file(func() {
			tw.keep()
			do()
		})
	}
	run(func() { tw.wait(time.Minute) })
	want(t, tw.notices(), "\n03:00:00 ethan on\n")
	tw.clock.t = nine.Add(3 * time.Hour) // it was down at nine
	run(func() { tw.wait(time.Minute) })
	want(t, tw.notices(), "\n12:00:00 ethan off\n12:00:00 amir on\n")
	tw.clock.t = nine.Add(4 * time.Hour)
	run(func() { tw.pass(nine.Add(24 * time.Hour)) })
	want(t, tw.notices(), "\n09:00:00 amir off\n09:00:00 darren on\n")
}

func TestHandoffsAreCounted(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, desk)
	tw.keep()
	tw.pass(nine)
	if got := strings.Join(tw.counts.handoffs, " "); got != "on off on" {
		t.Errorf("counted %q", got)
	}
	s, err := tw.engines[0].Handoff(context.Background(), "desk")
	if err != nil || len(s.Timeline) != 3 || s.Timeline[1].User != "ethan" {
		t.Errorf("the timeline is %+v (%v)", s, err)
	}
}

func TestACalendarThatChangesIsToldEvenWhereEachReplicaReadsAFileOfItsOwn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rota.ics")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(rota("ethan", "ethan"))
	yaml := strings.Replace(imported, `url: "https://calendar.example.com/s3cr3t.ics"`, "file: "+path, 1)
	tw := newTown(t, 2, strings.Replace(yaml, "- name: office", "- name: office\n    handoff: {}", 1))
	tw.keep()
	want(t, tw.notices(), "\n03:00:00 ethan on\n")
	write(rota("jason", "jason"))
	tw.clock.t = tw.clock.t.Add(10 * time.Minute)
	if _, err := tw.engines[1].Import(context.Background(), tw.clock.t); err != nil { // only one of them sees it
		t.Fatal(err)
	}
	tw.settle()
	for range 6 { // they go on to disagree
		tw.clock.t = tw.clock.t.Add(30 * time.Second)
		tw.keep()
	}
	want(t, tw.notices(), "\n03:10:30 ethan off\n03:10:30 jason on\n")
	if _, err := tw.engines[0].Import(context.Background(), tw.clock.t); err != nil {
		t.Fatal(err)
	}
	tw.settle()
	tw.keep()
	want(t, tw.notices(), "\n")
}
