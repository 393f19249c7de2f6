package suite

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/rules/nearest"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// anybody is everybody who is not named, in answers.
const anybody = "anybody"

// checker makes scripts of tests, and says what of them cannot be.
type checker struct {
	suite    *Suite
	dir      *directory.Directory
	reader   Reader
	problems config.Problems
}

func (c *checker) fail(path, hint, format string, args ...any) {
	c.problems = append(c.problems, c.suite.doc.Problem(config.Error, path, -1, fmt.Sprintf(format, args...), hint))
}

// name reports a name that the configuration does not have.
func (c *checker) name(path, what, name string, names []string) {
	if name == "" || slices.Contains(names, name) {
		return
	}
	hint := ""
	if near := nearest.To(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if len(names) > 0 && len(names) <= 12 {
		hint = "there is " + strings.Join(names, ", ")
	}
	c.fail(path, hint, "there is no %s %q in the configuration", what, name)
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (c *checker) user(path, name string) { c.name(path, "user", name, keys(c.dir.Users)) }

// time reads a time in a zone; zero with a report where it cannot be read.
func (c *checker) time(path, text string, zone *time.Location) time.Time {
	at, err := schedules.ParseTime(text, zone)
	if err != nil {
		c.fail(path, "write 2026-11-22 03:00, or with an offset 2026-11-22T03:00:00-05:00", "%v", err)
	}
	return at
}

func (c *checker) tests() {
	first := map[string]int{}
	for i, t := range c.suite.file.Tests {
		path := fmt.Sprintf("tests[%d]", i)
		if n, twice := first[t.Name]; twice {
			c.fail(path+".name", "give each a name of its own", "test %d has the same name", n+1)
		}
		first[t.Name] = i
		made := test{Test: t, path: path}
		made.script = c.script(path, t)
		c.expect(path+".expect", t.Expect)
		c.suite.tests = append(c.suite.tests, made)
	}
}

// script is a test as a script.
func (c *checker) script(path string, t Test) rehearsal.Script {
	s := rehearsal.Script{
		Start: c.time(path+".at", t.At, c.suite.zone), Seed: uint64(t.Seed), Silent: t.Silent, Answers: map[string]time.Duration{},
		Overrides: map[string][]schedules.OverrideSpec{},
	}
	for _, d := range []config.Duration{t.Until, c.suite.file.Until, config.Duration(defaultUntil)} {
		if s.Until = time.Duration(d); s.Until > 0 {
			break
		}
	}
	if s.Until > rehearsal.Longest {
		c.fail(path, "", "a test goes on for two years at most")
	}
	for i, g := range t.Given {
		s.Arrivals = append(s.Arrivals, c.given(fmt.Sprintf("%s.given[%d]", path, i), g, s.Start)...)
	}
	c.people(path, t, &s)
	for i, m := range t.Maintenance {
		c.maintenance(fmt.Sprintf("%s.maintenance[%d]", path, i), i, m, &s)
	}
	for i, d := range t.Down {
		at := fmt.Sprintf("%s.down[%d]", path, i)
		via := map[string]bool{}
		maps.Copy(via, c.dir.Vias)
		for _, ch := range c.dir.Channels {
			via[ch.Type] = true
		}
		c.name(at+".via", "provider", d.Via, keys(via))
		until := time.Duration(d.Until)
		if until == 0 {
			until = s.Until + time.Second
		}
		if until <= time.Duration(d.From) {
			c.fail(at, "", "it ends before it begins")
		}
		s.Outages = append(s.Outages, rehearsal.Outage{Via: d.Via, From: time.Duration(d.From), Until: until})
	}
	for _, name := range keys(t.Stops) {
		c.name(path+".stops."+name, "heartbeat", name, keys(c.dir.Heartbeats))
		s.Pings = append(s.Pings, rehearsal.Ping{At: time.Duration(t.Stops[name]), Heartbeat: name})
	}
	if len(s.Arrivals) == 0 && len(s.Pings) == 0 {
		c.fail(path, "write given: and the events, or stops: and a heartbeat", "nothing happens in this test")
	}
	return s
}

// people takes in what the people of a test do.
func (c *checker) people(path string, t Test, s *rehearsal.Script) {
	for _, name := range keys(t.Acks) {
		c.user(path+".acks."+name, name)
		s.Acts = append(s.Acts, ack(name, time.Duration(t.Acks[name])))
	}
	for name, after := range t.Answers {
		if name == anybody {
			name = rehearsal.Anybody
		} else {
			c.user(path+".answers."+name, name)
		}
		s.Answers[name] = time.Duration(after)
	}
	for i, name := range t.Silent {
		c.user(fmt.Sprintf("%s.silent[%d]", path, i), name)
	}
	for i, a := range t.Away {
		at := fmt.Sprintf("%s.away[%d]", path, i)
		c.user(at+".user", a.User)
		away := schedules.Away{User: a.User, Reason: a.Reason, From: s.Start, Until: s.Start.Add(s.Until)}
		if a.From != "" {
			away.From = c.time(at+".from", a.From, c.suite.zone)
		}
		if a.To != "" {
			away.Until = c.time(at+".to", a.To, c.suite.zone)
		}
		s.Away = append(s.Away, away)
	}
	for i, o := range t.Overrides {
		c.override(fmt.Sprintf("%s.overrides[%d]", path, i), o, s)
	}
}

func (c *checker) override(path string, o Override, s *rehearsal.Script) {
	c.name(path+".schedule", "schedule", o.Schedule, keys(c.dir.Schedules))
	if o.User != schedules.Nobody {
		c.user(path+".user", o.User)
	}
	sched := c.dir.Schedules[o.Schedule]
	if sched == nil {
		return
	}
	spec := schedules.OverrideSpec{User: o.User, From: o.From, To: o.To, Replace: o.Replace, Rotation: o.Rotation}
	if _, problems := sched.With([]schedules.OverrideSpec{spec}); len(problems) > 0 {
		for _, p := range problems {
			c.fail(path+p.Path[strings.LastIndexByte(p.Path, '.'):], "", "%s", p.Message)
		}
		return
	}
	s.Overrides[o.Schedule] = append(s.Overrides[o.Schedule], spec)
}

// expect reports names that no page and no alert can have.
func (c *checker) expect(path string, e Expect) {
	c.name(path+".team", "team", e.Team, keys(c.dir.Teams))
	c.name(path+".policy", "policy", e.Policy, keys(c.dir.Policies))
	c.user(path+".acked_by", e.AckedBy)
	for list, pages := range map[string][]Page{"pages": e.Pages, "pages_include": e.PagesInclude} {
		for i, p := range pages {
			at := fmt.Sprintf("%s.%s[%d]", path, list, i)
			if channel, ok := strings.CutPrefix(p.To, "channel:"); ok {
				c.name(at+".to", "channel", channel, keys(c.dir.Channels))
			} else {
				c.user(at+".to", p.To)
			}
		}
	}
	if e.Nobody && len(e.Pages)+len(e.PagesInclude) > 0 {
		c.fail(path+".nobody", "keep one of the two", "nobody: true and pages exclude each other")
	}
	if reflect.ValueOf(e).IsZero() {
		c.fail(path, "write for example policy: standard, or pages: and a list", "nothing is expected")
	}
}
