package api

import (
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Heartbeat is a source that must be heard of every so often.
type Heartbeat struct {
	Name     string `json:"name" doc:"The integration's."`
	Every    string `json:"every"`
	Grace    string `json:"grace" doc:"How much later than that a ping may come."`
	LastPing Time   `json:"last_ping" doc:"Null when it was never heard of."`
	DueAt    Time   `json:"due_at" doc:"When the next ping is expected."`
	Deadline Time   `json:"deadline" doc:"When its alert opens, or was to open. Later than due_at and grace after a time in which pings were not taken."`
	Late     bool   `json:"late" doc:"Its alert is open."`
	LateAt   Time   `json:"late_at" doc:"Since when it is late."`
	Pings    uint64 `json:"pings" doc:"How many there were."`
}

func listHeartbeats(c *call) (any, error) {
	list, err := c.Engine.Heartbeats(c.ctx)
	if err != nil {
		return nil, err
	}
	return listOf(list, store.Cursor{}, func(s *heartbeat.State) Heartbeat {
		return Heartbeat{
			Name: s.Name, Every: s.Settings.Every.String(), Grace: s.Settings.Grace.String(), LastPing: utc(s.PingedAt),
			DueAt: utc(s.DueAt()), Deadline: utc(s.Deadline()), Late: s.Late(), LateAt: utc(s.LateAt), Pings: s.Pings,
		}
	}), nil
}
