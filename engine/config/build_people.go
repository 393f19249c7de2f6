package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

func (b *builder) users() {
	for _, v := range b.f.Providers.Vias() {
		b.dir.Vias[string(v)] = true
	}
	b.plans("default_notify", b.f.DefaultNotify)
	b.dir.DefaultNotify = plans(b.f.DefaultNotify)
	emails, phones := map[string]Name{}, map[string]Name{}
	for i, u := range b.f.Users {
		path := fmt.Sprintf("users[%d]", i)
		b.plans(path+".notify", u.Notify)
		b.once(path, "phone", phones, string(u.Phone), u.Name, "a reply by text or phone cannot tell who it is from")
		b.once(path, "email", emails, strings.ToLower(string(u.Email)), u.Name, "both get what is meant for one")
		du := directory.User{
			Name: string(u.Name), FullName: u.FullName, Email: string(u.Email), Phone: string(u.Phone), Slack: string(u.Slack),
			Zone: b.location(path+".timezone", u.Timezone),
		}
		for j, name := range u.Holidays {
			b.refer(b.item(path+".holidays", j), holidays, name)
		}
		du.Holidays = u.Holidays
		if u.Notify != nil {
			p := plans(u.Notify)
			du.Notify = &p
		}
		b.dir.Users[du.Name] = du
	}
}

// once warns of an address that somebody else already has.
func (b *builder) once(path, key string, holders map[string]Name, address string, who Name, so string) {
	if address == "" {
		return
	}
	if other, twice := holders[address]; twice {
		b.warn(path+"."+key, so, "%s has the same %s as %s", who, key, other)
	}
	holders[address] = who
}

func plans(p *Plans) directory.Plans {
	if p == nil {
		return directory.Plans{}
	}
	return directory.Plans{High: methods(p.High), Low: methods(p.Low)}
}

func methods(list []Method) []directory.Method {
	var out []directory.Method
	for _, m := range list {
		out = append(out, directory.Method{Via: string(m.Via), After: time.Duration(m.After)})
	}
	return out
}

// plans checks that there is a provider for every way.
func (b *builder) plans(path string, p *Plans) {
	if p == nil {
		return
	}
	b.methods(path+".high", p.High)
	b.methods(path+".low", p.Low)
}

func (b *builder) methods(path string, list []Method) {
	if !b.written(path) {
		return // a default, or the same as the other one, which is checked for itself
	}
	for i, m := range list {
		b.via(fmt.Sprintf("%s[%d].via", path, i), m.Via)
	}
}

func (b *builder) via(path string, v Via) {
	if provider := providerOf(v); provider != "" && !b.f.Providers.has(v) {
		b.fail(path, fmt.Sprintf("add %s under providers:", provider), "there is no provider for %s", v)
	}
}

func (b *builder) teams() {
	for i, t := range b.f.Teams {
		path := fmt.Sprintf("teams[%d]", i)
		dt := directory.Team{Name: string(t.Name)}
		seen := map[string]bool{}
		for j, m := range t.Members {
			at := fmt.Sprintf("%s.members[%d]", path, j)
			if b.written(at + ".user") {
				at += ".user"
			}
			if !b.refer(at, user, m.User) {
				continue
			}
			if seen[m.User] {
				b.warn(at, "", "%s is in the team twice", m.User)
				continue
			}
			seen[m.User] = true
			dt.Members = append(dt.Members, directory.Member{User: m.User, Admin: m.Role == "admin"})
		}
		b.refer(path+".default_policy", pol, t.DefaultPolicy)
		b.dir.Teams[dt.Name] = dt
	}
}

func (b *builder) services() {
	for i, s := range b.f.Services {
		path := fmt.Sprintf("services[%d]", i)
		b.refer(path+".team", team, s.Team)
		for j, on := range s.DependsOn {
			b.refer(b.item(path+".depends_on", j), service, on)
		}
		b.dir.Services[string(s.Name)] = directory.Service{Name: string(s.Name), Team: s.Team, DependsOn: s.DependsOn, Component: s.Component, Inhibit: b.inhibit(path, s)}
	}
	for i, s := range b.f.Services {
		if way := b.cycle(string(s.Name)); way != nil {
			b.fail(fmt.Sprintf("services[%d].depends_on", i), "leave out one of them", "%s depends on itself: %s", s.Name, strings.Join(way, " → "))
			return
		}
	}
	b.dir.Depends()
}

// The bounds of how long an alert waits for those of other services.
const (
	maxInhibit      = Duration(day)
	maxInhibitDelay = Duration(10 * time.Minute)
)

// inhibit is how the alerts of a service wait for those of what it depends on, nil where they do not.
func (b *builder) inhibit(path string, s Service) *directory.Inhibit {
	switch {
	case !s.Inhibit && (s.InhibitFor != 0 || s.InhibitDelay != 0):
		b.fail(path, "add inhibit: true, or leave them out", "inhibit_for and inhibit_delay of %s mean nothing without inhibit", s.Name)
	case s.Inhibit && len(s.DependsOn) == 0:
		b.fail(path+".inhibit", "add depends_on, or leave it out", "%s depends on nothing that its alerts could wait for", s.Name)
	case s.InhibitFor > maxInhibit:
		b.fail(path+".inhibit_for", "", "an alert can wait at most %s", maxInhibit)
	case s.InhibitDelay > maxInhibitDelay:
		b.fail(path+".inhibit_delay", "", "an alert can wait at most %s for others to come", maxInhibitDelay)
	case s.Inhibit:
		return &directory.Inhibit{For: time.Duration(s.InhibitFor), Delay: time.Duration(s.InhibitDelay)}
	}
	return nil
}

// cycle returns the way from a service over what it depends on back to where it began, nil if there is none.
func (b *builder) cycle(name string) []string {
	seen := map[string]bool{}
	var visit func(at string, way []string) []string
	visit = func(at string, way []string) []string {
		way = append(way, at)
		for _, on := range b.dir.Services[at].DependsOn {
			if on == name {
				return append(way, on)
			}
			if seen[on] {
				continue
			}
			seen[on] = true
			if found := visit(on, way); found != nil {
				return found
			}
		}
		return nil
	}
	return visit(name, nil)
}

// texts makes plain texts of texts of a form.
func texts[T ~string](list []T) []string {
	var out []string
	for _, t := range list {
		out = append(out, string(t))
	}
	return out
}
