package api

import (
	"github.com/tocsin-oncall/tocsin/engine"
)

// Calendars is what the API needs to know of the calendars of rotations.
type Calendars interface {
	Sources() []engine.Source
}

// Source is the calendar of which a rotation is made.
type Source struct {
	Host       string         `json:"host" doc:"Where it is: the host of its address, which is a secret, or the file."`
	Known      bool           `json:"known" doc:"Whether it could ever be read. Until then nobody is on call by it."`
	FetchedAt  Time           `json:"fetched_at" doc:"When it was refreshed, and the copy in force was good; null for never."`
	ChangedAt  Time           `json:"changed_at" doc:"When there was something new in it."`
	Error      string         `json:"error" doc:"Why it could not be refreshed when that was tried last; empty when it could."`
	Events     int            `json:"events" doc:"How many there are, from a year ago to two years ahead, repeated ones counted each time."`
	Unknown    int            `json:"unknown" doc:"How many of them name no user. Nobody is on call by those."`
	Mistaken   int            `json:"mistaken" doc:"How many events make no sense, and are left out."`
	Complaints []UnknownEvent `json:"complaints" doc:"The first of the events that name no user."`
	Why        string         `json:"why" doc:"In words, what is not understood; empty when all is."`
}

// UnknownEvent is an event that names no user.
type UnknownEvent struct {
	Title string `json:"title"`
	From  Time   `json:"from"`
	To    Time   `json:"to"`
}

// mostUnknown is how many of the events that name no user are listed.
const mostUnknown = 20

// sourcesOf gives the calendars of a schedule, by rotation.
func (c *call) sourcesOf(schedule string) map[string]*Source {
	out := map[string]*Source{}
	for _, s := range c.Engine.Sources() {
		if s.Schedule != schedule {
			continue
		}
		shown := &Source{
			Host: s.Host, Known: s.Known, FetchedAt: utc(s.FetchedAt), ChangedAt: utc(s.ChangedAt), Error: s.Error, Events: s.Events,
			Unknown: len(s.Unknown), Mistaken: len(s.Problems), Complaints: []UnknownEvent{}, Why: s.Complaint(),
		}
		for _, e := range s.Unknown[:min(len(s.Unknown), mostUnknown)] {
			shown.Complaints = append(shown.Complaints, UnknownEvent{e.Summary, utc(e.From), utc(e.To)})
		}
		out[s.Rotation] = shown
	}
	return out
}

// getSchedule gives one schedule.
func getSchedule(c *call) (any, error) {
	name := c.param("ref")
	if _, ok := c.env.Dir.Schedules[name]; !ok {
		return nil, noSuch("schedule", name)
	}
	return c.schedule(name), nil
}
