package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/audit"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// World is a configuration in the form in which the engine uses it. It never changes; a reload makes another one.
type World struct {
	Dir    *directory.Directory
	Router *rules.Router
	Audit  audit.Settings
	File   *File
}

// Build checks what a File says together, and makes a World of it. There is no World where that or loading the File
// has found errors. The File is not changed.
func Build(f *File) (*World, Problems) {
	b := &builder{f: f, origin: f.origin, zone: time.UTC, zones: map[string]*time.Location{}}
	if b.origin == nil {
		b.origin = &origin{tree: &node{kind: mapping}}
	}
	if b.origin.broken {
		return nil, nil // what is missing cannot be told from what could not be read
	}
	b.dir = &directory.Directory{
		Users: map[string]directory.User{}, Teams: map[string]directory.Team{}, Services: map[string]directory.Service{},
		Schedules: map[string]*schedules.Schedule{}, Policies: map[string]policy.Policy{},
		Channels: map[string]directory.Channel{}, Sources: map[string]directory.Source{}, Vias: map[string]bool{},
		Heartbeats: map[string]directory.Heartbeat{}, Holidays: map[string]directory.Holidays{},
		Calendars: map[string]directory.Calendar{}, Imported: map[string]directory.Imported{},
		Handoffs: map[string]directory.Handoff{}, Trackers: map[string]directory.Tracker{},
	}
	b.names()
	b.server()
	b.holidays()
	b.fairness()
	b.users()
	b.teams()
	b.services()
	b.schedules()
	b.channels()
	b.policies()
	router := b.rules()
	b.quietHours(router)
	b.during(router)
	b.integrations()
	b.maintenance(router)
	b.aggregates(router)
	b.providers()
	b.trackers()
	b.incident()
	b.statuspage()
	b.statusPage()
	b.postmortem()
	b.deadMan()
	b.canary()
	settings := b.coverage()
	if b.errors == 0 && len(b.origin.faults) == 0 {
		b.reach()
	}
	if b.errors == 0 && len(b.origin.faults) == 0 {
		b.unused(router)
	}
	problems := b.origin.finish(b.problems)
	if b.errors > 0 || len(b.origin.faults) > 0 {
		return nil, problems
	}
	return &World{Dir: b.dir, Router: router, Audit: settings, File: f}, problems
}

// builder checks one File.
type builder struct {
	f        *File
	origin   *origin
	dir      *directory.Directory
	zone     *time.Location
	zones    map[string]*time.Location // those that were loaded
	known    map[thing][]string
	used     map[thing]map[string]bool
	also     []rules.Uses // what conditions beside the rules use
	problems Problems
	errors   int
}

// thing is what can be named.
type thing string

const (
	user     thing = "user"
	team     thing = "team"
	service  thing = "service"
	schedule thing = "schedule"
	pol      thing = "policy"
	channel  thing = "channel"
	holidays thing = "calendar of holidays"
	window   thing = "window"
)

// fail reports an error at a path; see File.Problem.
func (b *builder) fail(path, hint, format string, args ...any) {
	b.report(Error, path, -1, fmt.Sprintf(format, args...), hint)
}

// warn reports a warning.
func (b *builder) warn(path, hint, format string, args ...any) {
	b.report(Warning, path, -1, fmt.Sprintf(format, args...), hint)
}

// report leaves out what is said of a place of which loading already found that it is wrong.
func (b *builder) report(severity Severity, path string, offset int, message, hint string) {
	p, n := b.origin.problem(severity, path, offset, message, hint)
	if n.kind == broken || b.origin.faults[n.at] {
		return
	}
	if severity == Error {
		b.errors++
	}
	b.problems = append(b.problems, p)
}

// Problem makes a problem of something that others find wrong with the File: at a path such as
// integrations[3].map.title, at a character of the text there, from 0, or at -1 as a whole.
func (f *File) Problem(severity Severity, path string, offset int, message, hint string) Problem {
	o := f.origin
	if o == nil {
		o = &origin{tree: &node{kind: mapping}}
	}
	p, _ := o.problem(severity, path, offset, message, hint)
	return o.finish(Problems{p})[0]
}

func (o *origin) problem(severity Severity, path string, offset int, message, hint string) (Problem, *node) {
	n := o.tree.find(path)
	at := n.at
	if offset >= 0 && n.path == path && n.scalar() && !n.expanded && at.src != nil {
		at, _ = n.locate(offset)
	}
	return Problem{Severity: severity, Path: path, Message: n.conceal(message), Hint: n.conceal(hint), at: at}, n
}

// names notes what is named, and reports names that are used twice.
func (b *builder) names() {
	f := b.f
	b.known = map[thing][]string{
		user:     b.unique("users", len(f.Users), func(i int) Name { return f.Users[i].Name }),
		team:     b.unique("teams", len(f.Teams), func(i int) Name { return f.Teams[i].Name }),
		service:  b.unique("services", len(f.Services), func(i int) Name { return f.Services[i].Name }),
		schedule: b.unique("schedules", len(f.Schedules), func(i int) Name { return f.Schedules[i].Name }),
		pol:      b.unique("policies", len(f.Policies), func(i int) Name { return f.Policies[i].Name }),
		channel:  b.unique("channels", len(f.Channels), func(i int) Name { return f.Channels[i].Name }),
		holidays: b.unique("holidays", len(f.Holidays), func(i int) Name { return f.Holidays[i].Name }),
	}
	b.unique("api_keys", len(f.APIKeys), func(i int) Name { return f.APIKeys[i].Name })
	b.unique("integrations", len(f.Integrations), func(i int) Name { return f.Integrations[i].Name })
	b.unique("aggregates", len(f.Aggregates), func(i int) Name { return f.Aggregates[i].Name })
	b.unique("maintenance", len(f.Maintenance), func(i int) Name { return f.Maintenance[i].Name })
}

func (b *builder) unique(list string, n int, name func(int) Name) []string {
	first := map[Name]int{}
	var names []string
	for i := range n {
		if name(i) == "" {
			continue
		}
		at, twice := first[name(i)]
		if !twice {
			first[name(i)] = i
			names = append(names, string(name(i)))
			continue
		}
		hint := "give each a name of its own"
		if place := b.origin.tree.find(fmt.Sprintf("%s[%d].name", list, at)).at; place.src != nil {
			hint = "the first is at " + place.String()
		}
		b.fail(fmt.Sprintf("%s[%d].name", list, i), hint, "%q is in %s twice", string(name(i)), list)
	}
	return names
}

// written says whether there is anything at a path of the file; true for a File that was not loaded.
func (b *builder) written(path string) bool {
	return b.f.origin == nil || b.origin.tree.find(path).path == path
}

// refer reports a name that nothing has, and says whether it is good.
func (b *builder) refer(path string, what thing, name string) bool {
	for _, n := range b.known[what] {
		if n == name {
			b.use(path, what, name)
			return true
		}
	}
	if name != "" {
		none := fmt.Sprintf("there is no %s at all yet", what)
		b.fail(path, suggest(name, b.known[what], none), "there is no %s %q", what, name)
	}
	return false
}

// location reads a zone, and stands in with the one for the whole where it is wrong or not given.
func (b *builder) location(path, zone string) *time.Location {
	if zone == "" {
		return b.zone
	}
	loc := b.load(zone)
	if loc == nil {
		b.fail(path, "write an IANA name such as America/New_York", "%q is not a time zone", zone)
		return b.zone
	}
	return loc
}

// load reads a zone once for all that are in it, and returns nil where there is no such zone.
func (b *builder) load(zone string) *time.Location {
	if loc := b.zones[zone]; loc != nil {
		return loc
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" || strings.TrimSpace(zone) == "" {
		return nil
	}
	b.zones[zone] = loc
	return loc
}
