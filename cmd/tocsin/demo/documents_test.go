package demo

import (
	"os"
	"regexp"
	"strings"
)

var console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// documents says that what docs/incidents.md shows of the story is what was typed and printed: a command with the first of
// what it prints. Lines that are … stand for some that are left out, and commands may be shown without what they print.
func (s *stage) documents() {
	s.Helper()
	text, err := os.ReadFile("../../../docs/incidents.md")
	s.must(err)
	blocks := console.FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 5 {
		s.Errorf("docs/incidents.md shows the story in %d blocks only", len(blocks))
	}
	for _, block := range blocks {
		var printed []string // what the command has printed that is not shown yet
		gap := false
		for _, line := range strings.Split(strings.TrimSuffix(block[1], "\n"), "\n") {
			if c := s.command(line); c != nil {
				printed, gap = strings.Split(c.Output, "\n"), false
				continue
			}
			if line == "…" {
				gap = true
				continue
			}
			at := 0
			for gap && at < len(printed) && printed[at] != line {
				at++
			}
			if at >= len(printed) || printed[at] != line {
				s.Errorf("docs/incidents.md shows a line that nobody typed and nothing printed there: %s", line)
				break
			}
			printed, gap = printed[at+1:], false
		}
	}
}

// command is the last one that was typed as a line has it.
func (s *stage) command(line string) *typed {
	for i := len(s.typed) - 1; i >= 0; i-- {
		if c := &s.typed[i]; c.Prompt()+c.Line == line {
			return c
		}
	}
	return nil
}
