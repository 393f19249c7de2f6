// Package gitlab reads what GitLab's webhooks say of deployments. GitLab proves itself with the secret token of the
// webhook, sent as X-Gitlab-Token. The package does no I/O. The protocol is that of GitLab's "Webhook events".
package gitlab

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
)

// event is the X-Gitlab-Event of what is read; all others say nothing that matters.
const event = "Deployment Hook"

type hook struct {
	Status      string  `json:"status"`
	ChangedAt   string  `json:"status_changed_at"`
	ID          int64   `json:"deployment_id"`
	JobURL      string  `json:"deployable_url"`
	Environment string  `json:"environment"`
	Tier        string  `json:"environment_tier"`
	ExternalURL string  `json:"environment_external_url"`
	Ref         string  `json:"ref"`
	ShortSHA    string  `json:"short_sha"`
	CommitURL   string  `json:"commit_url"`
	CommitTitle string  `json:"commit_title"`
	User        person  `json:"user"`
	Project     project `json:"project"`
}

type person struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}

type project struct {
	Path string `json:"path_with_namespace"`
	URL  string `json:"web_url"`
}

var states = map[string]deployment.Status{
	"created": deployment.Pending, "blocked": deployment.Pending, "running": deployment.Started,
	"success": deployment.Succeeded, "failed": deployment.Failed, "canceled": deployment.Cancelled, "skipped": deployment.Cancelled,
}

// Decode makes a report of a webhook's body; nil where it says nothing that matters.
func Decode(body []byte, header http.Header) (*deployment.Report, error) {
	switch header.Get("X-Gitlab-Event") {
	case event:
	case "":
		return nil, fmt.Errorf("gitlab: there is no X-Gitlab-Event: this is no webhook of GitLab's")
	default:
		return nil, nil
	}
	var h hook
	if err := payload.Unmarshal(body, &h); err != nil {
		return nil, fmt.Errorf("gitlab: %w", err)
	}
	status, known := states[h.Status]
	switch {
	case h.ID == 0 || h.Project.Path == "":
		return nil, fmt.Errorf("gitlab: deployment_id and project.path_with_namespace were expected")
	case !known:
		return nil, nil
	}
	at, err := moment(h.ChangedAt)
	if err != nil {
		return nil, fmt.Errorf("gitlab: status_changed_at: %w", err)
	}
	sha := h.ShortSHA
	if _, whole, ok := strings.Cut(h.CommitURL, "/commit/"); ok && strings.HasPrefix(whole, sha) {
		sha = whole
	}
	r := &deployment.Report{
		External: fmt.Sprintf("%s/%d", h.Project.Path, h.ID), Project: h.Project.Path, Environment: h.Environment,
		Revision: sha, Message: h.CommitTitle, By: cmp.Or(h.User.Username, h.User.Name), Status: status, At: at,
	}
	if t := deployment.Tier(h.Tier); deployment.ValidTier(t) {
		r.Tier = t // GitLab also has "other"
	}
	if sha != "" {
		r.Commits = []deployment.Commit{{SHA: sha, Title: h.CommitTitle, URL: h.CommitURL}}
	}
	if version(h.Ref) {
		r.Version = h.Ref
	}
	for _, l := range []deployment.Link{{Text: "job", Href: h.JobURL}, {Text: "environment", Href: h.ExternalURL}} {
		if l.Href != "" {
			r.Links = append(r.Links, l)
		}
	}
	return r, nil
}

// version reports whether a ref is a version rather than a branch.
func version(ref string) bool {
	digits := strings.TrimPrefix(ref, "v")
	return digits != "" && digits[0] >= '0' && digits[0] <= '9' && strings.Contains(digits, ".")
}

// moment reads "2026-03-09 14:01:30 +0100", as GitLab writes times in webhooks, and RFC 3339.
func moment(text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return payload.Time(text)
}
