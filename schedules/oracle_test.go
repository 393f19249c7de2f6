package schedules

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// oracle answers who is on call slowly and plainly: it walks through every turn since the start and every minute of
// the week, on maps and slices, and shares no code with the package.
type oracle struct {
	spec  Spec
	loc   *time.Location
	known map[time.Time]time.Time // instants computed before
}

func newOracle(spec Spec) oracle {
	loc, err := time.LoadLocation(spec.Zone)
	if err != nil {
		panic(err)
	}
	return oracle{spec, loc, map[time.Time]time.Time{}}
}

// clock is what the wall clock shows at t, written as UTC.
func (o oracle) clock(t time.Time) time.Time {
	_, offset := t.In(o.loc).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// instant tries the offsets of the days around.
func (o oracle) instant(w time.Time) time.Time {
	if _, ok := o.known[w]; !ok {
		o.known[w] = o.convert(w)
	}
	return o.known[w]
}

func (o oracle) convert(w time.Time) time.Time {
	_, before := w.AddDate(0, 0, -2).In(o.loc).Zone()
	_, after := w.AddDate(0, 0, 2).In(o.loc).Zone()
	var found []time.Time
	for _, offset := range []int{before, after} {
		if t := w.Add(-time.Duration(offset) * time.Second); o.clock(t).Equal(w) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return w.Add(-time.Duration(before) * time.Second)
	}
	return slices.MinFunc(found, time.Time.Compare)
}

func (o oracle) parse(s string) time.Time {
	w, err := time.Parse(layout, s)
	if err != nil {
		panic(err)
	}
	return w
}

func (o oracle) onCall(t time.Time) []string {
	var cells [][]string
	for _, r := range o.spec.Rotations {
		cells = append(cells, o.rotation(r, t))
	}
	for _, v := range o.spec.Overrides {
		if t.Before(o.instant(o.parse(v.From))) || !t.Before(o.instant(o.parse(v.To))) {
			continue
		}
		for i, r := range o.spec.Rotations {
			if v.Rotation != "" && v.Rotation != r.Name {
				continue
			}
			var cell []string
			for _, user := range cells[i] {
				if v.Replace == user {
					cell = append(cell, v.User)
				} else if v.Replace != "" {
					cell = append(cell, user)
				}
			}
			if v.Replace == "" {
				cell = []string{v.User}
			}
			cells[i] = slices.DeleteFunc(cell, func(user string) bool { return user == Nobody })
		}
	}
	var all []string
	for _, cell := range cells {
		if o.spec.Combine == Layers && len(cell) > 0 {
			all = nil
		}
		all = append(all, cell...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (o oracle) rotation(r RotationSpec, t time.Time) []string {
	starts := o.parse(r.Starts)
	if t.Before(o.instant(starts)) || r.Ends != "" && !t.Before(o.instant(o.parse(r.Ends))) || !o.allowed(r.Restrict, t) {
		return nil
	}
	if r.Shift != "" {
		return o.shift(r, t)
	}
	if !o.counts(r, starts, t) {
		return nil
	}
	group := slices.Clone(r.Participants[o.holder(r, t)])
	return slices.DeleteFunc(group, func(user string) bool { return user == Nobody || !o.present(r, user, t) })
}

// skipped says whether a day that begins at a wall-clock time is skipped.
func skipped(r RotationSpec, begins time.Time) bool {
	return slices.Contains(r.Skip, strings.ToLower(begins.Format("Mon")))
}

// counts says whether t is in a day that is not skipped.
func (o oracle) counts(r RotationSpec, starts, t time.Time) bool {
	for day := starts; !day.After(o.clock(t).AddDate(0, 0, 2)); day = day.AddDate(0, 0, 1) {
		if !t.Before(o.instant(day)) && t.Before(o.instant(day.AddDate(0, 0, 1))) && !skipped(r, day) {
			return true
		}
	}
	return false
}

// turns lists when turns begin until a little after t.
func (o oracle) turns(r RotationSpec, t time.Time) []time.Time {
	starts, end := o.parse(r.Starts), o.clock(t).AddDate(0, 0, 2)
	number := strings.TrimRight(r.Every, "hdwmo")
	n, err := strconv.Atoi(number)
	if err != nil {
		panic(err)
	}
	var out []time.Time
	if r.Every[len(number):] == "mo" {
		for k := 0; ; k += n {
			at := starts.AddDate(0, k, 0)
			for d := starts.Day(); at.Day() != d; d-- { // it went on into the next month
				at = at.AddDate(0, 0, -1)
				if at.Day() > 27 {
					break
				}
			}
			if at.After(end) {
				return out
			}
			out = append(out, o.instant(at))
		}
	}
	unit := map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[r.Every[len(number):]]
	every := time.Duration(n) * unit
	if unit == time.Hour && 24%n != 0 {
		for at := o.instant(starts); !at.After(t); at = at.Add(every) {
			out = append(out, at)
		}
		return out
	}
	left := time.Duration(0) // of the turn under way, in time that counts
	for at := starts; !at.After(end); at = at.Add(time.Hour) {
		day := starts.Add(at.Sub(starts).Truncate(24 * time.Hour))
		if skipped(r, day) && unit != 7*24*time.Hour {
			continue
		}
		if left == 0 {
			out, left = append(out, o.instant(at)), every
		}
		left -= time.Hour
	}
	return out
}

// present says whether a user takes part.
func (o oracle) present(r RotationSpec, user string, t time.Time) bool {
	mentioned := false
	for _, m := range r.Members {
		if m.User != user {
			continue
		}
		mentioned = true
		if (m.From == "" || !t.Before(o.instant(o.parse(m.From)))) && (m.Until == "" || t.Before(o.instant(o.parse(m.Until)))) {
			return true
		}
	}
	return !mentioned
}

// holder plays through hand-offs, joins and leaves, one by one, and returns whose turn it is at t.
func (o oracle) holder(r RotationSpec, t time.Time) int {
	takesPlace := func(i int, at time.Time) bool {
		return slices.ContainsFunc(r.Participants[i], func(user string) bool { return user == Nobody || o.present(r, user, at) })
	}
	handoffs := o.turns(r, t)
	moments := slices.Clone(handoffs)
	for _, m := range r.Members {
		for _, date := range []string{m.From, m.Until} {
			if date != "" {
				moments = append(moments, o.instant(o.parse(date)))
			}
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	begins := o.instant(o.parse(r.Starts))
	at, turn := r.StartAt, 0
	settle := func(when time.Time) bool {
		for range r.Participants {
			if takesPlace(at, when) {
				return true
			}
			at = (at + 1) % len(r.Participants)
		}
		return false
	}
	anybody := settle(begins)
	for _, when := range moments {
		if when.Before(begins) || when.After(t) {
			continue
		}
		now := turn
		for k, h := range handoffs {
			if !h.After(when) {
				now = max(now, k)
			}
		}
		for ; turn < now; turn++ {
			if anybody {
				at = (at + 1) % len(r.Participants)
				settle(when)
			}
		}
		anybody = settle(when)
	}
	return at
}

// shift walks through every day of a shift pattern.
func (o oracle) shift(r RotationSpec, t time.Time) []string {
	var days []string
	words := strings.Fields(r.Shift)
	for i := 0; i < len(words); i += 2 {
		n, _ := strconv.Atoi(words[i])
		days = append(days, slices.Repeat([]string{words[i+1]}, n)...)
	}
	starts := o.parse(r.Starts)
	stagger := r.Stagger
	if stagger == 0 {
		stagger = len(days) / len(r.Participants)
	}
	day, night := -1, false
	for d := 0; !starts.AddDate(0, 0, d).After(o.clock(t).AddDate(0, 0, 2)); d++ {
		begins := starts.AddDate(0, 0, d)
		if !o.instant(begins).After(t) {
			day, night = d, false
		}
		for q := 1; r.Night != "" && q < 96; q++ {
			if at := begins.Add(time.Duration(q) * 15 * time.Minute); at.Format("15:04") == r.Night && !o.instant(at).After(t) {
				day, night = d, true
			}
		}
	}
	var on []string
	for i := range r.Participants {
		works := days[((day-i*stagger)%len(days)+len(days))%len(days)]
		if works != "on" && works != map[bool]string{false: "days", true: "nights"}[night] {
			continue
		}
		for _, user := range r.Participants[(i+r.StartAt)%len(r.Participants)] {
			if o.present(r, user, t) {
				on = append(on, user)
			}
		}
	}
	return on
}

// allowed marks the minutes of a week, then looks at every run of them around t.
func (o oracle) allowed(restrict []RestrictionSpec, t time.Time) bool {
	if len(restrict) == 0 {
		return true
	}
	const minutes = 7 * 24 * 60
	var open [minutes]bool
	for _, r := range restrict {
		for d, name := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
			if len(r.Days) > 0 && !slices.Contains(r.Days, name) {
				continue
			}
			from, to := 0, 24*60
			if r.From != "" {
				a, _ := time.Parse("15:04", r.From)
				b, _ := time.Parse("15:04", r.To)
				from, to = a.Hour()*60+a.Minute(), b.Hour()*60+b.Minute()
				if to < from {
					to += 24 * 60
				}
			}
			for m := from; m < to; m++ {
				open[(d*24*60+m)%minutes] = true
			}
		}
	}
	if !slices.Contains(open[:], false) {
		return true
	}
	base := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC) // a Monday
	first := o.clock(t).Add(-9 * 24 * time.Hour).Truncate(time.Minute)
	offset := int(first.Sub(base) / time.Minute)
	at := func(i int) bool { return open[(offset+i)%minutes] }
	for i := 1; i < 11*24*60; i++ {
		if !at(i) || at(i-1) {
			continue
		}
		end := i
		for at(end) {
			end++
		}
		from, to := o.instant(first.Add(time.Duration(i)*time.Minute)), o.instant(first.Add(time.Duration(end)*time.Minute))
		if !t.Before(from) && t.Before(to) {
			return true
		}
	}
	return false
}
