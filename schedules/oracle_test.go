package schedules

import (
	"slices"
	"strconv"
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
	n, err := strconv.Atoi(r.Every[:len(r.Every)-1])
	if err != nil {
		panic(err)
	}
	unit := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[r.Every[len(r.Every)-1]]
	every := time.Duration(n) * unit
	turn := 0
	if unit == time.Hour && 24%n != 0 {
		turn = int(t.Sub(o.instant(starts)) / every)
	} else {
		for k := 0; !starts.Add(time.Duration(k) * every).After(o.clock(t).AddDate(0, 0, 2)); k++ {
			if !o.instant(starts.Add(time.Duration(k) * every)).After(t) {
				turn = k
			}
		}
	}
	group := slices.Clone(r.Participants[(r.StartAt+turn)%len(r.Participants)])
	return slices.DeleteFunc(group, func(user string) bool { return user == Nobody })
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
