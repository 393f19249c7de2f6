package report

import "time"

// Lookback is how long before a period an alert may have begun whose pages count in it. Policies that repeat, delays and
// snoozing take hours, rarely days.
const Lookback = 7 * 24 * time.Hour

// tally counts what belongs to one span of time.
type tally struct {
	Span
	now    time.Time
	since  time.Time // alerts that began earlier have no pages in it
	people *people

	alerts, routed, unseen, exhausted int
	toAck, toClose                    durations
	steps                             map[string]int     // of routed alerts, by the step after which they were acknowledged
	sources                           map[string]*source // by integration and dedup key; nil in points of the trend

	pages, nightPages int
	loads             map[string]*load // by person

	incidents, byMonitoring, byCustomers    int
	toDetect, toEngage, toMitigate, toFix   durations
	toTell, toRestore                       durations
	postmortems, postmortemsOnTime, actions int
	actionsOnTime                           int
	deployments, failedChanges              int
}

func newTally(s Span, since, now time.Time, p *people, whole bool) *tally {
	t := &tally{Span: s, now: now, since: since.Add(-Lookback), people: p, steps: map[string]int{}, loads: map[string]*load{}}
	if whole {
		t.sources = map[string]*source{}
	}
	return t
}
