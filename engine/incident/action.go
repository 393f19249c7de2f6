package incident

// Do is what a person does to an incident.
type Do string

// Everything that a person can do to an incident, from every surface.
const (
	Resolve      Do = "resolve"
	Close        Do = "close" // resolves it too, when it is open
	Reopen       Do = "reopen"
	Note         Do = "note"
	SetPriority  Do = "priority"
	SetTitle     Do = "title"
	SetRole      Do = "role"      // an empty User leaves the role to nobody
	AddResponder Do = "responder" // who takes a role is a responder anyway
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
	User     string // for SetRole and AddResponder
	// Successor, for Reopen, names the other incident that holds this one's key by now: "INC-9". It is looked
	// up by package engine, and empty when there is none. Two incidents never gather the same alerts.
	Successor string
}

// Refused says why an action cannot be done to an incident as it is; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }
