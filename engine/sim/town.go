package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
)

// town is one configuration, as the simulation thought it out: the engine gets it as YAML, the observer looks
// at it here.
type town struct {
	zone      string
	users     []person
	teams     []team
	schedules []rota
	policies  []ladder
	storm     int  // messages a minute
	nights    bool // P5 waits for the morning
	tells     bool // people are told of hand-offs
	beats     bool // there is a heartbeat
	canary    bool
	rooms     bool // incidents have channels
	archive   time.Duration
	retention time.Duration
	world     *engine.World
}

type person struct {
	name      string
	high, low []way
	phoneless bool // no phone number: sms and voice do not reach them
}

type way struct {
	via   string
	after time.Duration
}

type team struct {
	name    string
	members []string // the first is its admin
}

// rota is a schedule of one rotation.
type rota struct {
	name, zone string
	starts     time.Time // wall clock, as if in UTC
	days       int       // the length of a turn
	people     []string
	overrides  []planned
}

// planned is an override in the file: it puts somebody else on call, "nobody" for no one; wall clock, as if in UTC.
type planned struct {
	user     string
	from, to time.Time
}

type ladder struct {
	name       string
	steps      []step
	every      time.Duration // of the repeat
	times      int
	from       int
	ackTimeout time.Duration
	grace      time.Duration
}

type step struct {
	after   time.Duration
	targets []string
	always  bool
}

var names = []string{"ethan", "amir", "darren", "jason"}

// policies are p0 … p5, which alerts name in a label; everyone is the fallback.
const policies = 6

func newTown(rng *rand.Rand, start time.Time) *town {
	t := &town{zone: zones[rng.IntN(len(zones))], storm: 3 + rng.IntN(6), retention: []time.Duration{24, 48, 240, 500}[rng.IntN(4)] * time.Hour}
	for i, n := range names {
		t.users = append(t.users, newPerson(rng, n, i == 2))
	}
	t.teams = []team{{"west", names}, {"east", []string{"jason", "amir"}}}
	for i, name := range []string{"primary", "backup"} {
		r := rota{
			name: name, zone: zones[rng.IntN(len(zones))], days: 1 + rng.IntN(7)*i,
			starts: time.Date(start.Year(), start.Month(), start.Day()-3-rng.IntN(10), []int{0, 2, 9, 17}[rng.IntN(4)], 30*rng.IntN(2), 0, 0, time.UTC),
			people: shuffled(rng, names)[:2+rng.IntN(3)],
		}
		t.schedules = append(t.schedules, r)
	}
	t.schedules = append(t.schedules, rota{name: "empty", zone: "UTC", days: 1, starts: start.AddDate(5, 0, 0), people: names[:1]})
	t.change(rng, start)
	return t
}

func newPerson(rng *rand.Rand, name string, phoneless bool) person {
	plans := [][]way{
		{{"slack", 0}},
		{{"email", 0}},
		{{"slack", 0}, {"sms", time.Minute}, {"voice", 3 * time.Minute}},
		{{"email", 0}, {"sms", 2 * time.Minute}},
		{{"sms", 0}, {"email", 30 * time.Second}},
	}
	p := person{name: name, phoneless: phoneless, high: plans[rng.IntN(len(plans))], low: plans[rng.IntN(len(plans)-1)]}
	if phoneless && rng.IntN(4) == 0 {
		p.high = []way{{"sms", 0}} // cannot be reached for what is urgent
	}
	return p
}

func shuffled(rng *rand.Rand, list []string) []string {
	out := append([]string(nil), list...)
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// reloaded is the configuration after somebody has edited it at a time.
func (t *town) reloaded(rng *rand.Rand, at time.Time) *town {
	n := *t
	n.users = append([]person(nil), t.users...)
	n.schedules = append([]rota(nil), t.schedules...)
	i := rng.IntN(len(n.users))
	n.users[i] = newPerson(rng, n.users[i].name, n.users[i].phoneless)
	n.schedules[rng.IntN(2)].people = shuffled(rng, names)[:1+rng.IntN(4)]
	n.change(rng, at)
	return &n
}

// change makes new policies and overrides.
func (t *town) change(rng *rand.Rand, at time.Time) {
	t.policies = nil
	for i := range policies {
		t.policies = append(t.policies, newLadder(rng, fmt.Sprintf("p%d", i)))
	}
	t.nights = len(t.policies[0].steps) < 4 // not by a throw of the dice, which would change all that follow
	t.policies = append(t.policies, ladder{name: "everyone", steps: []step{{targets: []string{"team:west"}}}, grace: 30 * time.Minute})
	for i := range 2 {
		s := &t.schedules[i]
		s.overrides = append([]planned(nil), s.overrides...)
		for range rng.IntN(3) {
			from := at.AddDate(0, 0, rng.IntN(20)).Truncate(time.Hour).Add(time.Duration(rng.IntN(24)) * time.Hour)
			s.overrides = append(s.overrides, planned{
				user: append([]string{"nobody"}, names...)[rng.IntN(5)],
				from: from, to: from.Add(time.Duration(1+rng.IntN(48)) * time.Hour),
			})
		}
	}
}

var targets = []string{
	"schedule:primary", "schedule:primary", "schedule:primary", "schedule:backup", "team:west", "team:east", "user:ethan", "user:amir",
	"user:darren", "schedule:empty", "admins:east", "channel:sre", "channel:hook", "rotation:backup",
	"next:primary", "previous:primary", "next:backup", "previous:backup", "random:west", "next:empty",
}

func newLadder(rng *rand.Rand, name string) ladder {
	p := ladder{name: name, grace: time.Duration(1+rng.IntN(20)) * time.Minute}
	var after time.Duration
	for range 1 + rng.IntN(4) {
		s := step{after: after, always: rng.IntN(6) == 0}
		for range 1 + rng.IntN(2) {
			if to := targets[rng.IntN(len(targets))]; !strings.Contains(strings.Join(s.targets, " "), to) {
				s.targets = append(s.targets, to)
			}
		}
		p.steps = append(p.steps, s)
		after += []time.Duration{30 * time.Second, 5 * time.Minute, 10 * time.Minute, time.Hour}[rng.IntN(4)]
	}
	if rng.IntN(2) == 0 {
		p.every, p.times, p.from = after+time.Duration(1+rng.IntN(60))*time.Minute, 1+rng.IntN(3), rng.IntN(len(p.steps))
	}
	if rng.IntN(2) == 0 {
		p.ackTimeout = time.Duration(10+rng.IntN(120)) * time.Minute
	}
	return p
}

const wall = "2006-01-02T15:04"

func (t *town) yaml() string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	put("timezone: %s\nfallback: everyone\nstorm: {messages: %d}\nretention: {alerts: %dh}", t.zone, t.storm, int(t.retention.Hours()))
	put("users:")
	for i, u := range t.users {
		phone := fmt.Sprintf(`, phone: "+1555010%d"`, i)
		if u.phoneless {
			phone = ""
		}
		put("  - {name: %s, email: %s@example.com, slack: U0%d%s, notify: {high: %s, low: %s}}", u.name, u.name, i+1, phone, ways(u.high), ways(u.low))
	}
	put("teams:")
	for _, m := range t.teams {
		put("  - {name: %s, members: [{user: %s, role: admin}, %s]}", m.name, m.members[0], strings.Join(m.members[1:], ", "))
	}
	put("schedules:")
	for _, s := range t.schedules {
		put("  - name: %s\n    timezone: %s\n    rotations: [{starts: %s, every: %dd, participants: [%s]}]", s.name, s.zone, s.starts.Format(wall), s.days, strings.Join(s.people, ", "))
		if t.tells && s.name != "empty" {
			put("    handoff: {}")
		}
		if len(s.overrides) > 0 {
			put("    overrides:")
		}
		for _, o := range s.overrides {
			put("      - {user: %s, from: %s, to: %s}", o.user, o.from.Format(wall), o.to.Format(wall))
		}
	}
	put("policies:")
	for _, p := range t.policies {
		put("  - name: %s\n    exhausted_after: %s", p.name, p.grace)
		if p.ackTimeout > 0 {
			put("    ack_timeout: %s", p.ackTimeout)
		}
		if p.times > 0 {
			put("    repeat: {every: %s, times: %d, from: s%d}", p.every, p.times, p.from)
		}
		put("    steps:")
		for i, s := range p.steps {
			unless := ""
			if s.always {
				unless = ", unless: closed"
			}
			put(`      - {name: s%d, after: %s, notify: ["%s"]%s}`, i, s.after, strings.Join(s.targets, `", "`), unless)
		}
	}
	if t.nights {
		put("quiet_hours: [{during: nights, priorities: [P5]}]")
	}
	put("rules:")
	put("  - {when: 'labels.quiet == \"yes\"', suppress: true, to: 'policy:p0'}")
	for i := range policies {
		for _, hold := range holds {
			put("  - {when: 'labels.policy == \"p%d\" and labels.hold == \"%s\"', name: p%d %s, to: 'policy:p%d', incident: 'labels.incident == \"yes\"', %s}", i, hold, i, hold, i, holding[hold])
		}
		for _, group := range []bool{true, false} {
			when, how := fmt.Sprintf(`labels.policy == "p%d"`, i), ""
			if group {
				when, how = when+` and labels.group != ""`, ", group_by: [labels.group]"
			}
			put("  - {when: '%s', to: 'policy:p%d', incident: 'labels.incident == \"yes\"'%s}", when, i, how)
		}
	}
	if t.canary {
		put("canary: {every: %s, user: ethan, via: [email, slack]}", canaryEvery)
	}
	if t.rooms {
		put("incident: {slack: {channel: 'inc-{{ incident.number }}', archive_after: %s}}", t.archive)
	}
	put(fixed)
	if t.beats {
		put("  - {name: beat, type: heartbeat, key: none, every: %s, grace: %s, priority: P2, labels: {policy: p1}}", beatEvery, beatGrace)
	}
	return b.String()
}

func ways(list []way) string {
	var parts []string
	for _, w := range list {
		parts = append(parts, fmt.Sprintf("{via: %s, after: %s}", w.via, w.after))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// reopenWithin is that of the integration prom.
const reopenWithin = 10 * time.Minute

// holds are the kinds of rules that hold alerts, and holding is how they are written.
var holds = []string{"delay", "until", "require", "auto-close", "throttle"}

var holding = map[string]string{
	"delay": "delay: 7m", "until": "delay_until: nights", "require": "require: {events: 2, within: 2h}",
	"auto-close": "auto_close: 90m", "throttle": "throttle: {pages: 1, per: 6h}",
}

const fixed = `windows: [{name: nights, from: "22:00", to: "07:00"}]
services: [{name: bank, team: west}, {name: shop, team: east}]
maintenance:
  - {name: dark, when: 'labels.hold in ["delay", "auto-close"]', from: 2020-01-01T01:00, until: 2020-01-01T04:00, timezone: Europe/Berlin, rrule: FREQ=DAILY, reason: darkness}
channels:
  - {name: sre, type: slack, to: "#sre"}
  - {name: hook, type: webhook, url: "https://example.com/hook"}
providers:
  slack: {bot_token: xoxb-test, signing_secret: test-signing-secret}
  twilio: {account_sid: AC0, auth_token: test-auth-token, from: "+15550199"}
  smtp: {host: localhost, from: oncall@example.com, tls: none}
postmortem: {required_when: 'incident.priority == "P1"', due: 3d, remind: {every: 1d, at: "17:00", via: [email]}}
integrations:
  - {name: prom, type: alertmanager, key: none, reopen_within: 10m}
  - {name: keep, type: alertmanager, key: none, on_resolve: keep}`

// load makes the engine's world of the YAML, as the program does it.
func (t *town) load() error {
	dir, err := os.MkdirTemp("", "tocsin-sim-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "town.yaml")
	if err := os.WriteFile(path, []byte(t.yaml()), 0o600); err != nil {
		return err
	}
	w, problems := config.Open([]string{path}, func(string) (string, bool) { return "", false })
	if w == nil {
		return fmt.Errorf("the simulated configuration has errors:\n%v\n%s", problems, t.yaml())
	}
	t.world = &engine.World{Dir: w.Dir, Router: w.Router}
	return nil
}
