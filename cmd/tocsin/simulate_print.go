package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/picture"
)

// story prints what happened, minute by minute, in the configuration's zone.
func (io stdio) story(s *rehearsal.Story, script rehearsal.Script, w *engine.World, o picture.Options) {
	zone := o.Zone
	if zone == nil {
		zone = time.UTC
	}
	fmt.Fprintf(io.out, "%s\n%s\n", io.paint(bold, line(o.Title)), io.paint(faint, s.Start.In(zone).Format("Mon 2 Jan 2006 15:04:05 MST")+", "+zone.String()))
	io.why(script, w)
	fmt.Fprintln(io.out)
	several := len(s.Alerts) > 1
	var last time.Time
	for _, e := range s.Entries {
		at := e.At.In(zone)
		when := strings.Repeat(" ", 19)
		if !e.At.Equal(last) {
			if y, m, d := at.Date(); !last.IsZero() && at.Format("20060102") != last.In(zone).Format("20060102") {
				fmt.Fprintln(io.out, io.paint(bold, time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format("Mon 2 Jan 2006")))
			}
			when = at.Format("15:04:05") + io.paint(faint, fmt.Sprintf("%9s  ", picture.Offset(e.Offset)))
		}
		last = e.At
		mark, style := sign(e)
		fmt.Fprintln(io.out, when+io.paint(style, mark+" "+line(picture.Words(e, several, zone))))
	}
	fmt.Fprintln(io.out, "\n"+picture.Ending(s, func(e rehearsal.Entry) string { return e.At.In(zone).Format("15:04:05 MST") }))
}

// why prints the rules that were tried on the first event.
func (io stdio) why(script rehearsal.Script, w *engine.World) {
	for _, a := range script.Arrivals {
		if a.Event.Status != event.Firing {
			continue
		}
		fmt.Fprintln(io.out, "\nRules")
		for _, t := range w.Router.Explain(engine.RuleEvent(a.Integration, a.Event), script.Start.Add(a.At)).Tried {
			io.tried(t)
		}
		return
	}
}

// sign is how a line of the story begins, and its style. What is not known is told as it is.
func sign(e rehearsal.Entry) (string, style) {
	switch e.Kind {
	case rehearsal.Paged, rehearsal.Noticed:
		switch {
		case !e.Page.Sent:
			return "✗", red
		case e.Kind == rehearsal.Noticed:
			return "→", faint
		}
		return "→", cyan
	case "acked", "closed", "recovered", rehearsal.ProviderUp:
		return "✓", green
	case "exhausted", "unreachable", "failed", "fallback", "rule_error", rehearsal.ProviderDown:
		return "!", red
	case rehearsal.Arrived:
		return "⚑", bold
	case rehearsal.Refusal:
		return "·", faint
	}
	return "·", plain
}
