package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
)

// testResults prints what came of tests: a line for each that passed, and all about those that did not.
// others is how many further ones passed, of which nothing is printed.
func (io stdio) testResults(results []suite.Result, others int) {
	for _, r := range results {
		if r.Passed {
			fmt.Fprintln(io.out, io.paint(green, "ok")+"    "+line(r.Name))
			continue
		}
		fmt.Fprintf(io.out, "%s  %s  %s\n", io.paint(red, "FAIL"), io.paint(bold, line(r.Name)), io.paint(faint, fmt.Sprintf("%s:%d", r.File, r.Line)))
		io.testResult(r)
	}
	n := others + passed(results)
	if bad := others + len(results) - n; bad > 0 {
		fmt.Fprintf(io.out, "\n%s passed, %s.\n", count(n, "test"), io.paint(red, fmt.Sprintf("%d failed", bad)))
		return
	}
	fmt.Fprintf(io.out, "\n%s passed.\n", count(n, "test"))
}

// testResult prints why a test failed: what was not as expected, and the rules that were tried.
func (io stdio) testResult(r suite.Result) {
	if r.Error != "" {
		fmt.Fprintln(io.out, "      "+line(r.Error))
	}
	widest := 0
	for _, d := range r.Differences {
		widest = max(widest, len(d.What))
	}
	for _, d := range r.Differences {
		io.difference(d, widest)
	}
	if r.Held != "" {
		fmt.Fprintln(io.out, "      when the test ends, the alert is held: "+line(r.Held))
	}
	if len(r.Why) == 0 {
		return
	}
	fmt.Fprintln(io.out, "      "+io.paint(faint, "the rules that were tried"))
	io.out = indent{io.out}
	for _, t := range r.Why {
		io.tried(t)
	}
}

// difference prints what was not as expected; page plans beside each other.
func (io stdio) difference(d suite.Difference, widest int) {
	name := "      " + d.What + strings.Repeat(" ", widest-len(d.What))
	if d.Want != "" {
		got := d.Got
		if got == "" {
			got = "none"
		}
		fmt.Fprintf(io.out, "%s  want %s, got %s\n", name, io.paint(green, line(d.Want)), io.paint(red, line(got)))
	} else {
		fmt.Fprintln(io.out, strings.TrimRight(name, " "))
	}
	if len(d.Lines) == 0 {
		if d.What == "pages" || d.What == "pages_include" {
			fmt.Fprintln(io.out, "        nobody was paged")
		}
		return
	}
	wide := len("expected")
	for _, l := range d.Lines {
		wide = max(wide, len([]rune(l.Want)))
	}
	if d.Want == "" {
		fmt.Fprintf(io.out, "          %s  %s\n", io.paint(faint, pad("expected", wide)), io.paint(faint, "sent"))
	}
	for _, l := range d.Lines {
		switch {
		case d.Want != "":
			fmt.Fprintln(io.out, "          "+line(l.Got))
		case l.Got == "":
			fmt.Fprintln(io.out, "        "+io.paint(red, "- "+l.Want))
		case l.Want == "":
			fmt.Fprintln(io.out, "        "+io.paint(red, "+ "+pad("", wide)+"  "+l.Got))
		default:
			fmt.Fprintln(io.out, "          "+pad(l.Want, wide)+"  "+l.Got)
		}
	}
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-len([]rune(text))))
}

// indent writes lines further to the right.
type indent struct{ to io.Writer }

// Write implements io.Writer for whole lines.
func (i indent) Write(p []byte) (int, error) {
	if _, err := io.WriteString(i.to, "    "); err != nil {
		return 0, err
	}
	return i.to.Write(p)
}
