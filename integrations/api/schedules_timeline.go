package api

import (
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Timeline is a schedule between two instants, layer by layer. The intervals of a layer cover all of the time, and
// neighbours differ.
type Timeline struct {
	Schedule  string             `json:"schedule"`
	Timezone  string             `json:"timezone"`
	From      Time               `json:"from"`
	To        Time               `json:"to"`
	Rotations []TimelineRotation `json:"rotations" doc:"Each alone, overrides aside."`
	Base      []Interval         `json:"base" doc:"The rotations combined, overrides aside."`
	Overrides []TimelineOverride `json:"overrides" doc:"Those that touch the time. Where two overlap the later one wins."`
	Final     []Interval         `json:"final" doc:"Who is on call."`
}

// TimelineRotation is who is on call in one rotation.
type TimelineRotation struct {
	Name      string     `json:"name"`
	Intervals []Interval `json:"intervals"`
	Calendar  *Source    `json:"calendar,omitempty" doc:"Where its turns come from, if they are in a calendar that others keep."`
}

// Interval is a time in which nothing changes.
type Interval struct {
	From   Time    `json:"from"`
	To     Time    `json:"to" doc:"Excluded."`
	OnCall []Shift `json:"on_call" doc:"Empty for a gap. Sorted by user."`
}

// Shift is a person on call.
type Shift struct {
	User     string `json:"user"`
	Rotation string `json:"rotation" doc:"Empty for an override of the whole schedule."`
	From     Time   `json:"from" doc:"As far as it is within the time asked for."`
	Until    Time   `json:"until" doc:"Excluded; as far as it is within the time asked for."`
	Override bool   `json:"override"`
}

// TimelineOverride is somebody on call instead of others.
type TimelineOverride struct {
	ID       string `json:"id" doc:"Empty for those of the configuration."`
	User     string `json:"user" doc:"nobody takes people off call."`
	From     Time   `json:"from"`
	To       Time   `json:"to"`
	Replace  string `json:"replace" doc:"Only this user is replaced; empty for whoever is on call."`
	Rotation string `json:"rotation" doc:"Only in this rotation; empty for all."`
	Reason   string `json:"reason"`
	By       string `json:"by" doc:"Who made it."`
}

const (
	defaultTimeline = 14 * 24 * time.Hour
	maxTimeline     = 366 * 24 * time.Hour
)

func getTimeline(c *call) (any, error) {
	s, ok := c.env.Dir.Schedules[c.param("ref")]
	if !ok {
		return nil, noSuch("schedule", c.param("ref"))
	}
	from, to, err := c.span(c.env.Now, defaultTimeline)
	if err != nil {
		return nil, err
	}
	out, sources := timelineOf(s.Timeline(from, to), s.Location().String()), c.sourcesOf(s.Name())
	for i := range out.Rotations {
		out.Rotations[i].Calendar = sources[out.Rotations[i].Name]
	}
	return out, nil
}

var spanParams = []param{
	{name: "from", doc: "RFC 3339; now by default."},
	{name: "to", doc: "RFC 3339, excluded; at most 366 days later."},
}

// span is the time that a request asks for: from start, and so long, where it does not say.
func (c *call) span(start time.Time, length time.Duration) (from, to time.Time, err error) {
	if from, err = c.query.time("from"); err != nil {
		return from, to, err
	}
	if from.IsZero() {
		from = start.Truncate(time.Second)
	}
	if to, err = c.query.time("to"); err != nil {
		return from, to, err
	}
	if to.IsZero() {
		to = from.Add(length)
	}
	switch {
	case !to.After(from):
		return from, to, invalid("to", "%s is not after from, %s", to.UTC().Format(time.RFC3339), from.UTC().Format(time.RFC3339))
	case to.Sub(from) > maxTimeline:
		return from, to, invalid("to", "the time is longer than 366 days")
	}
	return from, to, nil
}

func timelineOf(tl schedules.Timeline, zone string) Timeline {
	out := Timeline{
		Schedule: tl.Schedule, Timezone: zone, From: utc(tl.From), To: utc(tl.To), Rotations: []TimelineRotation{},
		Base: intervals(tl.Base), Overrides: []TimelineOverride{}, Final: intervals(tl.Final),
	}
	for _, r := range tl.Rotations {
		out.Rotations = append(out.Rotations, TimelineRotation{Name: r.Name, Intervals: intervals(r.Intervals)})
	}
	for _, o := range tl.Overrides {
		out.Overrides = append(out.Overrides, TimelineOverride{
			ID: o.ID, User: o.User, From: utc(o.From), To: utc(o.To), Replace: o.Replace, Rotation: o.Rotation,
			Reason: o.Reason, By: o.By,
		})
	}
	return out
}

func intervals(list []schedules.Interval) []Interval {
	out := make([]Interval, len(list))
	for i, in := range list {
		out[i] = Interval{From: utc(in.From), To: utc(in.To), OnCall: make([]Shift, len(in.Shifts))}
		for j, s := range in.Shifts {
			out[i].OnCall[j] = shiftOf(s)
		}
	}
	return out
}

func shiftOf(s schedules.Shift) Shift {
	return Shift{User: s.User, Rotation: s.Rotation, From: utc(s.From), Until: utc(s.Until), Override: s.Override}
}
