package api

import (
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/history"
)

// Happening is one thing that happened: a line of tocsin events export.
type Happening struct {
	At          Time          `json:"at" doc:"When it happened; of an override, an absence or a maintenance, when it was made."`
	Format      int           `json:"v" doc:"The version of the line: 1."`
	Kind        string        `json:"kind" jsonschema:"enum=event,enum=ack,enum=unack,enum=close,enum=override,enum=away,enum=maintenance"`
	Alert       uint64        `json:"alert,omitempty" doc:"The number of the alert that it is of."`
	Integration string        `json:"integration,omitempty" doc:"Of an event: where it came in."`
	Approximate bool          `json:"approximate,omitempty" doc:"The time is not known exactly: repeats are spread over the time in which the alert fired."`
	By          string        `json:"by,omitempty" doc:"Who did it: a user, or api:NAME for a key."`
	Event       *CameEvent    `json:"event,omitempty" doc:"The event as it came, before rules."`
	Override    *MadeOverride `json:"override,omitempty"`
	Away        *MadeAbsence  `json:"away,omitempty"`
	Maintenance *MadeUpkeep   `json:"maintenance,omitempty"`
}

// CameEvent is an event as it came.
type CameEvent event.Event

// MadeOverride is an override that was made at run time.
type MadeOverride history.Stead

// MadeAbsence is a time in which somebody was away.
type MadeAbsence history.Absence

// MadeUpkeep is a maintenance that was made at run time.
type MadeUpkeep history.Upkeep

var eventFilter = append([]param{
	{name: "since", doc: "Only of alerts that began at or after this time, or so long ago at most: 2h, 90d."},
	{name: "until", doc: "Only what happened before this time, or longer ago than this."},
}, paging...)

// listEvents tells what happened, alert by alert: limit counts alerts.
func listEvents(c *call) (any, error) {
	var span history.Span
	var err error
	if span.From, err = c.query.since("since", c.env.Now); err != nil {
		return nil, err
	}
	if span.Until, err = c.query.since("until", c.env.Now); err != nil {
		return nil, err
	}
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	lines, cursor, err := history.Page(c.ctx, c.Engine, span, before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(lines, cursor, func(l history.Line) Happening {
		return Happening{
			At: utc(l.At), Format: l.Format, Kind: l.Kind, Alert: l.Alert, Integration: l.Integration, Approximate: l.Approximate, By: l.By,
			Event: (*CameEvent)(l.Event), Override: (*MadeOverride)(l.Stead), Away: (*MadeAbsence)(l.Away), Maintenance: (*MadeUpkeep)(l.Maintenance),
		}
	}), nil
}
