package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/override"
)

// late are the overrides made while everything runs, by schedule, those made first first.
type late map[string][]*override.State

// base is whose turn it is, overrides aside, as the index among the people; -1 before the first turn.
func (r rota) base(at time.Time) int {
	if k := r.turnAt(at); k >= 0 {
		return k % len(r.people)
	}
	return -1
}

func (r rota) turn(k int) time.Time { return instant(r.starts.AddDate(0, 0, k*r.days), r.zone) }

func (r rota) turnAt(at time.Time) int {
	k := max(int(at.Sub(r.starts).Hours()/24)/r.days-2, -1)
	for !r.turn(k + 1).After(at) {
		k++
	}
	return k
}

// onCall is who is on call at an instant, "" for nobody: whose turn it is, and then what each override makes of that, those
// of the configuration first, one after the other as they were made.
func (r rota) onCall(at time.Time, over late) (who string) {
	if i := r.base(at); i >= 0 {
		who = r.people[i]
	}
	for _, o := range r.overrides {
		if !at.Before(instant(o.from, r.zone)) && at.Before(instant(o.to, r.zone)) {
			who = o.user
		}
	}
	for _, o := range over[r.name] {
		if !at.Before(o.From) && at.Before(o.To) && (o.Replace == "" || o.Replace == who) {
			who = o.User
		}
	}
	if who == "nobody" {
		return ""
	}
	return who
}

// turnsAround is how many turns are looked at for who comes next.
const turnsAround = 60

// changes are all instants around at in which somebody else may come on call, in their order.
func (r rota) changes(at time.Time, over late) (list []time.Time) {
	k := r.turnAt(at)
	for n := max(0, k-turnsAround); n <= max(k, 0)+turnsAround; n++ {
		list = append(list, r.turn(n))
	}
	for _, o := range r.overrides {
		list = append(list, instant(o.from, r.zone), instant(o.to, r.zone))
	}
	for _, o := range over[r.name] {
		list = append(list, o.From, o.To)
	}
	slices.SortFunc(list, time.Time.Compare)
	return list
}

// after is the first instant after at, and before an end, from which somebody else is on call.
func (r rota) after(at, end time.Time, over late) (time.Time, bool) {
	now := r.onCall(at, over)
	for _, t := range r.changes(at, over) {
		if t.After(at) && t.Before(end) && r.onCall(t, over) != now {
			return t, true
		}
	}
	return time.Time{}, false
}

// longest is how far the engine looks for who comes on call.
const longest = 731 * 24 * time.Hour

// neighbour is who comes after (step 1) or came before (step -1) whoever is on call.
func (r rota) neighbour(at time.Time, step int, over late) string {
	now, i := r.onCall(at, over), r.base(at)
	if now != "" && i >= 0 {
		n := len(r.people)
		for d := 1; d < n; d++ {
			if p := r.people[((i+d*step)%n+n)%n]; p != now {
				return p
			}
		}
		return ""
	}
	list := r.changes(at, over)
	if step < 0 {
		slices.Reverse(list)
	}
	for _, t := range list {
		switch {
		case step > 0 && !t.After(at), step < 0 && t.After(at), t.Sub(at).Abs() > longest:
			continue
		case step < 0:
			t = t.Add(-time.Nanosecond) // who was on call until then
		}
		if who := r.onCall(t, over); who != "" && who != now {
			return who
		}
	}
	return ""
}

func (t *town) schedule(name string) rota {
	for _, s := range t.schedules {
		if s.name == name {
			return s
		}
	}
	return rota{}
}

// named are the people whom targets can name at an instant, sorted, one list for each way the dice of random: may fall,
// and the places.
func (t *town) named(targets []string, at time.Time, over late) (people [][]string, places []string) {
	people = [][]string{nil}
	add := func(who ...string) {
		for i := range people {
			people[i] = append(slices.Clip(people[i]), who...)
		}
	}
	one := func(who string) {
		if who != "" {
			add(who)
		}
	}
	for _, target := range targets {
		kind, name, _ := strings.Cut(target, ":")
		switch kind {
		case "user":
			add(name)
		case "channel":
			places = append(places, name)
		case "schedule":
			one(t.schedule(name).onCall(at, over))
		case "next":
			one(t.schedule(name).neighbour(at, 1, over))
		case "previous":
			one(t.schedule(name).neighbour(at, -1, over))
		case "rotation":
			add(t.schedule(name).people...)
		case "admins":
			add(t.members(name)[0])
		case "random":
			var all [][]string
			for _, m := range t.members(name) {
				for _, list := range people {
					all = append(all, append(slices.Clip(list), m))
				}
			}
			people = all
		default:
			add(t.members(name)...)
		}
	}
	for i := range people {
		slices.Sort(people[i])
		people[i] = slices.Compact(people[i])
	}
	slices.Sort(places)
	return people, slices.Compact(places)
}

func (t *town) members(team string) []string {
	for _, m := range t.teams {
		if m.name == team {
			return m.members
		}
	}
	return nil
}
