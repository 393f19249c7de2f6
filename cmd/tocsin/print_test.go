package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// printing is an output for people, and what it was given.
func printing(t *testing.T, env map[string]string) (stdio, *bytes.Buffer) {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	out := &bytes.Buffer{}
	return stdio{
		out: out, err: out, now: func() time.Time { return noon }, zone: zone,
		env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	}, out
}

func TestATableFitsTheTerminalByCuttingItsTexts(t *testing.T) {
	t.Parallel()
	io, out := printing(t, nil)
	long := table{head: []string{"ALERT", "TITLE", "WHO"}, wide: 1}
	long.row(text("#1"), text("Disk of db-3 is full, and that for the third time"), text("ethan"))
	long.row(text("#22"), text("Ünïcödé"), text(""))
	io.width = 40
	io.table(long)
	want := "ALERT  TITLE                       WHO\n#1     Disk of db-3 is full, and…  ethan\n#22    Ünïcödé\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	out.Reset()
	io.width = 0
	io.table(long)
	if !strings.Contains(out.String(), "for the third time") {
		t.Errorf("a text was cut where lines may be of any length:\n%s", out)
	}
}

func TestColoursAreForTerminalsThatWantThem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		terminal bool
		env      map[string]string
		coloured bool
	}{
		{terminal: true, coloured: true},
		{terminal: false},
		{terminal: true, env: map[string]string{"NO_COLOR": "1"}},
		{terminal: true, env: map[string]string{"TERM": "dumb"}},
	} {
		io, out := printing(t, test.env)
		io.terminal = test.terminal
		colourful := table{head: []string{"STATUS", "TITLE"}}
		colourful.row(state("open"), text("x"))
		io.table(colourful)
		if got := strings.Contains(out.String(), "\x1b[31mopen\x1b[0m  "); got != test.coloured {
			t.Errorf("%+v: coloured is %t:\n%q", test, got, out)
		}
	}
}

func TestWhatSendersWroteCannotMoveTheCursor(t *testing.T) {
	t.Parallel()
	io, out := printing(t, nil)
	bad := table{head: []string{"TITLE"}}
	bad.row(text("first\nsecond\x1b[2Jthird\u009b31m"))
	io.table(bad)
	io.paragraph("one\x1b[2J\n  two\r\n")
	want := "TITLE\nfirst second [2Jthird 31m\n  one [2J\n    two\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestTimesAreLocalAndSayHowFarAwayTheyAre(t *testing.T) {
	t.Parallel()
	io, _ := printing(t, nil)
	for _, test := range []struct {
		away time.Duration
		want string
	}{
		{0, "2026-03-09 08:00 EDT (now)"},
		{-3 * time.Minute, "2026-03-09 07:57 EDT (3m ago)"},
		{-59 * time.Second, "2026-03-09 07:59 EDT (59s ago)"},
		{2 * time.Hour, "2026-03-09 10:00 EDT (in 2h)"},
		{-36 * time.Hour, "2026-03-07 19:00 EST (36h ago)"},
		{90 * time.Minute, "2026-03-09 09:30 EDT (in 1h30m)"},
		{-53 * time.Hour, "2026-03-07 02:00 EST (2d5h ago)"},
		{7 * 24 * time.Hour, "2026-03-16 08:00 EDT (in 7d)"},
	} {
		if got := io.moment(noon.Add(test.away)); got != test.want {
			t.Errorf("%s away: %q, want %q", test.away, got, test.want)
		}
	}
	if got := io.moment(time.Time{}); got != "" {
		t.Errorf("no time is %q, want nothing", got)
	}
}

func TestDurationsAreShownWithoutTheirZeros(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 30 * time.Second: "30s", 10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Minute: "1h30m",
		100 * time.Second: "1m40s", 20 * time.Hour: "20h", 10*time.Hour + 10*time.Minute: "10h10m", time.Hour + time.Second: "1h0m1s",
	} {
		if got := shortened(d.String()); got != want {
			t.Errorf("%s is shown as %q, want %q", d, got, want)
		}
	}
}
