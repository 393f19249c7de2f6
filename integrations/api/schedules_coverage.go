package api

import (
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

// Coverage is whom the policies reach at every moment of a time to come, and what is wrong.
type Coverage struct {
	From     Time             `json:"from"`
	To       Time             `json:"to"`
	Findings []Finding        `json:"findings" doc:"The worst first."`
	Waived   []Finding        `json:"waived" doc:"What the configuration accepts for now."`
	Policies []PolicyCoverage `json:"policies"`
}

// Finding is one thing that is wrong, with all the times at which it is.
type Finding struct {
	Kind        string        `json:"kind" doc:"Such as gap or single-person."`
	Severity    string        `json:"severity" doc:"error, warning or info."`
	Policy      string        `json:"policy" doc:"Of those that follow, what it is about; the others are empty."`
	Step        int           `json:"step" doc:"Of the policy, from 1; 0 for none."`
	Schedule    string        `json:"schedule"`
	Rotation    string        `json:"rotation"`
	User        string        `json:"user"`
	Why         string        `json:"why"`
	Spans       []FindingSpan `json:"spans"`
	Reason      string        `json:"reason,omitempty" doc:"Why it is accepted."`
	WaivedUntil Time          `json:"waived_until"`
}

// FindingSpan is a time at which something is wrong; of a policy, for alerts that come in then.
type FindingSpan struct {
	From Time `json:"from"`
	To   Time `json:"to" doc:"Excluded."`
}

// PolicyCoverage is how well a policy reaches people when it does worst.
type PolicyCoverage struct {
	Policy       string   `json:"policy"`
	GapSeconds   int64    `json:"gap_seconds" doc:"For how long alerts would reach neither anybody nor a channel."`
	WorstFrom    Time     `json:"worst_from" doc:"When it does worst: reaches nobody, or takes longest."`
	WorstTo      Time     `json:"worst_to"`
	WorstPeople  []string `json:"worst_people" doc:"Whom it reaches then."`
	WorstPlaces  []string `json:"worst_places" doc:"Which channels it notifies then, such as channel:sre."`
	DelaySeconds int64    `json:"delay_seconds" doc:"How long it takes then until the first message to anybody."`
}

const (
	defaultCoverage = 90  // days
	maxCoverage     = 366 // days
)

func getCoverage(c *call) (any, error) {
	days := defaultCoverage
	if s := c.query.text("days"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxCoverage {
			return nil, invalid("days", "%q is not a number from 1 to %d", clip(s), maxCoverage)
		}
		days = n
	}
	from, err := c.query.time("from")
	if err != nil {
		return nil, err
	}
	if from.IsZero() {
		from = c.env.Now.Truncate(time.Second)
	}
	settings := c.Audit()
	settings.Unseen = c.Offline
	report, err := c.Engine.Coverage(c.ctx, settings, from, from.AddDate(0, 0, days))
	if err != nil {
		return nil, err
	}
	return coverageOf(report), nil
}

func coverageOf(r coverage.Report) Coverage {
	out := Coverage{From: utc(r.From), To: utc(r.To), Findings: findings(r.Findings), Waived: findings(r.Waived), Policies: []PolicyCoverage{}}
	for _, p := range r.Policies {
		worst := p.Worst()
		out.Policies = append(out.Policies, PolicyCoverage{
			Policy: p.Policy, GapSeconds: int64(p.Gaps() / time.Second), WorstFrom: utc(worst.From), WorstTo: utc(worst.To),
			WorstPeople: some(worst.People), WorstPlaces: some(worst.Places), DelaySeconds: int64(worst.Delay / time.Second),
		})
	}
	return out
}

func findings(list []coverage.Finding) []Finding {
	out := []Finding{}
	for _, f := range list {
		shown := Finding{
			Kind: string(f.Kind), Severity: string(f.Severity), Policy: f.Policy, Step: f.Step, Schedule: f.Schedule,
			Rotation: f.Rotation, User: f.User, Why: f.Why, Spans: []FindingSpan{},
		}
		for _, s := range f.Spans {
			shown.Spans = append(shown.Spans, FindingSpan{utc(s.From), utc(s.To)})
		}
		if f.Waiver != nil {
			shown.Reason, shown.WaivedUntil = f.Waiver.Reason, utc(f.Waiver.Until)
		}
		out = append(out, shown)
	}
	return out
}
