package api

import (
	"context"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// Patterns is what the API needs to see what comes again.
type Patterns interface {
	PostmortemPatterns(ctx context.Context, from, to time.Time) (list []postmortem.Pattern, whole postmortem.Pattern, err error)
}

const usualPatterns = 90 * 24 * time.Hour

var patternParams = []param{
	{name: "since", doc: "Of incidents that were opened since: RFC 3339, or how long ago; 90d by default."},
	{name: "until", doc: "And before: likewise; now by default."},
}

// PatternReport is what the postmortems of a period have in common.
type PatternReport struct {
	From     Time      `json:"from"`
	To       Time      `json:"to"`
	Whole    Pattern   `json:"whole" doc:"All postmortems of the period."`
	Patterns []Pattern `json:"patterns" doc:"By cause, dependency, tag and service; those with the most incidents first."`
}

// Pattern is what postmortems have in common.
type Pattern struct {
	By            string   `json:"by" doc:"cause: the category of a root cause; dependency: one of which the postmortem says how it performed; tag; service. Empty for all."`
	Value         string   `json:"value"`
	Incidents     int      `json:"incidents"`
	Before        int      `json:"before" doc:"In the period before, which is as long."`
	ImpactSeconds int64    `json:"impact_seconds" doc:"Of all of them together. Deleted incidents are not in it."`
	OpenActions   int      `json:"open_actions"`
	Repeated      bool     `json:"repeated" doc:"A cause or a dependency that there was more than once."`
	Postmortems   []string `json:"postmortems" doc:"The latest first."`
}

func getPatterns(c *call) (any, error) {
	to, err := c.query.since("until", c.env.Now)
	if err != nil {
		return nil, err
	}
	if to.IsZero() {
		to = c.env.Now
	}
	from, err := c.query.since("since", c.env.Now)
	if err != nil {
		return nil, err
	}
	if from.IsZero() {
		from = to.Add(-usualPatterns)
	}
	if !from.Before(to) {
		return nil, invalid("since", "it is not before until")
	}
	list, whole, err := c.Engine.PostmortemPatterns(c.ctx, from, to)
	if err != nil {
		return nil, err
	}
	return PatternReport{utc(from), utc(to), showPattern(whole), each(list, showPattern)}, nil
}

func showPattern(p postmortem.Pattern) Pattern {
	return Pattern{
		By: string(p.By), Value: p.Value, Incidents: p.Incidents, Before: p.Before, ImpactSeconds: int64(p.Impact / time.Second),
		OpenActions: p.Open, Repeated: p.Repeated(), Postmortems: some(p.Names),
	}
}
