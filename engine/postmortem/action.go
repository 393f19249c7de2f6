package postmortem

import "time"

// Do is what a person does to a postmortem.
type Do string

// Everything that a person can do to a postmortem, from every surface.
const (
	Complete Do = "complete"
	Waive    Do = "waive" // Note is the reason, and must be given
	Reopen   Do = "reopen"
	Assign   Do = "assign"
	Update   Do = "update"
	Note     Do = "note"
)

// Action is one thing done by one person.
type Action struct {
	Do    Do
	By    string // the user's name, or "api:NAME" for a key
	Via   string // where it was done: slack, api, …
	Note  string // said with it
	Owner string // for Assign
	Edit  Edit   // for Update
}

// Edit is what an Update changes: what is zero stays as it is.
type Edit struct {
	Title    string            `json:"title,omitempty"`
	DueAt    time.Time         `json:"due_at,omitzero"`
	Sections map[string]string `json:"sections,omitempty"` // by name; an empty text clears a standard section and removes another
	Actions  []ItemEdit        `json:"actions,omitempty"`
}

// ItemEdit makes an action item, or changes that of number N: what is zero stays as it is.
type ItemEdit struct {
	N     int       `json:"n,omitempty"` // 0 makes a new one, which must have a text
	Text  string    `json:"text,omitempty"`
	Owner string    `json:"owner,omitempty"`
	DueAt time.Time `json:"due_at,omitzero"`
	Done  *bool     `json:"done,omitempty"`
}

// Refused says why an action cannot be done to a postmortem as it is; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }
