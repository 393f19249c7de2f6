package config

import (
	"fmt"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// reach checks that somebody can be reached. It looks at what was built, so it is only asked when there is no other error.
func (b *builder) reach() {
	paged, anybody := map[string]bool{}, false
	for name := range b.dir.Users {
		anybody = anybody || b.dir.Reachable(name)
	}
	for i, p := range b.f.Policies {
		reached := false
		for _, s := range p.Steps {
			users, channel := b.dir.Everyone(s.Notify)
			reached = reached || channel || slices.ContainsFunc(s.Notify, b.dir.Open) && anybody
			for _, u := range users {
				paged[u] = true
				reached = reached || b.dir.Reachable(u)
			}
		}
		if !reached {
			b.fail(fmt.Sprintf("policies[%d].name", i), "name a channel, or somebody with an address and a provider for it",
				"policy %s reaches nobody: no step can ever give anybody who can be reached", p.Name)
		}
	}
	for i, u := range b.f.Users {
		b.reachUser(fmt.Sprintf("users[%d]", i), string(u.Name), paged[string(u.Name)])
	}
}

func (b *builder) reachUser(path, name string, paged bool) {
	const hint = "add an email, phone or slack that the person's notify plan uses, and the provider for it"
	if !b.dir.Reachable(name) {
		severity, whom := Error, "who is paged by a policy"
		if !paged {
			severity, whom = Warning, "whom no policy pages yet"
		}
		b.report(severity, path+".name", -1, fmt.Sprintf("%s, %s, has no working way to be reached", name, whom), hint)
		return
	}
	plans := b.dir.DefaultNotify
	at := path + ".name"
	chosen := b.written("default_notify") // rather than whatever there is a provider for
	if own := b.dir.Users[name].Notify; own != nil {
		plans, at, chosen = *own, path+".notify", true
	}
	for _, plan := range []struct {
		urgency string
		methods []directory.Method
	}{{"high", plans.High}, {"low", plans.Low}} {
		unused, working := "", false
		for _, m := range plan.methods {
			if b.dir.Address(name, m.Via) != "" {
				working = true
			} else if unused == "" {
				unused = m.Via
			}
		}
		switch {
		case !working:
			b.warn(at, hint, "%s has no working way to be reached for alerts of %s urgency", name, plan.urgency)
		case unused != "" && chosen:
			b.warn(at, fmt.Sprintf("add %s to the user, or a notify plan without %s", contact(unused), unused), "%s cannot be reached by %s, which is in the %s plan", name, unused, plan.urgency)
		}
	}
}

// contact is the key of a user that a way needs.
func contact(via string) string {
	switch via {
	case "sms", "voice":
		return "phone"
	}
	return via
}
