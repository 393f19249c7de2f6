package report

import "github.com/tocsin-oncall/tocsin/engine/incident"

// Unit is what a number is in.
type Unit string

// The units.
const (
	Count   Unit = "count"
	Percent Unit = "percent"
	Seconds Unit = "seconds" // the mean, the median and the 90th percentile
	PerDay  Unit = "per_day"
)

// Better says in which direction a number is good.
type Better string

// The directions.
const (
	Lower   Better = "lower"
	Higher  Better = "higher"
	Neither Better = ""
)

// Definition is what a number is, and how it is counted.
type Definition struct {
	Name   string `json:"name"` // what programs call it
	Title  string `json:"title"`
	Unit   Unit   `json:"unit"`
	Better Better `json:"better" doc:"Whether lower or higher is good; empty for neither."`
	// Of says what is counted, and which of it belongs to a period.
	Of string `json:"of"`
	// Text is the definition, Edges what becomes of what is not plain.
	Text  string `json:"definition"`
	Edges string `json:"edges"`

	count func(*tally) Value
	took  func(*tally) *durations // in place of count, for Seconds
	only  bool                    // of a whole period: the trend does not have it
}

func (d Definition) value(t *tally) Value {
	if d.took != nil {
		return d.took(t).value()
	}
	return d.count(t)
}

// Definitions is every number that a report has, in its order. This is the only place that says what they are: the
// program computes by it, and the documents are written from it.
func Definitions() []Definition {
	return []Definition{
		{Name: "alerts", Title: "Alerts", Unit: Count, Better: Lower, Of: "alerts that began in the period",
			Text:  "How many alerts began.",
			Edges: "One that fires again within its reopen_within is the same alert. Those that page nobody count, too. The canary and the alerts that call responders do not, here and in every other number about alerts.",
			count: func(t *tally) Value { return count(t.alerts) }},
		{Name: "mtta", Title: "Time to acknowledge", Unit: Seconds, Better: Lower, Of: "alerts that began in the period and were acknowledged",
			Text:  "From the beginning of an alert to the first time that somebody acknowledged or snoozed it.",
			Edges: "It counts for the period in which the alert began, whenever the acknowledgement came. Of one that was first acknowledged after it fired again, it counts from then. What it was held for counts. Those that nobody acknowledged are not in it; see closed_unseen.",
			took:  func(t *tally) *durations { return &t.toAck }},
		{Name: "mttr", Title: "Time to close", Unit: Seconds, Better: Lower, Of: "alerts that began in the period and are closed",
			Text:  "From the beginning of an alert to its close, by whomever or whatever.",
			Edges: "Of one that fired again it is the last close. Open ones are not in it.",
			took:  func(t *tally) *durations { return &t.toClose }},
		{Name: "exhausted", Title: "Exhausted alerts", Unit: Count, Better: Lower, Of: "alerts that began in the period",
			Text:  "How many had a time when everything was tried and nobody had acknowledged.",
			Edges: "Each counts once, and counts still when somebody acknowledged it later.",
			count: func(t *tally) Value { return count(t.exhausted) }},
		{Name: "closed_unseen", Title: "Closed without anybody", Unit: Percent, Better: Lower, Of: "closed alerts that began in the period",
			Text:  "How many of them ended by themselves (their source, their expiry, their silence) and were never acknowledged or snoozed: noise.",
			Edges: "One that somebody closed was seen.",
			count: func(t *tally) Value { return share(t.unseen, t.toClose.n()) }},
		{Name: "flapping", Title: "Flapping sources", Unit: Count, Better: Lower, Of: "dedup keys of integrations with alerts that began in the period",
			Text:  "How many began to fire at least 3 times within one hour: as a new alert or again as the same.",
			Edges: "Only beginnings within the period count, and only of alerts that began in it.", only: true,
			count: func(t *tally) Value { return count(t.flapping()) }},

		{Name: "pages", Title: "Pages to people", Unit: Count, Better: Lower, Of: "messages that were sent in the period, about alerts that began at most 7 days before it",
			Text:  "How many messages of an escalation went to a person and did not fail.",
			Edges: "One message about several alerts counts once, when the first of its parts is known to be sent. Those that call responders count: they ring all the same. Messages to channels, words of what became of an alert, reminders, hand-offs and tests do not.",
			count: func(t *tally) Value { return count(t.pages) }},
		{Name: "night_pages", Title: "Pages at night", Unit: Count, Better: Lower, Of: "pages",
			Text:  "How many of the pages were sent at night where the person lives: fairness.night of the configuration, 22:00 to 06:00 without it.",
			Edges: "A person without a zone lives in that of the configuration.",
			count: func(t *tally) Value { return count(t.nightPages) }},
		{Name: "interrupted_nights", Title: "Interrupted nights", Unit: Count, Better: Lower, Of: "pages at night",
			Text:  "How many nights of a person had at least one page, of all persons.",
			Edges: "A night is one whole, from its evening to its morning, and counts in each period in which one of its pages was sent.",
			count: func(t *tally) Value { return count(t.nights()) }},

		{Name: "incidents", Title: "Incidents", Unit: Count, Better: Lower, Of: "incidents that were opened in the period",
			Text:  "How many incidents were opened.",
			Edges: "One that was opened again is the same.",
			count: func(t *tally) Value { return count(t.incidents) }},
		{Name: string(incident.ToDetect), Title: "Time to detect", Unit: Seconds, Better: Lower, Of: "incidents that were opened in the period",
			Text:  "From impact_start to detected.",
			Edges: "Times that somebody set count in place of those of the record, here and below. What would be negative is 0.",
			took:  func(t *tally) *durations { return &t.toDetect }},
		{Name: string(incident.ToEngage), Title: "Time to engage", Unit: Seconds, Better: Lower, Of: "incidents that were opened in the period and were taken up",
			Text:  "From detected to engaged.",
			Edges: "Those that nobody has taken up are not in it.",
			took:  func(t *tally) *durations { return &t.toEngage }},
		{Name: string(incident.ToMitigate), Title: "Time to mitigate", Unit: Seconds, Better: Lower, Of: "incidents that were opened in the period and are mitigated",
			Text:  "From impact_start to mitigated: how long the harm lasted.",
			Edges: "One that was resolved without a mitigation was mitigated then. Those that are open, or open again, are not in it.",
			took:  func(t *tally) *durations { return &t.toMitigate }},
		{Name: string(incident.ToFix), Title: "Time to fix", Unit: Seconds, Better: Lower, Of: "incidents that were opened in the period and are resolved",
			Text:  "From impact_start to resolved.",
			Edges: "One that was opened again counts to its last resolution, and not while it is open.",
			took:  func(t *tally) *durations { return &t.toFix }},
		{Name: string(incident.ToTell), Title: "Communication delay", Unit: Seconds, Better: Lower, Of: "incidents that were opened in the period and of which an audience was told",
			Text:  "From detected to the first status update to any audience.",
			Edges: "Those of which nobody was told are not in it.",
			took:  func(t *tally) *durations { return &t.toTell }},
		{Name: "detected_by_monitoring", Title: "Detected by monitoring", Unit: Percent, Better: Higher, Of: "incidents that were opened in the period",
			Text:  "How many of them were noticed by an alert or a rule.",
			Edges: "detected_by of the incident, or else whether a rule opened it or an alert of it came before it was opened.",
			count: func(t *tally) Value { return share(t.byMonitoring, t.incidents) }},
		{Name: "detected_by_customers", Title: "Detected by customers", Unit: Percent, Better: Lower, Of: "incidents that were opened in the period",
			Text:  "How many of them a customer noticed first.",
			Edges: "Only where somebody set detected_by of the incident to customer.",
			count: func(t *tally) Value { return share(t.byCustomers, t.incidents) }},

		{Name: "deployment_frequency", Title: "Deployments a day", Unit: PerDay, Better: Higher, Of: "deployments to production that ended well in the period",
			Text:  "How many there were, for each 24 hours of the period that are over.",
			Edges: "Production is an environment of that tier, and one of which no tier is known. It counts when the deployment ended. Those that failed or were cancelled do not. In a report of some priorities there are none.",
			count: func(t *tally) Value { return t.perDay(t.deployments) }},
		{Name: "change_failure_rate", Title: "Changes that failed", Unit: Percent, Better: Lower, Of: "deployments to production that ended well in the period",
			Text:  "How many of them were marked as the cause of an incident.",
			Edges: "Each counts once, whenever the incident was opened; the incident need not be of the filter. One that is deleted by now is not known any more.",
			count: func(t *tally) Value { return share(t.failedChanges, t.deployments) }},
		{Name: "time_to_restore", Title: "Time to restore", Unit: Seconds, Better: Lower, Of: "incidents that were opened in the period, have a deployment as their cause, and are mitigated",
			Text:  "From impact_start to mitigated.",
			Edges: "As time_to_mitigate, of the incidents that a change caused.",
			took:  func(t *tally) *durations { return &t.toRestore }},

		{Name: "postmortems_on_time", Title: "Postmortems on time", Unit: Percent, Better: Higher, Of: "postmortems whose first due date is in the period and has passed",
			Text:  "How many of them were published at their first due date at the latest.",
			Edges: "A due date that was moved does not count, the one that was promised does. Waived ones are not in it; one that was opened again is judged by its last publication.",
			count: func(t *tally) Value { return share(t.postmortemsOnTime, t.postmortems) }},
		{Name: "actions_on_time", Title: "Actions on time", Unit: Percent, Better: Higher, Of: "actions of postmortems whose first due date is in the period and has passed",
			Text:  "How many of them were done at their first due date at the latest.",
			Edges: "Those that never had a due date are not in it. Whether they are verified does not matter.",
			count: func(t *tally) Value { return share(t.actionsOnTime, t.actions) }},
	}
}
