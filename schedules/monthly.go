package schedules

import "time"

// monthly hands over every so many months, on the anchor's day of the month and at its time of day; on the last day of
// months that are too short.
type monthly struct {
	anchor wall
	every  int64 // months
}

func (m monthly) at(n int64) (wall, bool) {
	t := floating(m.anchor)
	first := time.Date(t.Year(), t.Month()+time.Month(n*m.every), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	begin := wall(first.Unix()) + wall(min(t.Day(), last)-1)*day
	return begin + floorMod(m.anchor, day), true
}

func (m monthly) floor(w wall) int64 {
	if w <= m.anchor {
		return 0
	}
	from, to := floating(m.anchor), floating(w)
	n := int64((to.Year()-from.Year())*12+int(to.Month())-int(from.Month())) / m.every
	if at, _ := m.at(n); at > w {
		n--
	}
	return n
}
