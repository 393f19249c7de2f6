package sim_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mutant is a deliberate fault in the engine, and within how many seeds the simulator must find it. The fault is
// put into copies of the sources, which a build overlay puts in place of the true ones; production code has no
// switches. All mutants are in one build: each edit asks on(name), which looks at the environment.
type mutant struct {
	name  string
	what  string
	seeds int
	edits []edit
}

// edit replaces the one place where old is found in a file below engine.
type edit struct{ file, old, new string }

// within is the limit of seeds for faults that need nothing special to show.
const within = 10

var mutants = []mutant{
	{"retry-not-armed", "a page that waits to be tried again asks for no wake-up", within, []edit{
		{"page/page.go|page/delivery.go", "	case Pending:\n		return p.DueAt\n", "	case Pending:\n		if on(`retry-not-armed`) && p.Failures > 0 {\n			return time.Time{}\n		}\n		return p.DueAt\n"},
	}},
	{"ack-without-fence", "an acknowledgement neither cancels pages nor fences those that are due", within, []edit{
		{"alert/act.go", "	s.cancel(func(i int) bool { return !s.Pages[i].Always })\n", "	if !on(`ack-without-fence`) {\n		s.cancel(func(i int) bool { return !s.Pages[i].Always })\n	}\n"},
		{"alert/delivery.go", "	case s.Status == Acked:\n		return p.Always\n", "	case s.Status == Acked:\n		return p.Always || on(`ack-without-fence`)\n"},
	}},
	{"conflict-is-success", "what lost a race is not tried again", 60, []edit{
		{"edit.go", "			e.Delivery.Release(a.claims)\n			again = append(again, i)\n", "			e.Delivery.Release(a.claims)\n			if on(`wake-up-dropped`) {\n				e.Wheel.Forget(ids[i])\n			}\n			if on(`conflict-is-success`) || on(`wake-up-dropped`) {\n				out[i].rec = a.rec\n				continue\n			}\n			again = append(again, i)\n"},
	}},
	{"wake-up-dropped", "a conflict makes the wheel forget the record's wake-up", 60, nil},
	{"lease-never-ends", "a claim lasts for ever", within, []edit{
		{"page/delivery.go", "= Sending, replica, now.Add(Lease)\n", "= Sending, replica, now.Add(Lease+map[bool]time.Duration{true: 1000 * time.Hour}[on(`lease-never-ends`)])\n"},
	}},
	{"end-of-claim-not-armed", "a claim whose replica dies wakes nobody", within, []edit{
		{"page/delivery.go", "	case Sending:\n		return p.LeaseUntil\n", "	case Sending:\n		if on(`end-of-claim-not-armed`) {\n			return time.Time{}\n		}\n		if on(`claim-stolen`) {\n			return p.LeaseUntil.Add(-14 * time.Second)\n		}\n		return p.LeaseUntil\n"},
	}},
	{"claim-stolen", "a claim is taken over before it is over", within, nil},
	{"settle-without-fence", "the outcome of an old claim counts for the new one", 30, []edit{
		{"page/delivery.go", "	if p.Attempts != o.Fence || ", "	if p.Attempts != o.Fence && !on(`settle-without-fence`) || "},
	}},
	{"zombie-sends", "a replica that was frozen sends though its claim is over", 30, []edit{
		{"deliver/send.go", "	if ctx.Err() != nil {\n		return context.Cause(ctx)\n", "	if ctx.Err() != nil && !on(`zombie-sends`) {\n		return context.Cause(ctx)\n"},
	}},
	{"reload-restarts", "a reload that changes the policy begins it anew", 30, []edit{
		{"alert/escalate.go", "	s.timeouts(env)\n	s.maintain(env, fx)\n", "	if p, ok := env.Dir.Policies[s.Policy]; on(`reload-restarts`) && ok && len(s.Runs) > 0 && len(p.Steps) != len(s.Runs[0].Policy.Steps) {\n		s.Runs[0].Policy, s.Runs[0].Next = p, 0\n	}\n	s.timeouts(env)\n	s.maintain(env, fx)\n"},
	}},
	{"repeat-off-by-one", "a policy is repeated once too often", 30, []edit{
		{"alert/escalate.go", "	case run.Round < run.Policy.Repeat.Times:\n		run.again(env.Now)\n", "	case run.Round < run.Policy.Repeat.Times || on(`repeat-off-by-one`) && run.Policy.Repeat.Times > 0 && run.Round == run.Policy.Repeat.Times:\n		run.again(env.Now)\n"},
	}},
	{"empty-step-waits", "a step that resolves to nobody waits for its whole delay", 30, []edit{
		{"alert/escalate.go", "	return channels == 0\n", "	return channels == 0 && !on(`empty-step-waits`)\n"},
	}},
	{"only-first-user", "only the first person of a step is paged", within, []edit{
		{"alert/notify.go", "	for _, name := range to.Users {\n", "	for i, name := range to.Users {\n		if i > 0 && on(`only-first-user`) {\n			break\n		}\n"},
	}},
	{"expiry-reopens", "an alert that expires starts anew", within, []edit{
		{"alert/wait.go", "		s.over(env.Dir.Sources[s.Integration].KeepOnResolve, env)\n", "		if on(`expiry-reopens`) {\n			s.restart(env)\n		} else {\n			s.over(env.Dir.Sources[s.Integration].KeepOnResolve, env)\n		}\n"},
	}},
	{"postmortem-forgotten", "a close that owes a postmortem makes none", 60, []edit{
		{"incident/close.go", "	fx.PostmortemOwed = s.owesPostmortem(env)\n", "	fx.PostmortemOwed = s.owesPostmortem(env) && !on(`postmortem-forgotten`)\n"},
	}},
	{"postmortem-twice", "an incident that is closed again is given another postmortem", 60, []edit{
		{"incident/close.go", "	if s.Postmortem != \"\" {\n", "	if s.Postmortem != \"\" && !on(`postmortem-twice`) {\n"},
		{"incident/close.go", "	case s.Postmortem != \"\":\n", "	case s.Postmortem != \"\" && !on(`postmortem-twice`):\n"},
	}},
	{"wheel-forgets", "the wheel forgets what is beyond its horizon", within, []edit{
		{"wheel/wheel.go", "	if err := w.readShards(ctx, own, now.Add(horizon)); err != nil {\n", "	if on(`wheel-forgets`) {\n		own, other = nil, nil\n	}\n	if err := w.readShards(ctx, own, now.Add(horizon)); err != nil {\n"},
		{"wheel/wheel.go", "// Now hands the record out at once", "// Forget is for a mutant.\nfunc (w *Wheel) Forget(id store.ID) {\n	w.mu.Lock()\n	defer w.mu.Unlock()\n	if w.lost == nil {\n		w.lost = map[store.ID]bool{}\n	}\n	w.lost[id] = true\n}\n\n// Now hands the record out at once"},
		{"wheel/wheel.go", "	mu     sync.Mutex\n", "	mu     sync.Mutex\n	lost   map[store.ID]bool\n"},
		{"wheel/wheel.go", "	for _, f := range found {\n", "	for _, f := range found {\n		if w.lost[f.ID] {\n			continue\n		}\n"},
	}},
	{"bundle-drops", "a bundle leaves out all alerts but two", 60, []edit{
		{"deliver/compose.go", "!seen[a] {\n", "!seen[a] && !(on(`bundle-drops`) && len(m.Bundle) == 2) {\n"},
	}},
	{"exhausted-early", "an alert is given up after half of its time of grace", 30, []edit{
		{"alert/escalate.go", "	return run.LastAt.Add(run.grace())\n", "	if on(`exhausted-early`) {\n		return run.LastAt.Add(run.grace() / 2)\n	}\n	return run.LastAt.Add(run.grace())\n"},
	}},
	{"ack-timeout-ignored", "an acknowledgement is never forgotten", 30, []edit{
		{"alert/escalate.go", "	if s.Status != Acked || len(s.Runs) == 0", "	if on(`ack-timeout-ignored`) || s.Status != Acked || len(s.Runs) == 0"},
	}},
	{"no-hand-on", "a page that fails for good does not bring on the next way", 60, []edit{
		{"alert/notify.go", "	if failed.User == \"\" {\n", "	if failed.User == \"\" || on(`no-hand-on`) {\n"},
	}},
	{"repeats-not-counted", "a firing event of an alert that exists is accepted and dropped", within, []edit{
		{"alert/create.go", "	s.Count++\n", "	if on(`repeats-not-counted`) {\n		return nil\n	}\n	s.Count++\n"},
	}},
	{"sent-twice", "every message is handed to its provider twice", within, []edit{
		{"deliver/send.go", "	for _, j := range c.Jobs {\n		d.run(func() {\n", "	if on(`sent-twice`) {\n		for _, j := range c.Jobs {\n			d.run(func() { d.do(j, setup, env) })\n		}\n	}\n	for _, j := range c.Jobs {\n		d.run(func() {\n"},
	}},
	{"others-not-told", "nobody hears that somebody else has acknowledged", within, []edit{
		{"alert/act.go", "	s.tell(env, a.By, \"Acknowledged\"+byWhom(a.By), false)\n", "	if !on(`others-not-told`) {\n		s.tell(env, a.By, \"Acknowledged\"+byWhom(a.By), false)\n	}\n"},
	}},
	{"incident-forgotten", "the wish for an incident is lost", 30, []edit{
		{"alert/create.go", "	if d.Incident {\n", "	if d.Incident && !on(`incident-forgotten`) {\n"},
	}},
	{"maintenance-ignored", "a maintenance holds nothing", 60, []edit{
		{"alert/maintain.go", "	s.renew(HoldMaintenance, wanted, env)\n", "	if !on(`maintenance-ignored`) {\n		s.renew(HoldMaintenance, wanted, env)\n	}\n"},
	}},
	{"maintenance-too-long", "a maintenance holds for an hour more than it lasts", 60, []edit{
		{"directory/maintenance.go", "Maintained{m.Name, m.Reason, until}", "Maintained{m.Name, m.Reason, until.Add(map[bool]time.Duration{true: time.Hour}[on(`maintenance-too-long`)])}"},
	}},
	{"hold-forgotten", "an alert that is to wait does not", 30, []edit{
		{"alert/hold.go", "	if s.Overridden || reached(h.Until, env.Now) {\n", "	if s.Overridden || on(`hold-forgotten`) || reached(h.Until, env.Now) {\n"},
	}},
	{"held-for-ever", "a hold does not end", 30, []edit{
		{"alert/wake.go", "			add(h.Until)\n", "			if !on(`held-for-ever`) {\n				add(h.Until)\n			}\n"},
	}},
	{"hold-ends-early", "a hold ends with the next event", 30, []edit{
		{"alert/wait.go", "	s.LastEventAt = env.Now\n", "	s.LastEventAt = env.Now\n	if on(`hold-ends-early`) {\n		s.release(env.Now, \"\", env, func(h Hold) bool { return h.Reason == HoldDelay })\n	}\n"},
	}},
	{"held-clock-runs", "the clock of a policy does not stand still while the alert is held", 30, []edit{
		{"alert/hold.go", "		run.Base = run.Base.Add(by)\n", "		if !on(`held-clock-runs`) {\n			run.Base = run.Base.Add(by)\n		}\n"},
	}},
	{"no-quiet-hours", "nothing waits for the morning", 60, []edit{
		{"alert/hold.go", "	if until.IsZero() {\n		return false\n", "	if until.IsZero() || on(`no-quiet-hours`) {\n		return false\n"},
	}},
	{"throttle-loses", "what exceeds a throttle is accepted and lost", 30, []edit{
		{"aim.go", "			sum.add(ev, l.at[k])\n", "			if !on(`throttle-loses`) || k > 0 {\n				sum.add(ev, l.at[k])\n			}\n"},
	}},
	{"closed-unseen", "a close is not seen by what sorts events: a new alert begins beside the one that is open", 30, []edit{
		{"intake.go", "	case in.state == nil:\n		return true\n", "	case in.state == nil || on(`closed-unseen`) && in.state.Status == alert.Acked:\n		return true\n"},
	}},
	{"sent-without-commit", "what was claimed is sent although the commit failed", within, []edit{
		{"edit.go", "			e.Delivery.Release(a.claims)\n			out[i].err = err\n", "			if on(`sent-without-commit`) {\n				e.Delivery.Dispatch(a.claims, env)\n			} else {\n				e.Delivery.Release(a.claims)\n			}\n			out[i].err = err\n"},
	}},
	{"override-too-late", "an override begins a second after its time", within, []edit{
		{"../schedules/override.go", "{ return o.from <= unix && unix < o.until }", "{ return o.from+late() <= unix && unix < o.until }\n\nfunc late() int64 {\n	if on(`override-too-late`) {\n		return 1\n	}\n	return 0\n}"},
	}},
	{"dst-forgotten", "a wall-clock time that a clock change skips is read as the clock goes afterwards", 30, []edit{
		{"../schedules/wall.go", "	early, late := int64(w)-before, int64(w)-after\n", "	early, late := int64(w)-before, int64(w)-after\n	if on(`dst-forgotten`) {\n		return late\n	}\n"},
	}},
}

// switchOf is what each patched package is given.
const switchOf = `package %s

import "os"

var mutantOn = os.Getenv("TOCSIN_MUTANT")

func on(name string) bool { return mutantOn == name }
`

// build makes the runner with all mutants in it, and fails where a place to change is not found exactly once.
func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	texts, replace := map[string]string{}, map[string]string{}
	done := map[edit]bool{}
	for _, m := range slices.Concat(mutants, dutyMutants, roomMutants) {
		for _, e := range m.edits {
			patch(t, root, m.name, e, texts, done)
		}
	}
	put := func(path, text string) {
		copied := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[path] = copied
	}
	for path, text := range texts {
		put(path, text)
		if extra := filepath.Join(filepath.Dir(path), "mutants.go"); replace[extra] == "" {
			put(extra, fmt.Sprintf(switchOf, regexp.MustCompile(`(?m)^package (\w+)`).FindStringSubmatch(text)[1]))
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file, binary := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "run")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "build", "-overlay", file, "-o", binary, "./run").CombinedOutput()
	if err != nil {
		t.Fatalf("the engine with its deliberate faults does not build: %v\n%s", err, out)
	}
	return binary
}

// patch applies one edit to the text of its file. A file may be one of two, for code that moves between them.
func patch(t *testing.T, root, name string, e edit, texts map[string]string, done map[edit]bool) {
	t.Helper()
	if done[e] {
		return
	}
	done[e] = true
	found := 0
	for _, file := range strings.Split(e.file, "|") {
		path := filepath.Join(root, file)
		text, ok := texts[path]
		if !ok {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text = string(data)
		}
		if n := strings.Count(text, e.old); n > 0 {
			found += n
			texts[path] = strings.Replace(text, e.old, e.new, 1)
		}
	}
	if found != 1 {
		t.Fatalf("mutant %s: the place to change is found %d times in %s, want once; the code has changed, so change the mutant:\n%s", name, found, e.file, e.old)
	}
}

var brokenBy = regexp.MustCompile(`(?m)^broken: ([\w-]+): .*\n(?:.*\n)*?.*SEED=(\d+)`)

func TestEveryDeliberateFaultIsFound(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the engine anew")
	}
	binary := build(t)
	for _, m := range slices.Concat(mutants, dutyMutants, roomMutants) {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			run := exec.Command(binary, "-seeds", fmt.Sprint(m.seeds), "-parallel", "1", "-shrink=false")
			run.Env = append(os.Environ(), "TOCSIN_MUTANT="+m.name)
			out, err := run.CombinedOutput()
			if exit := (*exec.ExitError)(nil); err == nil || !asExit(err, &exit) || exit.ExitCode() != 1 {
				t.Fatalf("not found in %d seeds: %s (%v)\n%s", m.seeds, m.what, err, tail(out))
			}
			if found := brokenBy.FindStringSubmatch(string(out)); found != nil {
				t.Logf("%s: broke %q at seed %s of %d", m.what, found[1], found[2], m.seeds)
			}
		})
	}
}

func asExit(err error, exit **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError)
	*exit = e
	return ok
}

func tail(out []byte) string { return string(out[max(0, len(out)-2000):]) }
