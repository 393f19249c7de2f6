package demo

import (
	"os"
	"path/filepath"
)

// kind is what an artefact is of.
type kind string

const (
	tocsinSays  kind = "command"
	phones      kind = "phone"
	incidents   kind = "incident"
	customers   kind = "customers"
	postmortems kind = "postmortem"
)

// artefact is a file that is left of the story.
type artefact struct {
	At   string // when it was so
	File string
	Kind kind
	What string
}

func (s *stage) keepFile(name string, k kind, what string, data []byte) {
	s.Helper()
	s.must(os.MkdirAll(filepath.Dir(filepath.Join(s.dir, name)), 0o755))
	s.must(os.WriteFile(filepath.Join(s.dir, name), data, 0o644))
	s.artefacts = append(s.artefacts, artefact{s.now().Format("Mon 2 Jan 15:04"), name, k, what})
}

func (s *stage) keepText(name string, k kind, what, text string) {
	s.Helper()
	s.keepFile(name, k, what, []byte(text))
}
func (s *stage) keepHTML(name string, k kind, what, text string) {
	s.Helper()
	s.keepFile(name, k, what, []byte(text))
}

// file is keepFile for what a command has written.
func (s *stage) file(name string, k kind, what string) {
	s.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	s.must(err)
	s.keepFile(name, k, what, data)
}
