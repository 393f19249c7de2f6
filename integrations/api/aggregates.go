package api

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Aggregate is an alarm over the alerts that are open.
type Aggregate struct {
	Name     string            `json:"name"`
	Firing   bool              `json:"firing" doc:"Its alert is open, unless somebody has closed it."`
	FiringAt Time              `json:"firing_at" doc:"Since when."`
	Count    int               `json:"count" doc:"How many are open, of whatever age: values, or alerts where none are counted."`
	AtLeast  int               `json:"at_least" doc:"How many it takes, begun within so long."`
	Within   string            `json:"within"`
	Values   []string          `json:"values" doc:"What is counted, in the order in which it came."`
	Members  []AggregateMember `json:"members" doc:"The alerts that count now, the oldest first; at most 500."`
	More     bool              `json:"more" doc:"There were more alerts than are kept."`
	OverAt   Time              `json:"over_at" doc:"When its alert ends unless more come; null while enough are open."`
}

// AggregateMember is an alert that counts.
type AggregateMember struct {
	Alert  uint64 `json:"alert" doc:"Its number."`
	Title  string `json:"title"`
	Value  string `json:"value" doc:"What it counts as."`
	Since  Time   `json:"since" doc:"When it began to count."`
	ID     string `json:"id"`
	Recent bool   `json:"recent" doc:"It began within the time that is counted over, as of now."`
}

func listAggregates(c *call) (any, error) {
	list, err := c.Engine.Aggregates(c.ctx)
	if err != nil {
		return nil, err
	}
	return listOf(list, store.Cursor{}, func(s *aggregate.State) Aggregate { return showAggregate(s, c.env.Now) }), nil
}

func showAggregate(s *aggregate.State, now time.Time) Aggregate {
	values := s.Values()
	v := Aggregate{
		Name: s.Name, Firing: s.Firing(), FiringAt: utc(s.FiringAt), Count: len(values), AtLeast: s.Bounds.AtLeast, Within: s.Bounds.Within.String(),
		Values: append([]string{}, values...), Members: []AggregateMember{}, More: s.More,
	}
	if s.Firing() && !s.BelowAt.IsZero() {
		v.OverAt = utc(s.BelowAt.Add(s.Bounds.Within))
	}
	for _, m := range s.Members {
		v.Members = append(v.Members, AggregateMember{Alert: m.Number, Title: m.Title, Value: m.Value, Since: utc(m.At), ID: string(m.Alert),
			Recent: now.Sub(m.At) <= s.Bounds.Within})
	}
	return v
}
