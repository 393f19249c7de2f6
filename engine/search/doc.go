package search

import (
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Kind is what a record is.
type Kind string

// The kinds of records that are searched.
const (
	Incident   Kind = "incident"
	Postmortem Kind = "postmortem"
)

// Kinds are all of them.
var Kinds = [...]Kind{Incident, Postmortem}

// Doc is a record as it is searched.
type Doc struct {
	ID      store.ID
	Version uint64 // of the record
	Kind    Kind
	Number  uint64
	Born    time.Time // when it was opened, or made
	Facets  []Facet
	// Passages are its texts. They are not kept: a fragment is cut from the record as it is then.
	Passages []Passage
}

// Facet is something that a record has or has not, such as a tag: it is compared as a whole, and not by its words.
type Facet struct {
	What  string // service, tag, team, priority, status, user, label
	Value string
}

// What facets there are.
const (
	service  = "service"
	tag      = "tag"
	team     = "team"
	priority = "priority"
	status   = "status"
	user     = "user"
	label    = "label"
)

// Passage is one text of a record.
type Passage struct {
	In    Part
	Where string    // where it is in words: "section impact", "cause 3", "timeline"
	At    time.Time // of a line of a timeline; zero for others
	Text  string
}

// Part is the part of a record that a passage belongs to.
type Part int

// The parts of records, in the order of the index's columns.
const (
	Title Part = iota
	Summary
	About // the description, the titles of alerts, properties, links
	Section
	Cause
	Lesson
	Task     // an action item
	Timeline // with status updates and the names of files
	parts
)

// column is a part in the index: its name there and in queries, and how much a word in it counts.
type column struct {
	name   string
	weight float64
}

var columns = [parts]column{
	Title: {"title", 8}, Summary: {"summary", 4}, About: {"description", 3}, Section: {"section", 1.5},
	Cause: {"cause", 3}, Lesson: {"lesson", 3}, Task: {"action", 2}, Timeline: {"timeline", 1},
}

// facets adds those of a record that have a value.
func (d *Doc) facets(what string, values ...string) {
	for _, v := range values {
		if v = strings.ToLower(strings.TrimSpace(v)); v != "" {
			d.Facets = append(d.Facets, Facet{what, v})
		}
	}
}

// text adds a passage that says something.
func (d *Doc) text(in Part, where, text string) {
	d.line(in, where, time.Time{}, text)
}

func (d *Doc) line(in Part, where string, at time.Time, text string) {
	if text != "" {
		d.Passages = append(d.Passages, Passage{in, where, at, text})
	}
}
