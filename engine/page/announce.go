package page

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	newsMost = 20  // lines that one message tells
	newsKept = 100 // pages that a record remembers that announces
)

// Place is a channel that is told what is new.
type Place struct{ Name, Via string }

// Announce tells places what is new of a record since an entry of its timeline; news is what came after an entry. What
// waits to be sent takes in what comes after it, so that a slow receiver gets fewer messages, and no more than one waits
// for it.
func (b *Batch) Announce(places []Place, since int, news func(after int) string, now time.Time) {
	for _, to := range places {
		if i := slices.IndexFunc(b.Pages, func(p Page) bool {
			return p.Kind == Notice && p.Channel == to.Name && p.Status == Pending && p.Attempts == 0
		}); i >= 0 {
			b.Pages[i].Text = news(b.Pages[i].Round)
			continue
		}
		if text := news(since); text != "" {
			b.Add(Page{Kind: Notice, Channel: to.Name, Via: to.Via, DueAt: now, Round: since, Text: text})
		}
	}
	b.Trim(newsKept)
}

// News is lines as one message tells them: the latest.
func News(lines []string) string {
	if more := len(lines) - newsMost; more > 0 {
		lines = append([]string{fmt.Sprintf("(%d more before)", more)}, lines[more:]...)
	}
	return strings.Join(lines, "\n")
}

// Line is an entry of a timeline as news tell it: who, unless the text begins with that, and what.
func Line(by, kind, text string) string {
	if text == "" {
		text = kind
	}
	if by != "" && !strings.HasPrefix(text, by+" ") {
		text = by + ": " + text
	}
	return text
}
