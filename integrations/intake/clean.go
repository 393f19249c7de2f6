package intake

import (
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// The limits that every event is cut to. Nothing is refused for being too long.
const (
	MaxTitle       = 500    // runes
	MaxDescription = 15_000 // runes
	MaxName        = 256    // runes, of source, service and team
	MaxDedupKey    = 512    // bytes; what is longer ends in a hash of the whole
	MaxLink        = 4096   // bytes; what is longer would not work cut, and is left out
	MaxTags        = 100    // and as many actions
	MaxTag         = 100    // runes
	MaxLabels      = 256
	MaxLabelName   = 256     // bytes
	MaxLabelValue  = 1 << 10 // bytes
	MaxDetails     = 256
	MaxDetailBytes = 64 << 10 // names and values of all details together, encoding not counted
)

// longestFuture is how far ahead of our clock a start is believed, and longestExpiry an expiry.
const (
	longestFuture = 24 * time.Hour
	longestExpiry = 10 * 365 * 24 * time.Hour
)

// earliest is the oldest time that is believed; clocks that were never set say 1970, or the year 1.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Clean gives the event within all limits, in valid UTF-8 without control characters (a terminal would obey them), on
// one line where that is due, with times that can be. What it had to change and a reader might miss is in Details: truncated_labels and truncated_details (how
// many were left out), invalid_starts_at, invalid_expires_at, invalid_priority, invalid_link and invalid_runbook
// (what it was). Cleaning twice changes nothing more. The maps of the argument are not modified.
func Clean(e event.Event, now time.Time) event.Event {
	var n notes
	e.DedupKey = cutKey(text(e.DedupKey))
	e.Title = cutRunes(line(e.Title), MaxTitle)
	if e.Title == "" {
		e.Title = cutRunes(line(e.DedupKey), MaxTitle)
	}
	e.Description = cutRunes(text(e.Description), MaxDescription)
	e.Source = cutRunes(line(e.Source), MaxName)
	e.Service = cutRunes(line(e.Service), MaxName)
	e.Team = cutRunes(line(e.Team), MaxName)
	e.Tags = cleanTags(e.Tags)
	e.Actions = cleanTags(e.Actions)
	e.Labels = cleanLabels(e.Labels, &n)
	e.Link = n.link("invalid_link", e.Link)
	e.Runbook = n.link("invalid_runbook", e.Runbook)
	e.Priority = n.priority(e.Priority)
	e.StartsAt = n.startsAt(e.StartsAt, now)
	e.ExpiresAt = n.expiresAt(e.ExpiresAt, now)
	e.Details = cleanDetails(e.Details, n.list)
	return e
}

// notes are what Clean adds to the details.
type notes struct{ list map[string]any }

func (n *notes) add(name string, value any) {
	if n.list == nil {
		n.list = map[string]any{}
	}
	n.list[name] = value
}

func (n *notes) priority(p string) string {
	if up := strings.ToUpper(strings.TrimSpace(p)); up == "" || event.ValidPriority(up) {
		return up
	}
	n.add("invalid_priority", cutRunes(line(p), MaxTag))
	return ""
}

// link keeps what is safe to show as a link: http and https of a sensible length.
func (n *notes) link(name, link string) string {
	link = line(link)
	if link == "" {
		return ""
	}
	scheme, _, ok := strings.Cut(link, "://")
	web := ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
	if !web || len(link) > MaxLink {
		n.add(name, cutBytes(link, MaxLink))
		return ""
	}
	return link
}

// startsAt is now where the sender gives none, or one from before 2000 or more than a day ahead.
func (n *notes) startsAt(t, now time.Time) time.Time {
	if t.IsZero() {
		return now.UTC()
	}
	if t.Before(earliest) || t.After(now.Add(longestFuture)) {
		n.add("invalid_starts_at", t.UTC().String())
		return now.UTC()
	}
	return t.UTC()
}

// expiresAt is never where the sender gives one from before 2000 or more than ten years ahead.
func (n *notes) expiresAt(t, now time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	if t.Before(earliest) || t.After(now.Add(longestExpiry)) {
		n.add("invalid_expires_at", t.UTC().String())
		return time.Time{}
	}
	return t.UTC()
}
