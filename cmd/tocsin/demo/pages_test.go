package demo

import (
	"bytes"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
)

// page is what the pages of the demo are made of; each uses what it shows.
type page struct {
	Title, Note string
	Index       bool
	Style       template.CSS
	Chapters    []chapter
	Places      []place
	Mails       []mailed
	Words       []words
	Typed       []typed
}

// words are what somebody read or heard.
type words struct{ At, Who, Text string }

// mailed is a mail, and where its HTML is.
type mailed struct {
	At, To, Subject, Text, HTML string
	Event                       bool
}

const moment = "Mon 2 Jan 15:04"

// page writes a page by its template.
func (s *stage) page(name, kind string, p page) {
	s.Helper()
	style, err := os.ReadFile(filepath.Join("testdata", "style.css"))
	s.must(err)
	p.Style, p.Index = template.CSS(style), kind == "index"
	pages, err := template.ParseFiles(filepath.Join("testdata", "pages.html.tmpl"))
	s.must(err)
	var b bytes.Buffer
	s.must(pages.ExecuteTemplate(&b, kind, p))
	s.write(name, b.Bytes())
}

// When is the moment of a command.
func (c typed) When() string { return c.At.Format(moment) }

// Prompt is what stands before a command: who types in Slack, or a shell's.
func (c typed) Prompt() string {
	if c.Slack != "" {
		return nameOf[c.Slack] + ": "
	}
	return "$ "
}

var nameOf = map[string]string{ethan: "ethan", amir: "amir", darren: "darren", jason: "jason"}

var phoneOf = map[string]string{"+15550100": "ethan", "+15550101": "amir", "+15550102": "darren", "+15550103": "jason"}

// transcripts writes what was typed, said, mailed, texted and spoken.
func (s *stage) transcripts() {
	s.Helper()
	s.page("commands.html", "typed", page{Title: "What people typed", Note: "Commands in a terminal and in Slack, in order, with what they print.", Typed: s.typed})
	var b strings.Builder
	for _, c := range s.typed {
		fmt.Fprintf(&b, "# %s\n%s%s\n%s\n", c.When(), c.Prompt(), c.Line, c.Output)
	}
	s.write("commands.txt", []byte(b.String()))

	var heard []words
	for _, sent := range s.phones.Sent() {
		if !sent.Call {
			heard = append(heard, words{"text", "to " + phoneOf[sent.To()], sent.Body()})
		}
	}
	for _, c := range s.calls {
		heard = append(heard, words{"call, " + c.At.Format(moment) + ", taken by voicemail", "to " + phoneOf[c.To], c.Text})
	}
	s.page("phones.html", "words", page{Title: "Texts and calls", Note: "The texts in order, then the calls.", Words: heard})

	var list []mailed
	for i, m := range s.mail.Messages() {
		c := m.Parse(s)
		at, err := c.Header.Date()
		s.must(err)
		one := mailed{At: at.UTC().Format(moment), To: strings.Join(m.To, ", "), Subject: c.Subject, Text: c.Text, Event: c.Event != ""}
		if c.HTML != "" {
			one.HTML = fmt.Sprintf("mails/%02d.html", i+1)
			s.write(one.HTML, []byte(c.HTML))
		}
		list = append(list, one)
	}
	s.page("mails.html", "mails", page{Title: "Mails", Note: fmt.Sprintf("All %d, oldest first.", len(list)), Mails: list})

	var updates []words
	for _, in := range s.public.Incidents() {
		for _, u := range in.Updates {
			updates = append(updates, words{u.Status, in.Name, u.Body})
		}
	}
	s.page("statuspage.html", "words", page{Title: "Atlassian Statuspage", Note: "What was published there, oldest first.", Words: updates})
	s.page("slack.html", "slack", page{Title: "Slack", Note: "The channel of the incident, the one of the management, and direct messages; each as it is in the end.", Places: s.places()})
	s.write("console.log", s.console.Bytes())
}
