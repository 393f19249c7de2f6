package history

import (
	"cmp"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
)

// fired is a time in which one source said that something fires.
type fired struct {
	from, to time.Time // to is zero when it still does
	event    event.Event
}

// OfAlert is the life of an alert, in order. Those of the canary and of aggregates are none: they are made by the server
// itself.
func OfAlert(s *alert.State) []Line {
	if s.Integration == canary.Integration || s.Integration == aggregate.Integration {
		return nil
	}
	var lines []Line
	add := func(at time.Time, kind, by string, approximate bool, ev *event.Event) {
		l := Line{At: at, Format: Format, Kind: kind, Alert: s.Number, By: by, Approximate: approximate, Event: ev}
		if ev != nil {
			l.Integration = s.Integration
		}
		lines = append(lines, l)
	}
	for _, e := range s.Timeline {
		switch {
		case e.Kind == "acked":
			add(e.At, Ack, e.By, false, nil)
		case e.Kind == "snoozed":
			add(e.At, Ack, e.By, true, nil)
		case e.Kind == "unacked":
			add(e.At, Unack, e.By, false, nil)
		case e.Kind == "closed" && e.By != "":
			add(e.At, Close, e.By, false, nil)
		}
	}
	spans := spansOf(s)
	for _, f := range spans {
		ev := f.event
		add(f.from, Event, "", false, &ev)
		if !f.to.IsZero() {
			over := f.event
			over.Status = event.Resolved
			add(f.to, Event, "", false, &over)
		}
	}
	for _, r := range repeats(s, spans) {
		ev := r.event
		add(r.from, Event, "", true, &ev)
	}
	// Of one instant, what the source says comes before what people do about it.
	rank := func(l Line) int {
		if l.Kind == Event {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(rank(a), rank(b))) })
	return lines
}

// spansOf are the times in which an alert or its members fired, of which both ends are known.
func spansOf(s *alert.State) (spans []fired) {
	if len(s.Past) > 0 {
		for _, p := range s.Past {
			f := fired{p.At, p.Over, s.Member(p)}
			if f.to.IsZero() {
				f.to = closedAfter(s, p.At)
			}
			spans = append(spans, f)
		}
		return spans
	}
	ev := s.Began()
	open := true
	spans = []fired{{s.CreatedAt, time.Time{}, ev}}
	for _, e := range s.Timeline {
		last := &spans[len(spans)-1]
		switch {
		case e.Kind == "reopened", e.Kind == "repeated":
			if open {
				continue // a person had closed it while it fired; when that was is told as such
			}
			spans, open = append(spans, fired{e.At, time.Time{}, ev}), true
		case open && (e.Kind == "recovered" || e.Kind == "closed" && e.By == "" && e.Text == alert.ResolvedBySource):
			last.to, open = e.At, false
		case e.Kind == "closed" && e.By != "":
			open = false // whether its source said so, too, nobody wanted to know
		}
	}
	return spans
}

// closedAfter is when the source ended the whole alert after a time, zero for never.
func closedAfter(s *alert.State, at time.Time) time.Time {
	for _, e := range s.Timeline {
		if e.Kind == "closed" && e.By == "" && e.Text == alert.ResolvedBySource && !e.At.Before(at) {
			return e.At
		}
	}
	return time.Time{}
}

// repeats are the firing events beside those that begin spans. Of their times only the last is known: the others are
// spread evenly over the spans.
func repeats(s *alert.State, spans []fired) (list []fired) {
	n := s.Count - len(spans) - s.PastLost
	if n <= 0 {
		return nil
	}
	end := func(f fired) time.Time {
		if f.to.IsZero() || f.to.After(s.LastEventAt) {
			return s.LastEventAt
		}
		return f.to
	}
	var whole time.Duration
	for _, f := range spans {
		whole += max(0, end(f).Sub(f.from))
	}
	for i, f := range spans {
		length := max(0, end(f).Sub(f.from))
		part := n // of this span
		if i < len(spans)-1 && whole > 0 {
			part = int(float64(n) * (float64(length) / float64(whole)))
		}
		whole -= length
		n -= part
		gaps := part + 1
		if end(f).Equal(s.LastEventAt) {
			gaps = part // the last of them is the last event
		}
		for k := range part {
			after := time.Duration(float64(length) * (float64(k+1) / float64(gaps)))
			at := f.from.Add(after).Truncate(time.Millisecond)
			if !f.to.IsZero() && !at.Before(f.to) {
				at = f.to.Add(-time.Millisecond)
			}
			if at.Before(f.from) {
				at = f.from
			}
			list = append(list, fired{from: at, event: f.event})
		}
	}
	return list
}

// OfOverride is an override, if it ever counted.
func OfOverride(s *override.State) []Line {
	if s.Status == override.Cancelled && !s.CancelledAt.After(s.From) {
		return nil
	}
	return []Line{{At: s.CreatedAt, Format: Format, Kind: Override, By: s.By,
		Stead: &Stead{s.Name(), s.Schedule, s.Rotation, s.User, s.Replace, s.From, s.To}}}
}

// OfAbsence is an absence, if anybody was away.
func OfAbsence(s *override.Absence) []Line {
	to := s.To
	if s.Status == override.Cancelled && s.CancelledAt.Before(to) {
		to = s.CancelledAt
	}
	if !to.After(s.From) {
		return nil
	}
	return []Line{{At: s.CreatedAt, Format: Format, Kind: Away, By: s.By, Away: &Absence{s.Name(), s.User, s.From, to}}}
}

// OfMaintenance is a maintenance, if it ever took place.
func OfMaintenance(s *maintenance.State) []Line {
	m := &Upkeep{Name: s.Name(), When: s.Condition(), From: s.From, Until: s.Until, RRule: s.RRule, Ends: s.Ends, Reason: s.Reason}
	if s.RRule != "" {
		m.Timezone = s.Zone
	}
	if s.Status == maintenance.Cancelled {
		if !s.EndedAt.After(s.From) {
			return nil
		}
		m.Cancelled = s.EndedAt
	}
	return []Line{{At: s.CreatedAt, Format: Format, Kind: Maintenance, By: s.By, Maintenance: m}}
}
