package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestProgressIsABarOnATerminalAndLinesElsewhere(t *testing.T) {
	t.Parallel()
	for terminal, want := range map[bool]string{
		false: "backing up: 50 of 100 records\nbacking up: 100 of 100 records\n",
		true: "\r[###############...............] backing up: 50 of 100 records" +
			"\r[##############################] backing up: 100 of 100 records" +
			"\r" + strings.Repeat(" ", 63) + "\r", // and away again
	} {
		var out bytes.Buffer
		now := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
		p := progressOf(stdio{err: &out, now: func() time.Time { return now }}, "backing up", false)
		p.terminal = terminal
		p.tell(10, 100) // too early to say anything
		now = now.Add(lineEvery)
		p.tell(50, 100)
		now = now.Add(lineEvery)
		p.tell(100, 100)
		p.end()
		if out.String() != want {
			t.Errorf("terminal %t:\n%q, want\n%q", terminal, out.String(), want)
		}
	}
}

func TestProgressIsSilentWhenAskedToBe(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)
	p := progressOf(stdio{err: &out, now: func() time.Time { return now }}, "restoring", true)
	now = now.Add(time.Hour)
	p.tell(1, 2)
	p.end()
	if out.Len() > 0 {
		t.Errorf("it says %q", out.String())
	}
}
