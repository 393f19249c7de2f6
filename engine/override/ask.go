package override

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/schedules"
)

const (
	maxAsks  = 200 // shifts of an absence that others are asked about; the audit finds the rest
	maxAsked = 10  // people who are asked about a shift
	maxLines = 10  // shifts that a message lists
)

// Ask is a shift, or a part of one, whose user is away, and who was asked to cover it.
type Ask struct {
	N        int       `json:"n"` // from 1
	Schedule string    `json:"schedule"`
	Rotation string    `json:"rotation,omitempty"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Asked    []string  `json:"asked,omitempty"` // those least on call around it first

	TakenBy   string    `json:"taken_by,omitempty"`
	TakenAt   time.Time `json:"taken_at,omitzero"`
	Override  string    `json:"override,omitempty"`  // that carries it out
	Elsewhere bool      `json:"elsewhere,omitempty"` // it needs no cover any more: somebody made an override, or changed the schedule
}

// Open says whether it was neither taken nor seen to need no cover any more.
func (a Ask) Open() bool { return a.TakenBy == "" && !a.Elsewhere }

func (a Ask) shift(user string) schedules.Shift {
	return schedules.Shift{User: user, Rotation: a.Rotation, From: a.From, Until: a.To}
}

// ask asks those who could cover, each in one message.
func (s *Absence) ask(away []schedules.Away, env Env) {
	all := append(slices.Clone(away), s.Away())
	asked := map[string][]Ask{}
	for _, name := range slices.Sorted(maps.Keys(env.Dir.Schedules)) {
		plan := env.Dir.Schedules[name]
		for _, shift := range plan.Uncovered([]schedules.Away{s.Away()}, s.From, s.To) {
			if len(s.Asks) == maxAsks {
				break
			}
			a := Ask{N: len(s.Asks) + 1, Schedule: name, Rotation: shift.Rotation, From: shift.From.UTC(), To: shift.Until.UTC()}
			for _, user := range plan.Cover(shift, all) {
				if _, known := env.Dir.Users[user]; known && len(a.Asked) < maxAsked {
					a.Asked = append(a.Asked, user)
					asked[user] = append(asked[user], a)
				}
			}
			s.Asks = append(s.Asks, a)
		}
	}
	for _, user := range slices.Sorted(maps.Keys(asked)) {
		zone := env.Dir.ZoneOf(user)
		text := fmt.Sprintf("%s is away from %s to %s%s. Somebody has to take:\n%s\nTake it with the link, or with: tocsin away cover %s --as %s",
			s.User, when(s.From, zone), when(s.To, zone), because(s.Reason), lines(asked[user], zone), s.Name(), user)
		send(&s.Batch, user, page.Request, text, "", env)
	}
}

// Take has somebody cover the shift n or, with 0, all that are open and that they can take. It returns the overrides to
// be made in the same commit, and the asks that they are for.
func (s *Absence) Take(by string, n int, away []schedules.Away, via string, env Env) (wishes []Wish, taken []*Ask, err error) {
	if err := s.takeable(by, n, env); err != nil {
		return nil, nil, err
	}
	all := append(slices.Clone(away), s.Away())
	now := env.Now.UTC().Truncate(time.Second)
	for i := range s.Asks {
		a := &s.Asks[i]
		if n != 0 && a.N != n || s.taken(a, env) || !a.To.After(now) {
			continue
		}
		if why := s.hindrance(a, by, all, env); why != "" {
			if n != 0 {
				return nil, nil, refuse("%s", why)
			}
			continue
		}
		from := a.From
		if from.Before(now) {
			from = now
		}
		reason := fmt.Sprintf("covers for %s, %s%s", s.User, s.Name(), because(s.Reason))
		wishes = append(wishes, Wish{
			Schedule: a.Schedule, Rotation: a.Rotation, User: by, Replace: s.User, From: from, To: a.To,
			Reason: strings.ToValidUTF8(reason[:min(len(reason), maxReason)], ""), By: by, Via: via,
		})
		a.TakenBy, a.TakenAt = by, env.Now
		taken = append(taken, a)
	}
	if len(taken) == 0 {
		return nil, nil, refuse("There is no shift of %s that %s can take.", s.Name(), by)
	}
	s.tell(taken, by, env)
	return wishes, taken, nil
}

func (s *Absence) takeable(by string, n int, env Env) error {
	if err := person(by, env); err != nil {
		return err
	}
	switch {
	case s.Status == Cancelled:
		return refuse("%s was taken back: %s is there after all.", s.Name(), s.User)
	case s.Status == Over || !s.To.After(env.Now):
		return refuse("%s was over at %s.", s.Name(), stamp(s.To))
	case n < 0 || n > len(s.Asks):
		return refuse("%s has no shift %d; it has %d.", s.Name(), n, len(s.Asks))
	}
	if n == 0 {
		return nil
	}
	switch a := &s.Asks[n-1]; {
	case s.taken(a, env):
		return refuse("%s has taken that shift already.", a.TakenBy)
	case !a.To.After(env.Now):
		return refuse("That shift was over at %s.", stamp(a.To))
	}
	return nil
}

// hindrance says why somebody cannot take a shift.
func (s *Absence) hindrance(a *Ask, by string, away []schedules.Away, env Env) string {
	plan, ok := env.Dir.Schedules[a.Schedule]
	switch {
	case !ok || !s.wanting(a, env):
		return fmt.Sprintf("%s is not on call by %s then any more, so there is nothing to take.", s.User, a.Schedule)
	case !slices.Contains(plan.Cover(a.shift(s.User), away), by):
		return fmt.Sprintf("%s cannot take it: that is for people of the schedule's rotations who are neither on call then nor away. Somebody else can be put on call with an override.", by)
	}
	return ""
}

// taken says whether somebody covers a shift. Who took the override back that they made for it does not any more.
func (s *Absence) taken(a *Ask, env Env) bool { return a.TakenBy != "" && !s.wanting(a, env) }

// wanting says whether the user is still on call in a shift, or in what is left of it.
func (s *Absence) wanting(a *Ask, env Env) bool {
	plan, ok := env.Dir.Schedules[a.Schedule]
	from := a.From
	if now := env.Now.UTC().Truncate(time.Second); from.Before(now) {
		from = now
	}
	return ok && from.Before(a.To) && len(plan.Uncovered([]schedules.Away{{User: s.User, From: s.From, Until: s.To}}, from, a.To)) > 0
}

// tell tells who is away that somebody covers, and stops asking when all is taken.
func (s *Absence) tell(taken []*Ask, by string, env Env) {
	var list []Ask
	for _, a := range taken {
		list = append(list, *a)
	}
	s.enough(env)
	send(&s.Batch, s.User, page.Notice, by+" covers for you:\n"+lines(list, env.Dir.ZoneOf(s.User)), "", env)
}

// enough stops asking when nothing is open any more.
func (s *Absence) enough(env Env) {
	if !slices.ContainsFunc(s.Asks, Ask.Open) {
		s.Stop(env.Now, func(p page.Page) bool { return p.Kind != page.Notice })
	}
}

// stop gives up what did not go out yet.
func (s *Absence) stop(env Env) { s.Stop(env.Now, func(page.Page) bool { return true }) }

func lines(asks []Ask, zone *time.Location) string {
	var b strings.Builder
	for i, a := range asks {
		if i == maxLines {
			fmt.Fprintf(&b, "and %d more\n", len(asks)-maxLines)
			break
		}
		fmt.Fprintf(&b, "%s from %s to %s\n", a.Schedule, when(a.From, zone), when(a.To, zone))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return " (" + reason + ")"
}

func when(t time.Time, zone *time.Location) string { return t.In(zone).Format("Mon 2 Jan 15:04 MST") }
