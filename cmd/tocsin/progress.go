package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/tocsin-oncall/tocsin/engine/backup"
)

// progress shows how far a long work is: as a bar on a terminal, else as a line now and then.
type progress struct {
	out      io.Writer
	what     string // is being done
	terminal bool
	now      func() time.Time
	latest   time.Time
	shown    int // characters of the bar
}

// How often the bar moves, and a line is written.
const barEvery, lineEvery = 100 * time.Millisecond, 5 * time.Second

// progressOf shows on standard error; quiet shows nothing.
func progressOf(streams stdio, what string, quiet bool) *progress {
	p := &progress{out: streams.err, what: what, now: streams.now, latest: streams.now()}
	if f, ok := streams.err.(*os.File); ok {
		p.terminal = term.IsTerminal(int(f.Fd()))
	}
	if quiet {
		p.out = io.Discard
	}
	return p
}

var _ backup.Progress = (*progress)(nil).tell

func (p *progress) tell(done, total int) {
	every := lineEvery
	if p.terminal {
		every = barEvery
	}
	now := p.now()
	if now.Sub(p.latest) < every {
		return
	}
	p.latest = now
	text := fmt.Sprintf("%s: %d of %d records", p.what, done, max(done, total))
	if !p.terminal {
		fmt.Fprintln(p.out, text)
		return
	}
	const width = 30
	full := width
	if total > 0 {
		full = min(width, width*done/total)
	}
	text = "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "] " + text
	fmt.Fprintf(p.out, "\r%-*s", p.shown, text)
	p.shown = len(text)
}

// end takes the bar away.
func (p *progress) end() {
	if p.shown > 0 {
		fmt.Fprintf(p.out, "\r%*s\r", p.shown, "")
	}
}
