package incident

import (
	"fmt"
	"strings"
	"time"
)

// Cause is the deployment that somebody marked as what caused an incident: a copy of what matters of it, for deployments
// are not kept as long as incidents. Its zero value is none.
type Cause struct {
	Deployment  string    `json:"deployment"` // DEP-5
	Title       string    `json:"title"`      // payments 1.4.2 to production
	Service     string    `json:"service"`
	Environment string    `json:"environment,omitempty"`
	Version     string    `json:"version,omitempty"`
	Revision    string    `json:"revision,omitempty"`
	By          string    `json:"by,omitempty"` // who deployed
	Status      string    `json:"status"`
	StartedAt   time.Time `json:"started_at,omitzero"`
	FinishedAt  time.Time `json:"finished_at,omitzero"`
	Commits     []Commit  `json:"commits,omitempty"` // the first MaxCommits
	Changes     int       `json:"changes,omitempty"` // how many commits there were
	Links       []Link    `json:"links,omitempty"`
	Path        []string  `json:"path,omitempty"` // from an impacted service to that of the deployment; empty where none leads there

	Note     string    `json:"note,omitempty"`
	MarkedBy string    `json:"marked_by,omitempty"`
	MarkedAt time.Time `json:"marked_at,omitzero"`
}

// Commit is a change that came with a deployment.
type Commit struct {
	SHA    string `json:"sha,omitempty"`
	Title  string `json:"title,omitempty"`
	Author string `json:"author,omitempty"`
	URL    string `json:"url,omitempty"`
}

// MaxCommits is how many commits a Cause has.
const MaxCommits = 20

// IsZero reports whether there is none.
func (c Cause) IsZero() bool { return c.Deployment == "" }

// markCause marks a deployment as the cause, in place of another one. A closed incident's can still be found out.
func (s *State) markCause(a Action, env Env) error {
	if a.Cause == nil || a.Cause.IsZero() {
		return &Refused{"Which deployment? DEP-5, for example."}
	}
	was, c := s.Cause, *a.Cause
	c.Commits = c.Commits[:min(len(c.Commits), MaxCommits)]
	c.Note, c.MarkedBy, c.MarkedAt = a.Note, a.By, env.Now
	if was.Deployment == c.Deployment && (a.Note == "" || a.Note == was.Note) {
		return nil
	}
	s.Cause = c
	what := fmt.Sprintf("caused by %s, %s", c.Deployment, c.Title)
	if !was.IsZero() && was.Deployment != c.Deployment {
		what += ", and not by " + was.Deployment
	}
	s.did(a, env, "cause", what)
	return nil
}

func (s *State) unmarkCause(a Action, env Env) error {
	if s.Cause.IsZero() {
		return nil
	}
	what := "not caused by " + s.Cause.Deployment + " after all"
	s.Cause = Cause{}
	s.did(a, env, "cause", what)
	return nil
}

// Harm is when the harm began.
func (s *State) Harm() time.Time { return s.Time(ImpactStart).At }

// Until is when the harm was over: now while it is not resolved.
func (s *State) Until(now time.Time) time.Time {
	return earlier(earlier(s.Time(Resolution).At, s.ClosedAt), now)
}

// causeText is the cause of an incident in Markdown.
func causeText(c Cause) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", plain(c.Deployment), plain(c.Title))
	if c.By != "" {
		fmt.Fprintf(&b, ", by %s", plain(c.By))
	}
	fmt.Fprintf(&b, ", %s", moment(c.StartedAt))
	if len(c.Path) > 1 {
		fmt.Fprintf(&b, ", over %s", plain(strings.Join(c.Path, " → ")))
	}
	fmt.Fprintf(&b, " (marked by %s)", plain(c.MarkedBy))
	if c.Note != "" {
		fmt.Fprintf(&b, ": %s", plain(c.Note))
	}
	b.WriteString("\n")
	for _, k := range c.Commits {
		fmt.Fprintf(&b, "\n- `%s` %s", strings.ReplaceAll(k.SHA[:min(len(k.SHA), 10)], "`", ""), plain(k.Title))
		if k.Author != "" {
			fmt.Fprintf(&b, " (%s)", plain(k.Author))
		}
	}
	if len(c.Commits) > 0 {
		b.WriteString("\n")
	}
	if more := c.Changes - len(c.Commits); more > 0 && len(c.Commits) > 0 {
		fmt.Fprintf(&b, "- and %d more\n", more)
	}
	return b.String()
}
