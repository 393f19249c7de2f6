package postmortem

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/issue"
)

// Do is what a person does to a postmortem.
type Do string

// Everything that a person can do to a postmortem, from every surface.
const (
	Publish        Do = "publish"         // refused while Check finds errors, unless by Force with a Note that says why
	Complete       Do = "complete"        // publishes it as it is; what Check finds is written down
	Submit         Do = "submit"          // to the review of Reviewers, and of those that there are already
	Approve        Do = "approve"         // by a reviewer
	RequestChanges Do = "request-changes" // by a reviewer; Note says which
	Waive          Do = "waive"           // Note is the reason, and must be given
	Reopen         Do = "reopen"
	Assign         Do = "assign"
	Update         Do = "update"
	Note           Do = "note"
	Meet           Do = "meet" // sets or moves the review meeting: At, Length, Where
	CancelMeeting  Do = "cancel-meeting"
	Snooze         Do = "snooze" // no reminders to User before Until
	Mark           Do = "mark"   // Step of the plan is done, or not needed
	Unmark         Do = "unmark" // it is not, after all

	EditRetrospective  Do = "edit-retrospective" // Letter takes the place of the draft
	ResetRetrospective Do = "reset-retrospective"
	SendRetrospective  Do = "send-retrospective" // refused before it is published, unless by Force with a Note that says why
)

// Action is one thing done by one person.
type Action struct {
	Do    Do
	By    string // the user's name, or "api:NAME" for a key
	Via   string // where it was done: slack, api, …
	Note  string // said with it
	Owner string // for Assign
	Edit  Edit   // for Update
	Force bool   // for Publish and SendRetrospective
	// Admin says that it is done with the right of an admin, who may move the due date again.
	Admin     bool
	Reviewers []string  // for Submit
	User      string    // for Snooze: who is not reminded; the owner where nobody is named
	Until     time.Time // for Snooze; not after now ends it
	Step      StepName  // for Mark and Unmark
	Plans     Plans     // for Meet
	Letter    Letter    // for EditRetrospective
	// Issue is for LinkIssue, UnlinkIssue (its Action says of which action item) and CreateIssues.
	Issue issue.Wish
}

// Edit is what an Update changes: what is zero stays as it is. The due date moves once, and Action.Note says why.
type Edit struct {
	Title               string
	DueAt               time.Time
	AddTags, RemoveTags []string
	Sections            map[string]string // by name; an empty text clears a section of the outline and removes another
	Causes              []CauseEdit
	Lessons             []LessonEdit
	Actions             []ItemEdit
}

// ItemEdit makes an action item, or changes that of number N: what is zero stays as it is.
type ItemEdit struct {
	N        int // 0 makes a new one, which must have a text
	Text     string
	Owner    string
	DueAt    time.Time
	Why      string // must be given where another due date was promised
	Horizon  Horizon
	Issue    string // an address
	Lesson   int    // the lesson that it comes from
	Done     *bool
	Verified *bool
	Evidence string // must be given with Verified
}

// Refused says why an action cannot be done to a postmortem as it is; it is meant for the person who tried.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }
