package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

// start is a Monday night; ethan is on call as primary, jason as backup.
var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

// clock is the time that everything in a test shares.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// town is a whole engine in virtual time: replicas on one store, and the phones of everybody in it.
type town struct {
	*testing.T
	clock   *clock
	store   *mem.Store
	phones  *phones
	engines []*engine.Engine // nil for one that has crashed
	faults  []*faulty        // the store as each of them sees it
	frozen  []bool           // replicas that do nothing for now
	tasks   []task
	signer  *token.Signer
	counts  *counts
	yaml    string // beside people
	site    *site  // where calendars are
}

// task is a send that waits to be run by its replica.
type task struct {
	replica int
	run     func()
}

const people = `
fallback: everyone
users:
  - {name: ethan, email: ethan@example.com, phone: "+15550100", slack: U01, notify: {high: [{via: slack}, {via: sms, after: 1m}, {via: voice, after: 3m}], low: [{via: email}]}}
  - {name: amir, email: amir@example.com, phone: "+15550101"}
  - {name: darren, email: darren@example.com}
  - {name: jason, email: jason@example.com}
default_notify: {high: [{via: email}], low: [{via: email}]}
teams:
  - {name: west, members: [ethan, amir, darren, {user: jason, role: admin}]}
schedules:
  - {name: primary, rotations: [{starts: 2026-03-08T09:00, every: 1w, participants: [ethan, amir, darren, jason]}]}
  - {name: backup, rotations: [{starts: 2026-03-01T09:00, participants: [jason]}]}
  - {name: empty, rotations: [{starts: 2036-03-01T09:00, participants: [jason]}]}
policies:
  - name: standard
    steps:
      - {after: 0m, notify: ["schedule:primary"]}
      - {after: 10m, notify: ["schedule:backup"]}
      - {after: 30m, notify: ["team:west"]}
      - {after: 90m, notify: ["next:primary"]}
  - {name: everyone, steps: [{notify: ["team:west"]}]}
channels:
  - {name: sre, type: slack, to: "#sre"}
integrations:
  - {name: prom, type: alertmanager, key: none, reopen_within: 10m}
  - {name: keep, type: alertmanager, key: none, on_resolve: keep}
providers:
  slack: {bot_token: xoxb-test, signing_secret: test-signing-secret}
  twilio: {account_sid: AC0, auth_token: test-auth-token, from: "+15550199"}
  smtp: {host: localhost, from: oncall@example.com, tls: none}
`

// newTown starts replicas with people and the given part of a configuration.
func newTown(t *testing.T, replicas int, yaml string) *town {
	t.Helper()
	tw := &town{T: t, clock: &clock{start}, phones: newPhones(t), counts: &counts{}, frozen: make([]bool, replicas), yaml: yaml, site: &site{}}
	tw.store = mem.New(tw.clock.now)
	tw.phones.now = tw.clock.now
	var err error
	if tw.signer, err = token.NewSigner([]byte("a key that is long enough")); err != nil {
		t.Fatal(err)
	}
	world := tw.world(yaml)
	for i := range replicas {
		tw.faults = append(tw.faults, &faulty{Store: tw.store})
		tw.engines = append(tw.engines, nil)
		tw.start(i, world)
	}
	return tw
}

// start starts a replica, or one in the place of another, which knows nothing but what is in the store.
func (tw *town) start(i int, world *engine.World) {
	e := engine.New(engine.Options{
		Store: tw.faults[i], Replica: fmt.Sprintf("r%d", i+1), World: world, Fetch: tw.site,
		Run:  func(f func()) { tw.tasks = append(tw.tasks, task{i, f}) },
		Pick: func(int) int { return 0 }, Watch: tw.counts, Log: slog.New(slog.NewTextHandler(&tw.site.log, nil)),
	})
	e.Delivery.Configure(tw.setup())
	tw.engines[i] = e
}

func (tw *town) setup() *deliver.Setup {
	senders := map[string]deliver.Sender{}
	for _, via := range []string{"slack", "sms", "voice", "email"} {
		senders[via] = phone{tw.phones, via}
	}
	return &deliver.Setup{Senders: senders, PublicURL: "https://oncall.example.com", Signer: tw.signer, LinkTTL: 72 * time.Hour}
}

// world is the people and the given part of a configuration, loaded as the program does it.
func (tw *town) world(yaml string) *engine.World {
	tw.Helper()
	dir := tw.TempDir()
	for name, text := range map[string]string{"people.yaml": people, "rest.yaml": yaml} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			tw.Fatal(err)
		}
	}
	file, problems := config.Load([]string{dir}, func(string) (string, bool) { return "", false })
	w, more := config.Build(file)
	if w == nil {
		tw.Fatalf("configuration:\n%v%v", problems, more)
	}
	return &engine.World{Dir: w.Dir, Router: w.Router}
}

// fire sends a firing event to the first replica.
func (tw *town) fire(ev event.Event) *alert.State {
	tw.Helper()
	ev.Status = event.Firing
	return tw.alert(tw.ingest("prom", ev)[0])
}

func (tw *town) resolve(key string) {
	tw.Helper()
	tw.ingest("prom", event.Event{Status: event.Resolved, DedupKey: key})
}

func (tw *town) ingest(integration string, events ...event.Event) []engine.Receipt {
	tw.Helper()
	got, err := tw.engines[0].Ingest(context.Background(), integration, events)
	if err != nil {
		tw.Fatal(err)
	}
	tw.settle()
	return got
}

func (tw *town) alert(r engine.Receipt) *alert.State {
	tw.Helper()
	a, err := tw.engines[0].Alert(context.Background(), string(r.ID))
	if err != nil {
		tw.Fatal(err)
	}
	return a
}

func (tw *town) again(a *alert.State) *alert.State {
	tw.Helper()
	return tw.alert(engine.Receipt{ID: a.ID})
}

func (tw *town) act(a *alert.State, act alert.Action) *alert.State {
	tw.Helper()
	got, err := tw.engines[0].Act(context.Background(), string(a.ID), act)
	if err != nil {
		tw.Fatal(err)
	}
	tw.settle()
	return got
}

func (tw *town) ack(a *alert.State, by string) *alert.State {
	tw.Helper()
	return tw.act(a, alert.Action{Do: alert.Ack, By: by, Via: "link"})
}

// crash ends a replica, even in the middle of a send: it commits nothing any more, and forgets what it knew.
func (tw *town) crash(replica int) {
	tw.engines[replica-1] = nil
	tw.faults[replica-1].away = true
}

// send runs the sends that wait, but those of frozen and crashed replicas.
func (tw *town) send() (busy bool) {
	tasks := tw.tasks
	tw.tasks = nil
	for _, t := range tasks {
		switch {
		case tw.engines[t.replica] == nil:
		case tw.frozen[t.replica]:
			tw.tasks = append(tw.tasks, t)
		default:
			busy = true
			tw.phones.watch(t.run)
		}
	}
	return busy
}

// settle lets every replica do what is due now, until nothing is.
func (tw *town) settle() (next time.Time) {
	tw.Helper()
	for range 10_000 {
		for tw.send() {
		}
		next = tw.clock.t.Add(time.Hour)
		for i, e := range tw.engines {
			if e == nil || tw.frozen[i] {
				continue
			}
			for _, step := range []func(context.Context, time.Time) (time.Time, error){e.Step, e.Delivery.Step} {
				at, err := step(context.Background(), tw.clock.t)
				if err != nil { // as the runner does
					at = tw.clock.t.Add(250 * time.Millisecond)
				}
				if !at.IsZero() && at.Before(next) {
					next = at
				}
			}
		}
		if !tw.send() && next.After(tw.clock.t) {
			return next
		}
	}
	tw.Fatal("the engine never comes to rest: something is due for ever")
	return
}

// wait lets time pass, stopping at every moment at which somebody wants to be called.
func (tw *town) wait(d time.Duration) {
	tw.Helper()
	end := tw.clock.t.Add(d)
	for {
		next := tw.settle()
		if next.After(end) {
			break
		}
		tw.clock.t = next
	}
	tw.clock.t = end
	tw.settle()
}

// jump lets much time pass in which nothing is expected to happen.
func (tw *town) jump(d time.Duration) {
	tw.Helper()
	tw.clock.t = tw.clock.t.Add(d)
	tw.settle()
}

// counts is what was counted.
type counts struct {
	unreachable, ruleErrors, bundled, acked int
	handoffs                                []string
}

func (*counts) Delivered(string, string, time.Duration) {}
func (c *counts) Bundled(n int)                         { c.bundled += n }
func (*counts) Woken(time.Duration)                     {}
func (c *counts) Unreachable(n int)                     { c.unreachable += n }
func (c *counts) RuleErrors(_ string, n int)            { c.ruleErrors += n }
func (c *counts) Acked(string, time.Duration)           { c.acked++ }
func (c *counts) HandedOff(notice string)               { c.handoffs = append(c.handoffs, notice) }
