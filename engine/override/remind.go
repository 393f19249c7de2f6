package override

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
)

const (
	patience      = 24 * time.Hour   // before the admins are told that nobody covers, and before the shift when they are told again
	leastPatience = 15 * time.Minute // however soon the shift begins
)

// remindAt is when the admins are told next that nobody covers: a day after others were asked, or half-way to the first
// shift if that is sooner, at once when there was nobody to ask; and once more, a day before that shift. Zero for never.
func (s *Absence) remindAt() time.Time {
	i := slices.IndexFunc(s.Asks, Ask.Open)
	if i < 0 {
		return time.Time{}
	}
	first, asked := s.Asks[i].From, false
	for _, a := range s.Asks[i:] {
		if a.Open() {
			asked = asked || len(a.Asked) > 0
			if a.From.Before(first) {
				first = a.From
			}
		}
	}
	switch s.Reminded {
	case 0:
		if !asked {
			return s.CreatedAt
		}
		return s.CreatedAt.Add(max(leastPatience, min(patience, first.Sub(s.CreatedAt)/2)))
	case 1:
		if at := first.Add(-patience); at.After(s.RemindedAt) {
			return at
		}
	}
	return time.Time{}
}

// remind tells the admins of the user's teams what nobody covers.
func (s *Absence) remind(env Env) {
	var open []Ask
	for i := range s.Asks {
		a := &s.Asks[i]
		switch {
		case !a.Open():
		case !s.wanting(a, env):
			a.Elsewhere = true
		default:
			open = append(open, *a)
		}
	}
	if len(open) == 0 {
		return
	}
	s.Reminded++
	s.RemindedAt = env.Now
	for _, user := range s.answerable(env) {
		text := fmt.Sprintf("%s is away%s, and nobody covers:\n%s\nPut somebody on call with: tocsin away cover %s --as NAME, or with an override.",
			s.User, because(s.Reason), lines(open, env.Dir.ZoneOf(user)), s.Name())
		send(&s.Batch, user, page.Reminder, text, "", env)
	}
}

// answerable are the admins of the user's teams but the user; without any, the user.
func (s *Absence) answerable(env Env) (users []string) {
	for _, name := range slices.Sorted(maps.Keys(env.Dir.Teams)) {
		members := env.Dir.Teams[name].Members
		for _, m := range members {
			if _, known := env.Dir.Users[m.User]; m.Admin && known && m.User != s.User && isMember(members, s.User) && !slices.Contains(users, m.User) {
				users = append(users, m.User)
			}
		}
	}
	if len(users) == 0 {
		users = []string{s.User}
	}
	return users
}
