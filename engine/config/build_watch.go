package config

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// The shortest periods that make sense.
const (
	leastHeartbeat = Duration(10 * time.Second)
	leastDeadMan   = Duration(10 * time.Second)
	leastCanary    = Duration(15 * time.Minute)
)

// heartbeat checks what an integration says of pings.
func (b *builder) heartbeat(path string, in Integration) {
	if in.Type != "heartbeat" {
		for _, k := range []struct {
			key   string
			given bool
		}{
			{"every", in.Every != 0}, {"grace", in.Grace != 0}, {"title", in.Title != ""}, {"priority", in.Priority != ""},
			{"team", in.Team != ""}, {"service", in.Service != "" && !slices.Contains(deploying, in.Type)}, {"tags", in.Tags != nil}, {"labels", in.Labels != nil},
		} {
			if k.given {
				b.warn(path+"."+k.key, "", "%s has no effect for type %s", k.key, in.Type)
			}
		}
		return
	}
	switch {
	case in.Every == 0 && !b.written(path+".every"):
		b.fail(path, "write every: with how often a ping comes, such as 24h", "an integration of type heartbeat needs every")
	case in.Every < leastHeartbeat:
		b.fail(path+".every", "", "every must be at least %s", leastHeartbeat)
	}
	b.refer(path+".team", team, in.Team)
	b.refer(path+".service", service, in.Service)
	b.dir.Heartbeats[string(in.Name)] = directory.Heartbeat{
		Every: time.Duration(in.Every), Grace: time.Duration(in.Grace), Title: in.Title, Priority: string(in.Priority),
		Team: in.Team, Service: in.Service, Tags: in.Tags, Labels: in.Labels,
	}
}

func (b *builder) deadMan() {
	d := b.f.DeadMan
	if d == nil {
		return
	}
	b.given("dead_man.url", d.URL)
	if to, err := url.Parse(d.URL.Reveal()); !d.URL.IsZero() && (err != nil || to.Host == "" || to.Scheme != "https" && to.Scheme != "http") {
		b.fail("dead_man.url", "", "the url begins with https:// or http://")
	}
	if d.Every < leastDeadMan {
		b.fail("dead_man.every", "", "every must be at least %s", leastDeadMan)
	}
}

func (b *builder) canary() {
	c := b.f.Canary
	if c == nil {
		return
	}
	if c.Every < leastCanary && b.written("canary.every") {
		b.fail("canary.every", "", "every must be at least %s", leastCanary)
	}
	if c.At != "" && time.Duration(c.Every)%day != 0 {
		b.fail("canary.at", "leave it out, or write every: 1d", "at goes with a period of whole days only")
	}
	for i, v := range c.Via {
		b.via(fmt.Sprintf("canary.via[%d]", i), v)
	}
	if b.refer("canary.user", user, c.User) {
		for i, v := range c.Via {
			if b.dir.Vias[string(v)] && b.dir.Address(c.User, string(v)) == "" {
				b.fail(fmt.Sprintf("canary.via[%d]", i), "", "%s has no address for %s", c.User, v)
			}
		}
	}
	b.dir.Canary = directory.Canary{Every: time.Duration(c.Every), User: c.User, Via: texts(c.Via), At: string(c.At)}
}
