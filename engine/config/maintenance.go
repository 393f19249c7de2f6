package config

// Maintenance lets alerts wait for a time.
type Maintenance struct {
	Name        Name              `json:"name" doc:"What timelines call it."`
	When        Expr              `json:"when,omitempty" doc:"Which alerts: a condition, as in rules; it sees what rules have set. Of when and the four keys below at least one is needed, and all that are given must be true."`
	Service     string            `json:"service,omitempty" doc:"Which alerts: those of this service."`
	Team        string            `json:"team,omitempty" doc:"Which alerts: those of this team."`
	Integration string            `json:"integration,omitempty" doc:"Which alerts: those that came through this integration."`
	Labels      map[string]string `json:"labels,omitempty" doc:"Which alerts: those with these labels."`

	From     string   `json:"from" doc:"2026-11-22T02:00, wall clock in timezone unless it has an offset; of one that comes again, the first time."`
	Until    string   `json:"until,omitempty" doc:"Until then. Needed unless there is for."`
	For      Duration `json:"for,omitempty" doc:"Instead of until: how long."`
	Timezone string   `json:"timezone,omitempty" doc:"IANA zone. Default: timezone of the configuration."`
	RRule    string   `json:"rrule,omitempty" doc:"How it comes again, as an RFC 5545 rule such as FREQ=WEEKLY;BYDAY=SU. Default: once."`
	Ends     string   `json:"ends,omitempty" doc:"With rrule: from when on it does not begin again."`
	Reason   string   `json:"reason" doc:"Why. Alerts that wait say so."`
	Public   string   `json:"public,omitempty" doc:"What customers are told of it on the status page. Default: it is not shown to them."`
}
