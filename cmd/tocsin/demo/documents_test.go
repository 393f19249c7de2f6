package demo

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// documents says that what docs/incidents.md shows of the story is what was typed and printed, at any of the times
// that it was. Lines that are … stand for some that are left out, and commands may be shown without what they print.
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
			if all := s.printedBy(line); all != nil {
				printed, gap = all, true
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

// printedBy is what was printed each time that a line was typed; nil where it never was.
func (s *stage) printedBy(line string) (all []string) {
	for _, c := range s.typed {
		if c.Prompt()+c.Line == line {
			all = append(all, strings.Split(c.Output, "\n")...)
		}
	}
	return all
}

// pictures says that a picture of docs/ is the one of the story. TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin/demo writes it anew.
func (s *stage) pictures() {
	s.Helper()
	drawn, path := s.file("services.svg"), filepath.Join("..", "..", "..", "docs", "incident-services.svg")
	if os.Getenv("TOCSIN_WRITE_DOCS") != "" {
		s.must(os.WriteFile(path, drawn, 0o644))
	}
	shown, err := os.ReadFile(path)
	s.must(err)
	if !bytes.Equal(shown, drawn) {
		s.Errorf("%s is not what the story draws; TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin/demo draws it anew", path)
	}
}
