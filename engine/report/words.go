package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Text writes a figure of a unit for people: 12, 83.3 %, 4m12s; a dash for none.
func (u Unit) Text(v *float64) string {
	switch {
	case v == nil:
		return "–"
	case u == Seconds:
		return Took(*v)
	case u == Percent:
		return strconv.FormatFloat(math.Round(*v*10)/10, 'f', -1, 64) + " %"
	case u == PerDay:
		return strconv.FormatFloat(math.Round(*v*100)/100, 'f', -1, 64)
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// Took writes seconds in the two largest units that say something: 45s, 4m12s, 3h5m, 2d4h.
func Took(seconds float64) string {
	d := time.Duration(math.Round(seconds)) * time.Second
	const day = 24 * time.Hour
	two := func(large time.Duration, l string, small time.Duration, s string) string {
		d = d.Round(small)
		text := fmt.Sprintf("%d%s", d/large, l)
		if rest := d % large / small; rest > 0 {
			text += fmt.Sprintf("%d%s", rest, s)
		}
		return text
	}
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return two(time.Minute, "m", time.Second, "s")
	case d < 2*day:
		return two(time.Hour, "h", time.Minute, "m")
	}
	return two(day, "d", time.Hour, "h")
}

// Change says how a number differs from that of the period before, and whether that is good (1), bad (-1) or neither.
func (n Number) Change() (text string, good int) {
	a, b := n.Before.Value, n.Now.Value
	if a == nil || b == nil || *a == *b {
		return "", 0
	}
	switch diff := *b - *a; {
	case n.Unit == Percent:
		text = fmt.Sprintf("%+.1f", diff)
	case *a == 0:
		text = "+" + n.Unit.Text(&diff)
	default:
		text = fmt.Sprintf("%+.0f %%", 100*diff / *a)
	}
	if !strings.ContainsAny(text, "123456789") { // it is too little to be shown, or to be good or bad
		return "", 0
	}
	switch {
	case n.Better == Neither:
	case (*b > *a) == (n.Better == Higher):
		good = 1
	default:
		good = -1
	}
	return text, good
}

// StepText says after which step an alert was acknowledged.
func StepText(step string) string {
	switch step {
	case before:
		return "before any page"
	case again:
		return "a repetition or the fallback"
	case never:
		return "never"
	}
	return "step " + step
}
