package schedules

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// maxParticipants is how many people a rotation may list, the same person in several turns counted each time.
	maxParticipants = 9_999
	// maxMembers is how many joins and leaves a rotation may list.
	maxMembers = 1_000
	// maxMemberTurns bounds the joins and leaves times the turns.
	maxMemberTurns = 1_000_000
)

func parseTurns(groups [][]string, rotation int, report reporter) [][]entry {
	if len(groups) == 0 {
		report("participants", "missing; a rotation has at least one participant")
	}
	total, people := 0, false
	for _, group := range groups {
		total += len(group)
		people = people || slices.ContainsFunc(group, func(user string) bool { return user != Nobody })
	}
	if total > 0 && !people {
		report("participants", "only %s; somebody has to be on call some time", Nobody)
	}
	if total > maxParticipants {
		report("participants", "%d participants are too many; %d are the most", total, maxParticipants)
		return nil
	}
	turns := make([][]entry, len(groups))
	for i, group := range groups {
		if len(group) == 0 {
			report(fmt.Sprintf("participants[%d]", i), "nobody in this turn; for a deliberate gap write %s", Nobody)
		}
		for j, user := range group {
			at := func() string {
				if len(group) == 1 {
					return fmt.Sprintf("participants[%d]", i)
				}
				return fmt.Sprintf("participants[%d][%d]", i, j)
			}
			switch {
			case user == "":
				report(at(), "a participant needs a name")
			case user == Nobody && len(group) > 1:
				report(at(), "%s stands alone in its turn", Nobody)
			case slices.Contains(group[:j], user):
				report(at(), "%s is in this turn already", user)
			case user != Nobody:
				turns[i] = append(turns[i], entry{user: user, rotation: rotation})
			}
		}
		slices.SortFunc(turns[i], func(a, b entry) int { return strings.Compare(a.user, b.user) })
	}
	return turns
}

// parseMembers reads when participants join and leave.
func (b *builder) parseMembers(spec RotationSpec, turns [][]entry, report reporter) membership {
	if n := len(spec.Members); n > maxMembers || n*len(turns) > maxMemberTurns {
		report("members", "%d joins and leaves of %d turns are too many; %d are the most, and %d times the turns", n, len(turns), maxMembers, maxMemberTurns)
		return nil
	}
	var members membership
	for i, m := range spec.Members {
		path := fmt.Sprintf("members[%d].", i)
		listed := slices.ContainsFunc(spec.Participants, func(group []string) bool { return slices.Contains(group, m.User) })
		if !listed || m.User == Nobody {
			report(path+"user", "%q is not a participant; list them where their turn is", m.User)
		}
		p := period{always, never}
		if at, ok := b.optional(m.From, path+"from", report); ok {
			p.from = at.unix
		}
		if at, ok := b.optional(m.Until, path+"until", report); ok {
			p.until = at.unix
		}
		if p.until <= p.from {
			report(path+"until", "%s is not after from, %s", m.Until, m.From)
		}
		if members == nil {
			members = membership{}
		}
		members[m.User] = append(members[m.User], p)
	}
	return members
}

// optional reads a time that may be left out.
func (b *builder) optional(value, path string, report reporter) (stamp, bool) {
	if value == "" {
		return stamp{}, false
	}
	at, err := b.schedule.zone.parse(value)
	if err != nil {
		report(path, "%v", err)
	}
	return at, err == nil
}
