package api

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/search"
)

// Learning is what the API needs to learn from what was.
type Learning interface {
	Search(ctx context.Context, w search.Wish) (list []engine.Found, total int, err error)
	SimilarIncidents(ctx context.Context, name string, limit int) ([]engine.Similar, error)
	Patterns
}

// How many records a search gives.
const (
	defaultHits = 20
	maxHits     = 100
)

var searchParams = []param{
	{name: "q", doc: `Words, all of which must be there; "a phrase"; begin*; -word that must not be there; FIELD:word, where FIELD is title, summary, description, section, cause, lesson, action, timeline, or service, tag, team, priority, status, user, label. At most 1000 bytes.`},
	{name: "kind", of: []string{"incident", "postmortem"}, doc: "Only these; both by default."},
	{name: "service", list: true, doc: "Only those of one of these."},
	{name: "tag", list: true, doc: "Only those with one of these."},
	{name: "since", doc: "Only those that were opened or made since: RFC 3339, or how long ago: 90d."},
	{name: "until", doc: "Only those before: likewise."},
	{name: "limit", kind: "integer", doc: fmt.Sprintf("How many at most: 1 to %d, %d by default.", maxHits, defaultHits)},
}

// Hits is what a search found.
type Hits struct {
	Items []Hit `json:"items" doc:"Best first; without words in q, newest first."`
	Total int   `json:"total" doc:"How many there are in all."`
}

// Hit is an incident or a postmortem that was found.
type Hit struct {
	Kind      search.Kind `json:"kind" jsonschema:"enum=incident,enum=postmortem"`
	ID        string      `json:"id" doc:"INC-7 or PM-3."`
	Title     string      `json:"title"`
	Status    string      `json:"status" doc:"Of a postmortem its stage."`
	Priority  string      `json:"priority"`
	Service   string      `json:"service"`
	Date      Time        `json:"date" doc:"When the incident was opened, or the postmortem made."`
	Score     float64     `json:"score" doc:"BM25, the more the better; of use only beside those of the same answer."`
	Fragments []Fragment  `json:"fragments" doc:"The best pieces with words of q: three at most."`
}

// Fragment is a piece of a record.
type Fragment struct {
	Where string `json:"where" doc:"title, description, timeline, section impact, cause 2, lesson 1, action 3, …"`
	At    Time   `json:"at" doc:"Of a line of a timeline."`
	Runs  []Run  `json:"runs" doc:"One after the other they are its text."`
}

// Run is a piece of text.
type Run struct {
	Text string `json:"text"`
	Mark bool   `json:"mark" doc:"It is what was searched for."`
}

func findRecords(c *call) (any, error) {
	w, err := c.wish()
	if err != nil {
		return nil, err
	}
	list, total, err := c.Engine.Search(c.ctx, w)
	if err != nil {
		return nil, err
	}
	return Hits{each(list, showHit), total}, nil
}

func (c *call) wish() (w search.Wish, err error) {
	if w.Query, err = search.Parse(c.query.text("q")); err != nil {
		return w, err
	}
	for _, what := range []string{"service", "tag"} {
		if values := c.query.texts(what); len(values) > 0 {
			if len(values) > maxHits {
				return w, invalid(what, "%d are given, %d are possible", len(values), maxHits)
			}
			w.Where(what, values...)
		}
	}
	w.Kind = search.Kind(c.query.text("kind"))
	if w.Since, err = c.query.since("since", c.env.Now); err != nil {
		return w, err
	}
	if w.Until, err = c.query.since("until", c.env.Now); err != nil {
		return w, err
	}
	if w.Empty() && w.Kind == "" && w.Since.IsZero() && w.Until.IsZero() {
		return w, invalid("q", "missing: say what is searched for")
	}
	w.Limit, err = c.query.number("limit", defaultHits, maxHits)
	return w, err
}

// number reads a number from 1 to most.
func (q query) number(name string, usual, most int) (int, error) {
	s := q.text(name)
	if s == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, invalid(name, "%q is not a number from 1 to %d", clip(s), most)
	}
	return n, nil
}

func showHit(f engine.Found) Hit {
	h := Hit{Score: rounded(f.Score), Fragments: each(f.Fragments, showFragment)}
	if s := f.Incident; s != nil {
		h.Kind, h.ID, h.Title, h.Status, h.Priority = search.Incident, s.Name(), s.Title, string(s.Status), s.Priority
		h.Service, h.Date = strings.Join(slices.Clip(s.Impacted()), ", "), utc(s.OpenedAt)
	} else if s := f.Postmortem; s != nil {
		h.Kind, h.ID, h.Title, h.Status, h.Priority = search.Postmortem, s.Name(), s.Title, string(s.Stage()), s.Priority
		h.Service, h.Date = s.Service, utc(s.CreatedAt)
	}
	return h
}

func showFragment(f search.Fragment) Fragment {
	return Fragment{f.Where, utc(f.At), each(f.Runs, func(r search.Run) Run { return Run(r) })}
}

// rounded has three digits: more say nothing.
func rounded(score float64) float64 { return math.Round(score*1000) / 1000 }
