package directory

// Tracker is a system that keeps issues: jira or github.
type Tracker struct {
	Web     string // what the addresses of its issues begin with, without a slash at its end
	Project string // where issues are created when nobody says; may be empty
	Type    string // of those issues; Jira's only
}
