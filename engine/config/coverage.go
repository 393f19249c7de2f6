package config

import "github.com/tocsin-oncall/tocsin/schedules/coverage"

// Coverage is what the audit of tocsin check --coverage expects.
type Coverage struct {
	MinPeople int          `json:"min_people,omitempty" jsonschema:"minimum=1" doc:"How many people every policy has to reach. Default: one, with a warning where there is only one."`
	Urgent    []string     `json:"urgent,omitempty" doc:"The policies for which e-mail alone is not enough. Default: all."`
	Severity  []SeverityOf `json:"severity,omitempty" doc:"How bad findings are, where not as by default."`
	Waive     []Waiver     `json:"waive,omitempty" doc:"Findings that are accepted for a while."`
}

// SeverityOf says how bad findings of a kind are.
type SeverityOf struct {
	Finding FindingKind     `json:"finding" doc:"Which."`
	Is      FindingSeverity `json:"is" doc:"error makes the check fail; off leaves them out."`
}

// Waiver accepts findings: those that fit all of its keys.
type Waiver struct {
	Finding  FindingKind `json:"finding,omitempty" doc:"Which. Default: any."`
	Policy   string      `json:"policy,omitempty" doc:"Only of this policy."`
	Schedule string      `json:"schedule,omitempty" doc:"Only of this schedule."`
	User     string      `json:"user,omitempty" doc:"Only of this user."`
	Reason   string      `json:"reason" doc:"Why it is accepted."`
	Until    string      `json:"until" doc:"2026-12-31 or 2026-12-31T18:00, wall clock in timezone. From then on it is found again."`
}

// FindingKind is a kind of finding of the coverage audit.
type FindingKind string

func (FindingKind) choices() []string { return texts(coverage.Kinds[:]) }

// FindingSeverity is how bad a finding is.
type FindingSeverity string

func (FindingSeverity) choices() []string {
	return texts([]coverage.Severity{coverage.Error, coverage.Warning, coverage.Info, coverage.Off})
}
