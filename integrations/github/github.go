// Package github reads what GitHub's webhooks say of deployments, and checks that they come from GitHub. It does no I/O
// and knows nothing of HTTP routes.
//
// The events deployment and deployment_status are read; all others, and ping, say nothing that matters. The protocol is
// that of GitHub's "Webhook events and payloads" and "Validating webhook deliveries".
package github

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
)

// Signed reports whether a body was signed with the secret of the webhook: X-Hub-Signature-256 is "sha256=" and the
// HMAC-SHA256 of the body in hex. The older X-Hub-Signature does not count.
func Signed(secret string, body []byte, header http.Header) bool {
	given, err := hex.DecodeString(strings.TrimPrefix(header.Get("X-Hub-Signature-256"), "sha256="))
	if err != nil || secret == "" {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hmac.Equal(given, mac.Sum(nil))
}

// hook is what the events deployment and deployment_status have in common.
type hook struct {
	Deployment struct {
		ID          int64     `json:"id"`
		SHA         string    `json:"sha"`
		Ref         string    `json:"ref"`
		Environment string    `json:"environment"`
		Description string    `json:"description"`
		CreatedAt   time.Time `json:"created_at"`
		Production  bool      `json:"production_environment"`
		Transient   bool      `json:"transient_environment"`
		Creator     user      `json:"creator"`
	} `json:"deployment"`
	Status struct {
		State          string    `json:"state"`
		Description    string    `json:"description"`
		CreatedAt      time.Time `json:"created_at"`
		LogURL         string    `json:"log_url"`
		TargetURL      string    `json:"target_url"`
		EnvironmentURL string    `json:"environment_url"`
	} `json:"deployment_status"`
	Run *struct {
		URL   string `json:"html_url"`
		Title string `json:"display_title"`
		Head  *struct {
			ID      string `json:"id"`
			Message string `json:"message"`
			Author  struct {
				Name string `json:"name"`
			} `json:"author"`
		} `json:"head_commit"`
	} `json:"workflow_run"`
	Repository struct {
		FullName string `json:"full_name"`
		URL      string `json:"html_url"`
	} `json:"repository"`
}

type user struct {
	Login string `json:"login"`
}

// states are those of a deployment status. GitHub says inactive when a later deployment has taken the place of one: that
// changes nothing of what it was.
var states = map[string]deployment.Status{
	"pending": deployment.Pending, "queued": deployment.Pending, "waiting": deployment.Pending,
	"in_progress": deployment.Started, "success": deployment.Succeeded, "failure": deployment.Failed, "error": deployment.Failed,
}

// release is a ref that is a version rather than a branch.
var release = regexp.MustCompile(`^v?[0-9]+\.[0-9]`)

// Decode makes a report of a webhook's body; nil where it says nothing that matters.
func Decode(body []byte, header http.Header) (*deployment.Report, error) {
	event := header.Get("X-GitHub-Event")
	switch event {
	case "deployment", "deployment_status":
	case "":
		return nil, fmt.Errorf("github: there is no X-GitHub-Event: this is no webhook of GitHub's")
	default:
		return nil, nil
	}
	var h hook
	if err := payload.Unmarshal(body, &h); err != nil {
		return nil, fmt.Errorf("github: %w; set the webhook's content type to application/json", err)
	}
	if h.Deployment.ID == 0 || h.Repository.FullName == "" {
		return nil, fmt.Errorf("github: deployment.id and repository.full_name were expected")
	}
	status, known := deployment.Pending, true
	at := h.Deployment.CreatedAt
	if event == "deployment_status" {
		status, known = states[h.Status.State]
		at = h.Status.CreatedAt
	}
	if !known {
		return nil, nil
	}
	d := h.Deployment
	r := &deployment.Report{
		External: fmt.Sprintf("%s/%d", h.Repository.FullName, d.ID), Project: h.Repository.FullName,
		Environment: d.Environment, Revision: d.SHA, By: d.Creator.Login, Status: status, At: at,
		Message: cmp.Or(d.Description, h.Status.Description),
	}
	switch {
	case d.Production:
		r.Tier = deployment.Production
	case d.Transient:
		r.Tier = deployment.Development
	}
	if ref := strings.TrimPrefix(d.Ref, "refs/tags/"); release.MatchString(ref) {
		r.Version = ref
	}
	h.describe(r)
	return r, nil
}

// describe adds the commit and the links.
func (h hook) describe(r *deployment.Report) {
	c := deployment.Commit{SHA: r.Revision}
	if h.Repository.URL != "" {
		c.URL = h.Repository.URL + "/commit/" + r.Revision
	}
	link := func(text, href string) {
		if href != "" {
			r.Links = append(r.Links, deployment.Link{Text: text, Href: href})
		}
	}
	if h.Run != nil {
		link("workflow run", h.Run.URL)
		c.Title = h.Run.Title
		if h.Run.Head != nil && h.Run.Head.ID == r.Revision {
			c.Title, c.Author = h.Run.Head.Message, h.Run.Head.Author.Name
		}
	}
	link("log", cmp.Or(h.Status.LogURL, h.Status.TargetURL))
	link("environment", h.Status.EnvironmentURL)
	if r.Revision != "" {
		r.Commits = []deployment.Commit{c}
	}
}
