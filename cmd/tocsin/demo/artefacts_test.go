package demo

import (
	"os"
	"path/filepath"
)

// chapter is a part of the story, as the index tells it.
type chapter struct {
	Title   string
	Moments []happening
}

// happening is what happened at one time, in a sentence, and what is left of it.
type happening struct {
	At, Text  string
	Artefacts []artefact
}

// artefact is a file that is left of the story.
type artefact struct{ File, What string }

// chapter begins a part of the story.
func (s *stage) chapter(title string) { s.story = append(s.story, chapter{Title: title}) }

// tell says what happens now.
func (s *stage) tell(text string) {
	c := &s.story[len(s.story)-1]
	c.Moments = append(c.Moments, happening{At: s.now().Format(moment), Text: text})
}

// keep writes a file, as one of what was told last.
func (s *stage) keep(name, what string, data []byte) {
	s.Helper()
	s.write(name, data)
	c := &s.story[len(s.story)-1]
	m := &c.Moments[len(c.Moments)-1]
	m.Artefacts = append(m.Artefacts, artefact{name, what})
}

// kept is keep for what a command has written.
func (s *stage) kept(name, what string) {
	s.Helper()
	s.keep(name, what, s.file(name))
}

func (s *stage) write(name string, data []byte) {
	s.Helper()
	path := filepath.Join(s.dir, name)
	s.must(os.MkdirAll(filepath.Dir(path), 0o755))
	s.must(os.WriteFile(path, data, 0o644))
}

func (s *stage) file(name string) []byte {
	s.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	s.must(err)
	return data
}

// index writes what is left of all of it, and the page that leads to it.
func (s *stage) index() {
	s.Helper()
	s.transcripts()
	s.chapter("All of it")
	s.tell("What was said, typed, mailed and texted in these weeks.")
	config, err := os.ReadFile(filepath.Join("testdata", "tocsin.yaml"))
	s.must(err)
	s.keep("tocsin.yaml", "the configuration of the server", config)
	for _, a := range []artefact{
		{"slack.html", "the channel of the incident, and who was written to"}, {"mails.html", "all mails"}, {"phones.html", "texts and calls"},
		{"statuspage.html", "what Atlassian Statuspage was given"}, {"commands.html", "every command with what it prints"}, {"console.log", "what the terminal of the server showed"},
	} {
		s.kept(a.File, a.What)
	}
	s.page("index.html", "index", page{
		Title: "Transactions fail for APAC accounts", Chapters: s.story,
		Note: "One incident, from the first page to the verified action: three weeks of March 2026 as a Tocsin server played them, in virtual time and with stand-ins for Slack, Twilio, Datadog, Jira and the others. Times are UTC.",
	})
}
