package report_test

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

func TestAChangeIsSaidInTheWordsOfItsUnit(t *testing.T) {
	t.Parallel()
	v := func(f float64) report.Value { return report.Value{Of: 1, Value: &f} }
	for _, c := range []struct {
		unit        report.Unit
		better      report.Better
		before, now report.Value
		text        string
		good        int
	}{
		{report.Count, report.Lower, v(10), v(12), "+20 %", -1},
		{report.Count, report.Lower, v(0), v(3), "+3", -1},
		{report.Count, report.Neither, v(10), v(5), "-50 %", 0},
		{report.Seconds, report.Lower, v(0), v(90), "+1m30s", -1},
		{report.Seconds, report.Lower, v(200), v(100), "-50 %", 1},
		{report.Percent, report.Higher, v(80), v(82.5), "+2.5", 1},
		{report.PerDay, report.Higher, v(0), v(0.14), "+0.14", 1},
		{report.Seconds, report.Lower, v(1000), v(999), "", 0}, // -0 % is none
		{report.Percent, report.Higher, v(83.33), v(83.34), "", 0},
		{report.Count, report.Lower, v(3), v(3), "", 0},
		{report.Seconds, report.Lower, report.Value{}, v(3), "", 0},
		{report.Seconds, report.Lower, v(3), report.Value{}, "", 0},
	} {
		text, good := report.Number{Unit: c.unit, Better: c.better, Before: c.before, Now: c.now}.Change()
		if text != c.text || good != c.good {
			t.Errorf("%s from %v to %v: %q, %d; want %q, %d", c.unit, c.before.Value, c.now.Value, text, good, c.text, c.good)
		}
	}
}

func TestATimeIsWrittenInItsTwoLargestUnits(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]string{
		0: "0s", 0.4: "0s", 59.6: "1m", 61: "1m1s", 3599: "59m59s", 3600: "1h", 3661: "1h1m", 172799: "48h", 172800: "2d", 183600: "2d3h", 63072000: "730d",
	} {
		if got := report.Took(seconds); got != want {
			t.Errorf("%g is %s, want %s", seconds, got, want)
		}
	}
}
