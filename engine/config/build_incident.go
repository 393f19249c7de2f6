package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/policy"
)

// What the lists of incident hold at most.
const (
	maxRoles     = 30
	maxChecklist = 50
	maxCheck     = 300 // bytes of an item
)

func (b *builder) incident() {
	in := b.f.Incident
	b.bounded("incident.roles", len(in.Roles), maxRoles)
	b.bounded("incident.checklist", len(in.Checklist), maxChecklist)
	b.distinct("incident.roles", texts(in.Roles))
	b.distinct("incident.checklist", in.Checklist)
	if len(in.Roles) > 0 && !slices.Contains(in.Roles, incident.Commander) {
		b.fail("incident.roles", "add commander", "there is no role commander, for whoever leads the work")
	}
	for i, text := range in.Checklist {
		if path := fmt.Sprintf("incident.checklist[%d]", i); strings.TrimSpace(text) == "" || len(text) > maxCheck {
			b.fail(path, "say in one line what must be so before an incident is closed", "an item of the checklist has 1 to %d bytes", maxCheck)
		} else if strings.Trim(text, "0123456789") == "" {
			b.fail(path, "say in words what must be so", "%q cannot be told from the number of an item", text)
		}
	}
	if in.CommanderAfter != 0 && in.CommanderAfter < Duration(time.Minute) {
		b.fail("incident.commander_after", "write for example 10m", "nobody takes command within %s", in.CommanderAfter)
	}
	if in.LookBack < 0 || in.LookBack > 30*Duration(day) {
		b.fail("incident.look_back", "write for example 24h", "look_back is at most 30d")
	}
	for i, name := range in.UsualSuspects.Teams {
		b.refer(fmt.Sprintf("incident.usual_suspects.teams[%d]", i), team, string(name))
	}
	if len(in.UsualSuspects.Priorities) > 0 && len(in.UsualSuspects.Teams) == 0 {
		b.fail("incident.usual_suspects.priorities", "name them under teams", "there are no teams to be called")
	}
	for i, name := range in.Channels {
		b.target(fmt.Sprintf("incident.channels[%d]", i), policy.Target{Kind: policy.Channel, Name: string(name)})
	}
	b.dir.Incident = directory.Incident{
		Chat: b.chat(), Conference: b.conference(),
		Roles: texts(in.Roles), Checklist: checklist(in.Checklist), CommanderAfter: time.Duration(in.CommanderAfter),
		Usual:    directory.Usual{Teams: texts(in.UsualSuspects.Teams), Priorities: texts(in.UsualSuspects.Priorities)},
		LookBack: time.Duration(in.LookBack), Channels: texts(in.Channels), Audiences: b.audiences(),
	}
}

// bounded reports a list that is too long.
func (b *builder) bounded(path string, n, most int) {
	if n > most {
		b.fail(path, "", "%d are too many: %d are possible", n, most)
	}
}

// distinct reports what is in a list of texts twice.
func (b *builder) distinct(path string, list []string) {
	for i, text := range list {
		if slices.Index(list, text) < i {
			b.fail(fmt.Sprintf("%s[%d]", path, i), "leave one of them out", "%q is there twice", text)
		}
	}
}

// standard, as an item of a checklist, stands for these.
const standard = "standard"

var standardChecklist = [...]string{
	"Recovery is confirmed with users",
	"The short-term fix is in place and checked",
	"Nothing is known that will undo it",
	"Logs and data are kept",
	"Owners of the postmortem are named",
	"Next steps are known",
}

// checklist is what is ticked before an incident is closed.
func checklist(items []string) (all []string) {
	for _, item := range items {
		if item == standard {
			all = append(all, standardChecklist[:]...)
		} else {
			all = append(all, item)
		}
	}
	return all
}
