package suite

import "slices"

func (l Line) differs() bool { return l.Want == "" || l.Got == "" }

// beside puts the pages that are expected beside those that were sent, so that as many as possible are on one line. Those
// of one instant may come in any order.
func beside(want, got []Page) (lines []Line) {
	want = aligned(want, got)
	// common[i][j] is how many of want[i:] and got[j:] can be on one line.
	common := make([][]int, len(want)+1)
	for i := range common {
		common[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			common[i][j] = max(common[i+1][j], common[i][j+1])
			if want[i].is(got[j]) {
				common[i][j] = max(common[i][j], common[i+1][j+1]+1)
			}
		}
	}
	i, j := 0, 0
	for i < len(want) || j < len(got) {
		switch {
		case i < len(want) && j < len(got) && want[i].is(got[j]) && common[i][j] == common[i+1][j+1]+1:
			lines = append(lines, Line{want[i].String(), got[j].String()})
			i, j = i+1, j+1
		case i < len(want) && (j == len(got) || common[i+1][j] >= common[i][j+1]):
			lines = append(lines, Line{Want: want[i].String()})
			i++
		default:
			lines = append(lines, Line{Got: got[j].String()})
			j++
		}
	}
	return lines
}

// aligned gives the expected pages of each instant the order in which they were sent.
func aligned(want, got []Page) (out []Page) {
	for len(want) > 0 {
		n := slices.IndexFunc(want, func(p Page) bool { return p.At != want[0].At })
		if n < 0 {
			n = len(want)
		}
		group := slices.Clone(want[:n])
		want = want[n:]
		for _, g := range got {
			// The most exact first: one that names no way would take any.
			i := slices.IndexFunc(group, func(p Page) bool { return p == g })
			if i < 0 {
				i = slices.IndexFunc(group, func(p Page) bool { return p.is(g) })
			}
			if i >= 0 {
				out = append(out, group[i])
				group = slices.Delete(group, i, i+1)
			}
		}
		out = append(out, group...)
	}
	return out
}
