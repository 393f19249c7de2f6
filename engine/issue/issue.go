// Package issue is the part of an incident or a postmortem that follows issues in other systems: which are linked with
// it and how, which are still to be created, and what their trackers said of them at last. It is pure: what is to be done
// at a tracker becomes a task among the pages of the record, and its outcome comes back as an input. It talks to nobody.
package issue

import "time"

// The trackers. A Link is anything with an address: nothing is asked of it.
const (
	Jira   = "jira"
	GitHub = "github"
	Link   = "link"
)

// Relation is what an issue has to do with an incident or an action, read as "INC-7 blocks PAY-12".
type Relation string

// The relations.
const (
	Blocks          Relation = "blocks"
	IsBlockedBy     Relation = "is_blocked_by"
	Causes          Relation = "causes"
	IsCausedBy      Relation = "is_caused_by"
	RelatesTo       Relation = "relates_to"
	Duplicates      Relation = "duplicates"
	FollowUp        Relation = "follow_up"        // the issue is what is done afterwards
	CustomerRequest Relation = "customer_request" // a customer asks about it
)

// Relations are all of them.
var Relations = [...]Relation{Blocks, IsBlockedBy, Causes, IsCausedBy, RelatesTo, Duplicates, FollowUp, CustomerRequest}

// words are how a relation is said of the record, and how of the issue.
var words = map[Relation][2]string{
	Blocks:          {"blocks", "is blocked by"},
	IsBlockedBy:     {"is blocked by", "blocks"},
	Causes:          {"causes", "is caused by"},
	IsCausedBy:      {"is caused by", "causes"},
	RelatesTo:       {"relates to", "relates to"},
	Duplicates:      {"duplicates", "is duplicated by"},
	FollowUp:        {"is followed up by", "follows up"},
	CustomerRequest: {"is asked about in", "asks about"},
}

// Words say it of the record: "is caused by".
func (r Relation) Words() string { return words[r][0] }

// Seen says it of the issue: "causes".
func (r Relation) Seen() string { return words[r][1] }

// Category is how far an issue is, whatever its tracker calls that.
type Category string

// The categories; empty while nothing is known.
const (
	Open       Category = "open"
	InProgress Category = "in_progress"
	Done       Category = "done"
)

// Issue is an issue in another system.
type Issue struct {
	N        int       `json:"n"` // 1, 2, … in its record; never reused
	Tracker  string    `json:"tracker"`
	Key      string    `json:"key,omitempty"` // PAY-12, owner/repo#34; empty until it is created, and of a link
	URL      string    `json:"url,omitempty"`
	Relation Relation  `json:"relation"`
	Action   int       `json:"action,omitempty"` // the action item of a postmortem that it belongs to
	By       string    `json:"by,omitempty"`
	At       time.Time `json:"at"`

	Summary  string    `json:"summary,omitempty"`
	State    string    `json:"state,omitempty"` // as its tracker calls it: In Review
	Category Category  `json:"category,omitempty"`
	Assignee string    `json:"assignee,omitempty"`
	Missing  bool      `json:"missing,omitempty"` // its tracker does not know it, or does not show it to us
	ReadAt   time.Time `json:"read_at,omitzero"`  // when its tracker said so

	New      *Draft `json:"new,omitempty"`      // what is to be created; nil when that is done
	Attached bool   `json:"attached,omitempty"` // its tracker shows where it comes from
	Page     int    `json:"page,omitempty"`     // the latest task for it alone, among the pages of its record
	Error    string `json:"error,omitempty"`    // what that failed with for good
	Stale    string `json:"stale,omitempty"`    // why it could not be read at last
}

// Draft is an issue that is to be created.
type Draft struct {
	Project     string `json:"project"`        // a Jira project, or owner/repo
	Type        string `json:"type,omitempty"` // of a Jira issue
	Summary     string `json:"summary"`
	Description string `json:"description,omitempty"`
}

// Name is how people call it: its key, else its address, else where it will be.
func (i *Issue) Name() string {
	switch {
	case i.Key != "":
		return i.Key
	case i.URL != "":
		return i.URL
	case i.New != nil:
		return "an issue in " + i.New.Project
	}
	return "an issue"
}

// tracked reports whether its tracker can be asked about it.
func (i *Issue) tracked() bool { return i.Tracker != Link && i.Key != "" && i.Attached }
