package schedules

import "slices"

type override struct {
	spec        *OverrideSpec // as it was given
	from, until int64         // Unix seconds
	user        string
	replace     string // empty: everybody
	rotation    int    // index or whole
}

func (o override) covers(unix int64) bool { return o.from <= unix && unix < o.until }

// apply changes who is on call in each rotation. It replaces the slices of cells and leaves what they hold alone.
func (o override) apply(cells [][]entry) {
	for i := range cells {
		if o.rotation != whole && o.rotation != i {
			continue
		}
		if o.replace == "" {
			cells[i] = o.entries(o.rotation)
			continue
		}
		at := slices.IndexFunc(cells[i], func(e entry) bool { return e.user == o.replace })
		if at < 0 {
			continue
		}
		cell := slices.Delete(slices.Clone(cells[i]), at, at+1)
		if !slices.ContainsFunc(cell, func(e entry) bool { return e.user == o.user }) {
			cell = append(cell, o.entries(i)...)
		}
		cells[i] = cell
	}
}

func (o override) entries(rotation int) []entry {
	if o.user == Nobody {
		return nil
	}
	return []entry{{o.user, rotation, true}}
}
