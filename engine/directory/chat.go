package directory

import "time"

// Chat says which incidents get a channel of their own in Slack, and how it is kept.
type Chat struct {
	When         func(IncidentFacts) (bool, error)   // nil for every incident
	Name         func(IncidentFacts) (string, error) // as it was written; see incident.ChannelName
	Private      bool
	Invite       bool          // responders, as they come
	ArchiveAfter time.Duration // after the close; 0 for never
}
