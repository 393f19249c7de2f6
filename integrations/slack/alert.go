package slack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

// The action ids of buttons. They are in messages posted long ago: a changed id is a dead button.
const (
	ActionAck      = "tocsin_ack"
	ActionEscalate = "tocsin_escalate"
	ActionSnooze   = "tocsin_snooze_1h"
	ActionClose    = "tocsin_close"
	ActionOpen     = "tocsin_open"    // a link; nothing to do when it comes in
	ActionSource   = "tocsin_source"  // a link
	ActionRunbook  = "tocsin_runbook" // a link
)

const (
	maxLabels = 20
	maxLabel  = 90
	maxValue  = 300
)

// alertBlocks is an alert as it is now: what it is, what it says, who has it or is paged next, and what can
// be done about it.
func alertBlocks(m deliver.Message) (text string, blocks []api.Block) {
	a := m.Alert
	blocks = append(blocks, header(marker(a)+" "+headline(a)), fields(m))
	if d := mrkdwn(a.Description, maxSection); d != "" {
		blocks = append(blocks, section(d))
	}
	if l := labels(a.Labels); l != "" {
		blocks = append(blocks, contextLine("labels", l))
	}
	if n := next(m); n != "" && a.Status == alert.Open {
		blocks = append(blocks, contextLine("next", n))
	}
	if b := buttons(m); b != nil {
		blocks = append(blocks, b)
	}
	return mrkdwn(fmt.Sprintf("%s %s: %s", marker(a), a.Status, headline(a)), maxField), blocks
}

func headline(a *alert.State) string {
	return oneLine(fmt.Sprintf("[%s] #%d %s", a.Priority, a.Number, a.Title))
}

// marker is what is seen of an alert before it is read.
func marker(a *alert.State) string {
	switch {
	case a.Status == alert.Closed:
		return "✅"
	case a.Status == alert.Acked:
		return "👀"
	case a.Status == alert.Snoozed:
		return "💤"
	case a.Priority == "P1" || a.Priority == "P2":
		return "🔴"
	case a.Priority == "P3":
		return "🟠"
	}
	return "🔵"
}

func fields(m deliver.Message) api.Block {
	a := m.Alert
	list := []*api.TextBlockObject{
		field("Status", status(m)),
		field("Priority", mrkdwn(a.Priority, maxValue)),
	}
	for _, f := range [...]struct{ name, value string }{{"Service", a.Service}, {"Team", a.Team}, {"Source", a.Source}} {
		if v := mrkdwn(oneLine(f.value), maxValue); v != "" {
			list = append(list, field(f.name, v))
		}
	}
	if a.Count > 1 {
		list = append(list, field("Seen", fmt.Sprintf("%d times", a.Count)))
	}
	since := a.StartsAt
	if since.IsZero() {
		since = a.CreatedAt
	}
	if !since.IsZero() {
		list = append(list, field("Since", clock(since, m.Zone)))
	}
	for _, f := range [...]struct{ name, value string }{{"Link", a.Link}, {"Runbook", a.Runbook}} {
		if v := mrkdwn(oneLine(f.value), maxValue); v != "" && web(f.value) == "" { // a web link is a button
			list = append(list, field(f.name, v))
		}
	}
	return api.NewSectionBlock(nil, list, nil)
}

func status(m deliver.Message) string {
	a := m.Alert
	switch {
	case a.Status == alert.Acked:
		return done("Acknowledged", a.AckedBy, a.AckedAt, m.Zone)
	case a.Status == alert.Closed:
		return done("Closed", a.ClosedBy, a.ClosedAt, m.Zone)
	case a.Status == alert.Snoozed && !a.SnoozedUntil.IsZero():
		return "Snoozed until " + clock(a.SnoozedUntil, m.Zone)
	case a.Status == alert.Snoozed:
		return "Snoozed"
	case !a.RecoveredAt.IsZero():
		return "Open, recovered " + clock(a.RecoveredAt, m.Zone)
	}
	return "Open"
}

// done says what was done, by whom and when, as far as it is known.
func done(what, by string, at time.Time, zone *time.Location) string {
	if by != "" {
		what += " by " + mrkdwn(oneLine(by), maxValue)
	}
	if !at.IsZero() {
		what += ", " + clock(at, zone)
	}
	return what
}

// labels is one line of at most maxLabels labels.
func labels(all map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(list) == maxLabels {
			list = append(list, fmt.Sprintf("and %d more", len(all)-maxLabels))
			break
		}
		if l := mrkdwn(oneLine(name+"="+all[name]), maxLabel); l != "" {
			list = append(list, l)
		}
	}
	return strings.Join(list, "  ")
}

func next(m deliver.Message) string {
	text := mrkdwn(oneLine(m.NextText), maxValue)
	switch {
	case text == "" && m.NextAt.IsZero():
		return ""
	case m.NextAt.IsZero():
		return "Next: " + text
	case text == "":
		return "Next: " + clock(m.NextAt, m.Zone)
	}
	return "Next: " + text + ", " + clock(m.NextAt, m.Zone)
}

// buttons are what can be done to an alert as it is; nil when nothing can.
func buttons(m deliver.Message) api.Block {
	a := m.Alert
	var list []api.BlockElement
	act := func(action, label string, style api.Style) {
		list = append(list, button(action, string(a.ID), label).WithStyle(style))
	}
	switch a.Status {
	case alert.Open:
		act(ActionAck, "Acknowledge", api.StylePrimary)
		act(ActionEscalate, "Escalate", "")
		act(ActionSnooze, "Snooze 1h", "")
	case alert.Acked:
		act(ActionClose, "Close", api.StylePrimary)
		act(ActionEscalate, "Escalate", "")
		act(ActionSnooze, "Snooze 1h", "")
	case alert.Snoozed:
		act(ActionAck, "Acknowledge", api.StylePrimary)
		act(ActionClose, "Close", "")
	}
	link := func(action, label, target string) {
		if u := web(target); u != "" {
			list = append(list, button(action, "", label).WithURL(u))
		}
	}
	if a.Status != alert.Closed {
		link(ActionOpen, "Open", m.Link)
		link(ActionRunbook, "Runbook", a.Runbook)
	}
	link(ActionSource, "Source", a.Link)
	return actions(list)
}
