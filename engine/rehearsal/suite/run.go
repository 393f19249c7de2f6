package suite

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/rules"
)

// Result is what came of one test.
type Result struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	// Differences are what was not as expected; empty when the test passed.
	Differences []Difference `json:"differences,omitempty"`
	// Held says what the alert waits for when the test ends, and until when; only of a test that did not pass.
	Held string `json:"held,omitempty"`
	// Why are the rules that were tried on the first event; only of a test that did not pass.
	Why []rules.Tried `json:"why,omitempty"`
	// Error says that the test could not be played to its end.
	Error string `json:"error,omitempty"`
}

// Difference is one thing that was not as expected.
type Difference struct {
	What string `json:"what"` // priority, pages, …
	Want string `json:"want,omitempty"`
	Got  string `json:"got,omitempty"`
	// Lines are the two page plans beside each other; for pages alone.
	Lines []Line `json:"lines,omitempty"`
}

// Line is a line of two lists beside each other: the same in both, or in one of them only.
type Line struct {
	Want string `json:"want,omitempty"`
	Got  string `json:"got,omitempty"`
}

// Run runs the tests whose names match, all of them for nil, in their order.
func (s *Suite) Run(ctx context.Context, match *regexp.Regexp) (results []Result, err error) {
	for _, t := range s.tests {
		if match != nil && !match.MatchString(t.Name) {
			continue
		}
		r := Result{File: s.Path, Line: s.doc.Line(t.path), Name: t.Name}
		story, err := rehearsal.Play(ctx, s.world, t.script)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			r.Error = err.Error()
		default:
			r.Differences = compare(t.Expect, story)
			if r.Passed = len(r.Differences) == 0; !r.Passed {
				r.Held, r.Why = s.held(first(story)), s.why(t)
			}
		}
		results = append(results, r)
	}
	return results, nil
}

// held says what an alert waits for at the end of a test.
func (s *Suite) held(a *rehearsal.Alert) string {
	switch {
	case a.Held == "":
		return ""
	case a.HeldUntil.IsZero():
		return a.Held
	}
	return a.Held + ", until " + a.HeldUntil.In(s.zone).Format("2006-01-02 15:04 MST")
}

// why are the rules that were tried on the first event that fires.
func (s *Suite) why(t test) []rules.Tried {
	for _, a := range t.script.Arrivals {
		if a.Event.Status == event.Firing {
			return s.world.Router.Explain(engine.RuleEvent(a.Integration, a.Event), t.script.Start.Add(a.At)).Tried
		}
	}
	return nil
}

// compare holds a story against what is expected.
func compare(e Expect, story *rehearsal.Story) (list []Difference) {
	differ := func(what, want, got string) {
		if want != "" && want != got {
			list = append(list, Difference{What: what, Want: want, Got: got})
		}
	}
	a := first(story)
	differ("priority", string(e.Priority), a.Priority)
	differ("team", e.Team, a.Team)
	differ("service", e.Service, a.Service)
	differ("policy", e.Policy, a.Policy)
	if !slices.Contains(strings.Split(a.Rule, " > "), e.Rule) {
		differ("rule", e.Rule, a.Rule)
	}
	differ("status", string(e.Status), a.Status)
	differ("title", e.Title, a.Title)
	for _, tag := range e.Tags {
		if !slices.Contains(a.Tags, tag) {
			list = append(list, Difference{What: "tags", Want: tag, Got: strings.Join(a.Tags, ", ")})
		}
	}
	differ("acked_by", e.AckedBy, a.AckedBy)
	differ("incident", yes(e.Incident), strconv.FormatBool(a.Incident != ""))
	differ("exhausted", yes(e.Exhausted), strconv.FormatBool(!a.ExhaustedAt.IsZero()))
	if e.Alerts != nil {
		differ("alerts", strconv.Itoa(*e.Alerts), strconv.Itoa(len(story.Alerts)))
	}
	return append(list, comparePages(e, story)...)
}

func yes(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

// first is the alert that the first event became; without events, the first that there was.
func first(story *rehearsal.Story) *rehearsal.Alert {
	for _, a := range story.Alerts {
		if len(story.Took) == 0 || a.Number == story.Took[0] {
			return a
		}
	}
	return &rehearsal.Alert{Title: "(there was no alert)"}
}

// sent are the pages that were sent.
func sent(story *rehearsal.Story) (list []Page) {
	for _, e := range story.Pages() {
		if e.Page.Sent {
			list = append(list, Page{To: e.Page.To(), Via: e.Page.Via, At: config.Duration(e.Offset.Truncate(time.Second))})
		}
	}
	return list
}

func (p Page) String() string {
	text := fmt.Sprintf("%-6s %s", p.At, p.To)
	if p.Via != "" {
		text += " over " + p.Via
	}
	return text
}

// is says whether a page that was sent is the one that is expected.
func (p Page) is(got Page) bool {
	return p.To == got.To && p.At == got.At && (p.Via == "" || p.Via == got.Via)
}

func comparePages(e Expect, story *rehearsal.Story) (list []Difference) {
	got := sent(story)
	if e.Nobody && len(got) > 0 {
		list = append(list, Difference{What: "pages", Want: "nobody", Got: fmt.Sprintf("%d pages", len(got)), Lines: beside(nil, got)})
	}
	if len(e.Pages) > 0 {
		if lines := beside(sorted(e.Pages), got); slices.ContainsFunc(lines, Line.differs) {
			list = append(list, Difference{What: "pages", Lines: lines})
		}
	}
	left := slices.Clone(got)
	var missing []string
	for _, want := range e.PagesInclude {
		i := slices.IndexFunc(left, want.is)
		if i < 0 {
			missing = append(missing, want.String())
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	if len(missing) > 0 {
		list = append(list, Difference{What: "pages_include", Want: strings.Join(missing, "; "), Got: "not sent", Lines: beside(nil, got)})
	}
	return list
}

// sorted are pages in the order of their times; those of one time stay as they are written.
func sorted(pages []Page) []Page {
	pages = slices.Clone(pages)
	slices.SortStableFunc(pages, func(a, b Page) int { return int(min(1, max(-1, a.At-b.At))) })
	return pages
}
