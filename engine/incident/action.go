package incident

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/issue"
)

// Do is what a person does to an incident.
type Do string

// Everything that a person can do to an incident, from every surface.
const (
	Mitigate      Do = "mitigate"
	Resolve       Do = "resolve"
	Close         Do = "close" // resolves it too, when it is not
	Reopen        Do = "reopen"
	Note          Do = "note"
	Update        Do = "update"
	SetPriority   Do = "priority"
	SetTitle      Do = "title"
	SetTimes      Do = "times"
	SetRole       Do = "role"      // an empty User leaves the role to nobody
	AddResponder  Do = "responder" // calls a team or a person; who calls themselves just joins
	CallUsual     Do = "wide"      // calls the usual teams
	Tick          Do = "tick"      // an item of the checklist
	Skip          Do = "skip"      // one that does not apply; Note is the reason, and must be given
	Untick        Do = "untick"
	CloseAlerts   Do = "close-alerts"
	AskPostmortem Do = "postmortem" // of a team's own
	Tell          Do = "updates"    // an audience, how it goes
	OpenChannel   Do = "channel"    // gives it a channel in Slack, where it has none or none any more
	MarkCause     Do = "cause"      // Cause is a deployment
	UnmarkCause   Do = "uncause"
)

// Action is one thing done by one person.
type Action struct {
	Do       Do
	By       string // the user's name, or "api:NAME" for a key
	Via      string // where it was done: slack, api, …
	Note     string // said with it
	Priority string // for SetPriority: P1 to P5
	Title    string // for SetTitle
	Role     string // for SetRole
	User     string // for SetRole: a user. For AddResponder: a user, user:NAME or team:NAME
	Team     string // for AskPostmortem
	Item     string // for Tick, Skip and Untick: the number of an item, from 1, or its text
	Force    bool   // for Close: in spite of the checklist; Note is the reason, and must be given

	At    time.Time            // for Mitigate and Resolve: since when it is so; for Note: when it was; zero for now
	Times map[Moment]time.Time // for SetTimes; a zero time takes back what was set
	Edit  Edit                 // for Update
	Draft Draft                // for Tell
	Issue issue.Wish           // for LinkIssue, and its N for UnlinkIssue

	Cause *Cause // for MarkCause; looked up by package engine

	// Successor, for Reopen, names the other incident that holds this one's key by now: "INC-9". It is looked
	// up by package engine, and empty when there is none. Two incidents never gather the same alerts.
	Successor string
}

// Refused says why an action cannot be done to an incident as it is; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }
