// Package picture draws the story of a rehearsal: time runs down the page, every person and place has a lane, and each
// page is a mark in it. The picture stands alone, needs no fonts or scripts, and can be printed in black and white: what
// colours say, words or shapes say, too. The package draws what it is given, and decides nothing.
package picture

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
)

// maxRows is how many instants are drawn; a note says how many are not.
const maxRows = 400

// maxNotes is how many lines of words an instant has.
const maxNotes = 8

// lane is a person, a place, or a provider that is down for a time.
type lane struct {
	name    string
	channel bool
	outage  bool
	away    bool
}

// row is an instant at which something happened.
type row struct {
	at     time.Time
	offset time.Duration
	marks  map[string][]mark // by lane
	notes  []note
	acks   []string // who acknowledged
	step   bool     // a step was taken
	up     []string // providers that work again,
	down   []string // and that do not any more
}

// mark is a message in a lane.
type mark struct {
	text   string
	failed bool
	notice bool
	title  string
}

// note is a line of words beside a row.
type note struct {
	text  string
	class string
}

// rowsOf sorts a story into instants and lanes.
func rowsOf(s *rehearsal.Story, zone *time.Location) (rows []*row, lanes []lane, more int) {
	seen := map[string]bool{}
	put := func(l lane) {
		if !seen[l.name] {
			seen[l.name] = true
			lanes = append(lanes, l)
		}
	}
	several := len(s.Alerts) > 1
	for _, e := range s.Entries {
		n := len(rows)
		if n == 0 || !rows[n-1].at.Equal(e.At) {
			if n == maxRows {
				more++
				continue
			}
			rows = append(rows, &row{at: e.At, offset: e.Offset, marks: map[string][]mark{}})
			n++
		}
		r := rows[n-1]
		if e.Page != nil {
			put(lane{name: e.Page.To(), channel: e.Page.Channel != "", away: e.Page.Away})
			r.page(e, several)
			continue
		}
		switch provider, _, _ := strings.Cut(e.Text, " "); e.Kind {
		case rehearsal.ProviderDown:
			put(lane{name: provider + " down", outage: true})
			r.down = append(r.down, provider+" down")
		case rehearsal.ProviderUp:
			r.up = append(r.up, provider+" down")
		case "acked":
			r.acks = append(r.acks, e.By)
		case "step":
			r.step = true
		}
		r.say(Words(e, several, zone), classes[e.Kind])
	}
	// People first, then places, then providers, each as they came.
	slices.SortStableFunc(lanes, func(a, b lane) int { return a.order() - b.order() })
	return rows, lanes, more
}

func (l lane) order() int {
	switch {
	case l.outage:
		return 2
	case l.channel:
		return 1
	}
	return 0
}

func (r *row) page(e rehearsal.Entry, several bool) {
	m := mark{text: e.Page.Via, failed: !e.Page.Sent, notice: e.Kind == rehearsal.Noticed, title: e.Text}
	switch {
	case len(e.Page.Bundle) > 1:
		m.text += fmt.Sprintf(" ×%d", len(e.Page.Bundle))
	case several && e.Alert > 0:
		m.text += fmt.Sprintf(" #%d", e.Alert)
	}
	to := e.Page.To()
	marks := r.marks[to]
	if n := len(marks); n >= 6 { // a storm: the rest is counted
		last := &marks[n-1]
		if !strings.HasPrefix(last.text, "and ") {
			*last = mark{text: "and 1 more"}
		}
		var k int
		fmt.Sscanf(last.text, "and %d more", &k)
		last.text = fmt.Sprintf("and %d more", k+1)
		return
	}
	r.marks[to] = append(marks, m)
}

// classes are those of the kinds of entries that stand out.
var classes = map[string]string{
	rehearsal.Arrived: "strong", "step": "strong", "acked": "good", "closed": "good", "recovered": "good", rehearsal.ProviderUp: "good",
	"exhausted": "bad", "fallback": "bad", "unreachable": "bad", "failed": "bad", "rule_error": "bad", rehearsal.ProviderDown: "bad",
	rehearsal.Refusal: "faint", "routed": "faint", "created": "faint", "joined": "faint",
}

// say adds words.
func (r *row) say(words, class string) {
	if len(r.notes) < maxNotes {
		r.notes = append(r.notes, note{words, class})
		return
	}
	last := &r.notes[maxNotes-1]
	var k int
	if _, err := fmt.Sscanf(last.text, "… and %d more", &k); err != nil {
		k = 1
	}
	*last = note{fmt.Sprintf("… and %d more", k+1), "faint"}
}

// instants are times as timelines write them.
var instants = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// Words are what an entry says, on one line, with times in a zone, and with the alert's number where there are several.
// Kinds that are not known are said as they are.
func Words(e rehearsal.Entry, several bool, zone *time.Location) string {
	text := e.Text
	if text == "" {
		text = strings.ReplaceAll(e.Kind, "_", " ")
	}
	switch {
	case e.Kind == rehearsal.Refusal:
		text = "not done: " + text
	case e.Kind == "created":
		text = "alert opens: " + text
	case e.Incident != "":
		text = e.Incident + " " + e.Kind + ": " + text
	}
	if e.By != "" && !strings.Contains(text, e.By) {
		text = e.By + ": " + text
	}
	if several && e.Alert > 0 && (e.Page == nil || len(e.Page.Bundle) < 2) {
		text = fmt.Sprintf("#%d %s", e.Alert, text)
	}
	text = instants.ReplaceAllStringFunc(text, func(written string) string {
		at, err := time.Parse(time.RFC3339, written)
		if err != nil {
			return written
		}
		if at = at.In(zone); at.Format("20060102") == e.At.In(zone).Format("20060102") {
			return at.Format("15:04 MST")
		}
		return at.Format("Mon 2 Jan 15:04 MST")
	})
	return strings.Join(strings.Fields(text), " ")
}
