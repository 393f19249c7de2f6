package report_test

import (
	"html"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay/report"
)

const evil = `<img src=x onerror="alert(1)">'&`

func bad() *replay.Report {
	fate := replay.Fate{Priority: evil, Team: evil, Policy: evil, Rule: evil, Paged: map[string]int{evil: 2}, FirstPage: 90, Unreached: true}
	route := replay.Route{Priority: evil, Team: evil, Policy: evil, Rule: evil, Paged: []string{evil}, Pages: 2}
	return &replay.Report{
		From: time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC), Until: time.Date(2026, 6, 9, 3, 0, 0, 0, time.UTC), Events: 12, Approximate: 3, Changed: 1,
		Old: replay.Figures{Pages: 10, FirstPage: 60}, New: replay.Figures{Pages: 15, FirstPage: 150, Unreached: 1},
		Patterns: []replay.Pattern{{Count: 1, What: []string{replay.Policy}, Old: route, New: route, Title: evil}},
		Changes:  []replay.Change{{Alert: 7, Integration: evil, Title: evil, What: []string{replay.FirstPage}, Old: fate, New: fate}},
		People:   []replay.Person{{Name: evil, Old: replay.Load{Pages: 10, NightPages: 2, Hours: [24]int{3: 2, 12: 8}}, New: replay.Load{Pages: 15}}},
		Notes:    []string{evil},
	}
}

func TestWhatOthersWroteIsTextInThePage(t *testing.T) {
	t.Parallel()
	page := report.HTML(bad(), report.Options{Old: evil, New: evil})
	for _, no := range []string{"<img", "<script", "http://www.w3.org/1999/xlink", "src=\"", "href=\"", "@import", "url("} {
		if strings.Contains(page, no) {
			t.Errorf("there is %q in the page", no)
		}
	}
	if strings.Count(page, "&lt;img") < 15 {
		t.Error("something that was written is not shown")
	}
}

func TestThePageSaysWhatMatters(t *testing.T) {
	t.Parallel()
	page := html.UnescapeString(report.HTML(bad(), report.Options{}))
	for _, want := range []string{"12 events from Mon 9 Mar 2026", "Of 3 events", "+5 (+50%)", "2m30s", "+1m30s", "reaches nobody", "first page", "#7 of ", "after: 15 pages, 0 at night"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	none := report.HTML(&replay.Report{}, report.Options{})
	if !strings.Contains(none, "No alert is routed otherwise") {
		t.Error("a page without changes does not say so")
	}
}
