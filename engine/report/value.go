package report

import (
	"cmp"
	"slices"
	"time"
)

// Value is a number of a period. What is made of nothing has none.
type Value struct {
	Of     int      `json:"of" doc:"Of how many records it is made."`
	Value  *float64 `json:"value,omitempty" doc:"The count, the percentage, or the mean; left out where it is made of nothing."`
	Median *float64 `json:"median,omitempty" doc:"Of seconds: half of them are no longer."`
	P90    *float64 `json:"p90,omitempty" doc:"Of seconds: 90 of 100 are no longer."`
}

func count(n int) Value {
	v := float64(n)
	return Value{Of: n, Value: &v}
}

// share is a percentage with two decimals.
func share(part, whole int) Value {
	if whole == 0 {
		return Value{}
	}
	v := float64((20_000*part+whole)/(2*whole)) / 100
	return Value{Of: whole, Value: &v}
}

// Outlier is a record that took far longer than others.
type Outlier struct {
	Ref     string    `json:"ref" doc:"#1042 or INC-7."`
	Title   string    `json:"title"`
	At      time.Time `json:"at" doc:"When it began."`
	Seconds float64   `json:"seconds"`
}

const (
	outliersKept = 20
	outliersFrom = 8 // of fewer, nothing can be said to be far from the others
)

// durations are how long something took, each in whole milliseconds.
type durations struct {
	ms    []int64
	sum   int64
	worst []Outlier // the longest, in order
}

// longer puts the longest first, and the earlier of two that took as long.
func longer(a, b Outlier) int {
	return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(len(a.Ref), len(b.Ref)), cmp.Compare(a.Ref, b.Ref))
}

// add takes one that began at a time. What is negative took no time.
func (d *durations) add(took time.Duration, at time.Time, ref, title string) {
	ms := max(0, took.Milliseconds())
	d.ms = append(d.ms, ms)
	d.sum += ms
	o := Outlier{ref, title, at, seconds(ms)}
	i, _ := slices.BinarySearchFunc(d.worst, o, longer)
	if i < outliersKept {
		d.worst = slices.Insert(d.worst, i, o)
		d.worst = d.worst[:min(len(d.worst), outliersKept)]
	}
}

func (d *durations) n() int { return len(d.ms) }

// value sums up. The mean is rounded to a millisecond.
func (d *durations) value() Value {
	n := int64(len(d.ms))
	if n == 0 {
		return Value{}
	}
	slices.Sort(d.ms)
	mean, median, p90 := seconds((2*d.sum+n)/(2*n)), seconds(d.rank(50)), seconds(d.rank(90))
	return Value{Of: int(n), Value: &mean, Median: &median, P90: &p90}
}

// rank is the value that so many of 100 do not exceed, by nearest rank; the values are sorted.
func (d *durations) rank(percent int) int64 {
	return d.ms[(len(d.ms)*percent+99)/100-1]
}

// outliers are those above the upper quartile by more than one and a half times the distance of the quartiles
// (Tukey's fence), the longest first, and how many there are.
func (d *durations) outliers() (list []Outlier, n int) {
	if len(d.ms) < outliersFrom {
		return nil, 0
	}
	slices.Sort(d.ms)
	fence := 2*d.rank(75) + 3*(d.rank(75)-d.rank(25)) // of twice the values
	n = len(d.ms)
	for i, ms := range d.ms {
		if 2*ms > fence {
			n = i
			break
		}
	}
	n = len(d.ms) - n
	return slices.Clone(d.worst[:min(n, len(d.worst))]), n
}

func seconds(ms int64) float64 { return float64(ms) / 1000 }
