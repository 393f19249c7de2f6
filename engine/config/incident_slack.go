package config

// IncidentSlack says which incidents get a channel of their own in Slack, and how it is kept.
type IncidentSlack struct {
	Channel      string   `json:"channel,omitempty" doc:"How it is called, with {{ expressions }} over incident; made lower-case, with - for what Slack does not allow, 76 characters at most. Default: inc-{{ incident.number }}-{{ incident.title }}."`
	Private      bool     `json:"private,omitempty" doc:"Only who is invited sees it. Default false."`
	Invite       *bool    `json:"invite,omitempty" doc:"Responders are invited as they come. Default true."`
	When         Expr     `json:"when,omitempty" doc:"A condition over incident, like required_when. Default: every incident."`
	ArchiveAfter Duration `json:"archive_after,omitempty" doc:"How long after the close it is archived. Default: never."`
}
