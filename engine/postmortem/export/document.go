// Package export writes a postmortem as a document: Markdown, a page of HTML that needs nothing else, or the storage
// format of Confluence; for those who worked on it, or for customers. All come from the same record. It is pure: it
// reads no clock and does no I/O. What people wrote is Markdown; no HTML of theirs gets into a page, and no page loads
// anything.
package export

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// Audience is whom a document is for.
type Audience string

// The audiences.
const (
	Internal  Audience = "internal"
	Customers Audience = "customers" // impact, cause, and what is being done by when; no people, no evidence, no links
)

// Audiences are all of them.
var Audiences = [...]Audience{Internal, Customers}

// Format is what a document is written in.
type Format string

// The formats.
const (
	Markdown   Format = "markdown"
	HTML       Format = "html"       // one page, fit to be printed
	Confluence Format = "confluence" // its storage format: the body of a page, as its REST API takes it
)

// Formats are all of them.
var Formats = [...]Format{Markdown, HTML, Confluence}

// Types are the media types of the formats.
var Types = map[Format]string{
	Markdown: "text/markdown; charset=utf-8", HTML: "text/html; charset=utf-8", Confluence: "application/xhtml+xml; charset=utf-8",
}

// Endings are how the names of files in a format end.
var Endings = map[Format]string{Markdown: ".md", HTML: ".html", Confluence: ".xml"}

// Write is the document of a postmortem as it is at now, with the pictures of its incident. Customers get none.
func Write(s *postmortem.State, format Format, audience Audience, now time.Time, pictures ...Picture) (string, error) {
	d := internal(s, now)
	if audience == Customers {
		d = forCustomers(s)
	} else {
		d.illustrate(pictures, s.Incident)
	}
	switch format {
	case Markdown:
		return d.markdown(), nil
	case HTML:
		return d.html()
	case Confluence:
		return d.confluence()
	}
	return "", fmt.Errorf("%q is not a format of a postmortem", format)
}

// document is what every format says.
type document struct {
	title string
	facts [][2]string // plain texts
	parts []part

	pictures []Picture // after the last part
}

// part is a section of a document.
type part struct {
	title string // plain
	text  string // Markdown
}

func (d *document) fact(name, value string) {
	if value != "" {
		d.facts = append(d.facts, [2]string{name, value})
	}
}

func (d *document) add(title string, texts ...string) {
	var filled []string
	for _, text := range texts {
		if text = strings.Trim(clean(text), "\n"); strings.TrimSpace(text) != "" {
			filled = append(filled, text)
		}
	}
	if len(filled) > 0 {
		d.parts = append(d.parts, part{title, strings.Join(filled, "\n\n")})
	}
}

const (
	dayLayout  = "2 January 2006"
	timeLayout = "2 January 2006, 15:04 UTC"
)

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

// internal is everything.
func internal(s *postmortem.State, now time.Time) document {
	d := document{title: clean(fmt.Sprintf("%s: %s", s.Name(), s.Title))}
	d.fact("Incident", strings.Join(filled(s.Incident, s.Priority), ", "))
	d.fact("Service", s.Service)
	d.fact("Team", s.Team)
	d.fact("Owner", s.Owner)
	d.fact("Stage", strings.ReplaceAll(string(s.Stage()), "_", " "))
	d.fact("Due", when(s.DueAt))
	d.fact("Published", when(s.CompletedAt))
	d.fact("In spite of", strings.Join(s.Gaps, "; "))
	d.fact("Because", cmp.Or(s.ForcedFor, s.WaivedFor))
	for _, h := range s.Headings() {
		list := ""
		switch h.Name {
		case postmortem.RootCauses:
			list = whys(s, 0, "")
		case postmortem.LessonText:
			list = lessons(s)
		}
		d.add(h.Title, s.Sections[h.Name], list)
	}
	d.add("Actions", actions(s, now))
	return d
}

func filled(texts ...string) (list []string) {
	for _, text := range texts {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}

// whys are the causes below one, as a list of lists.
func whys(s *postmortem.State, parent int, indent string) string {
	var b strings.Builder
	for _, c := range s.Children(parent) {
		fmt.Fprintf(&b, "%s- %s\n", indent, oneLine(c.Text))
		if c.Evidence != "" {
			fmt.Fprintf(&b, "\n%s  *Evidence:* %s\n\n", indent, oneLine(c.Evidence))
		}
		b.WriteString(whys(s, c.N, indent+"  "))
	}
	return b.String()
}

func lessons(s *postmortem.State) string {
	var b strings.Builder
	for _, l := range s.Lessons {
		fmt.Fprintf(&b, "- %s\n", oneLine(l.Text))
	}
	return b.String()
}

func actions(s *postmortem.State, now time.Time) string {
	if len(s.Actions) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| | Action | Horizon | Owner | Due | Status |\n|---|---|---|---|---|---|\n")
	for _, i := range s.Actions {
		text := cell(i.Text)
		if i.Issue != "" {
			text += fmt.Sprintf(" ([issue](<%s>))", strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", "\n", "").Replace(i.Issue))
		}
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %s | %s |\n", i.N, text, i.Horizon, escape(i.Owner), day(i.DueAt), escape(status(i, now)))
	}
	return b.String()
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(dayLayout)
}

// status says how far an action is, against what was promised.
func status(i postmortem.Item, now time.Time) string {
	text := "open"
	switch {
	case i.Verified():
		text = "verified by " + i.VerifiedBy + ": " + oneLine(i.Evidence)
	case i.Done:
		text = "done " + day(i.DoneAt)
	case i.Overdue(now):
		text = "overdue"
	}
	switch late := i.DaysLate(now); {
	case late == 1:
		text += ", a day after the promise of " + day(i.Promised())
	case late > 1:
		text += fmt.Sprintf(", %d days after the promise of %s", late, day(i.Promised()))
	}
	return text
}

// forCustomers is what those are told who were harmed: what it was to them, why it happened, and what is done.
func forCustomers(s *postmortem.State) document {
	d := document{title: clean(s.Title)}
	d.fact("Date", day(s.CreatedAt))
	d.add("What happened", written(s, postmortem.Summary))
	d.add("Impact", written(s, postmortem.Impact))
	var causes strings.Builder
	for _, c := range s.Roots() {
		fmt.Fprintf(&causes, "- %s\n", oneLine(c.Text))
	}
	d.add("Cause", written(s, postmortem.RootCauses), causes.String())
	var steps strings.Builder
	for _, i := range s.Actions {
		switch {
		case i.Done:
			fmt.Fprintf(&steps, "- %s: done\n", oneLine(i.Text))
		case i.DueAt.IsZero():
			fmt.Fprintf(&steps, "- %s\n", oneLine(i.Text))
		default:
			fmt.Fprintf(&steps, "- %s: by %s\n", oneLine(i.Text), day(i.DueAt))
		}
	}
	d.add("What is being done", steps.String())
	return d
}

// written is what people wrote into a section, without what it was filled in with.
func written(s *postmortem.State, name string) string {
	return strings.TrimPrefix(s.Sections[name], s.Given[name])
}
