// Package opsgenie takes deployments as Opsgenie's API v2 does, so that a sender changes only its address:
//
//	POST /v2/deployments
//	PUT  /v2/deployments/{id}/updateState
//	GET  /v2/deployments/{id}
//	GET  /v2/deployments/requests/{requestId}
//
// with Authorization: GenieKey KEY, and the envelope, the headers and the errors of that API. What Opsgenie does later is
// done here before the answer: a request's id is the deployment's, and its state can be read at once. The protocol is that
// of "Opsgenie Deployments API" and of its Go client.
package opsgenie

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
)

// Path is what the surface begins with.
const Path = "/v2/deployments"

// timeout is how long a request waits for the store.
const timeout = 10 * time.Second

// Options are what the surface works with.
type Options struct {
	// Integration gives the name of the integration with a key.
	Integration func(key string) (name string, ok bool)
	Deploy      func(ctx context.Context, r deployment.Report) (*deployment.State, error)
	ByID        func(ctx context.Context, id string) (*deployment.State, error)
	ByExternal  func(ctx context.Context, integration, external string) (*deployment.State, error)
	// NotFound and Unavailable tell errors of the others apart.
	NotFound, Unavailable func(error) bool
	Count                 func(integration, status string, n int)
	Log                   *slog.Logger
}

// Deployments serves everything below Path.
func Deployments(o Options) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		c := begin(o, w, req)
		name, ok := o.Integration(keyOf(req))
		if !ok {
			c.refuse(http.StatusUnauthorized, "Could not authenticate", nil)
			return
		}
		c.integration = name
		rest := strings.Trim(strings.TrimPrefix(req.URL.EscapedPath(), Path), "/")
		last := rest[strings.LastIndex(rest, "/")+1:]
		switch {
		case rest == "":
			c.only(http.MethodPost, c.create)
		case last == "updateState" && last != rest:
			c.only(http.MethodPut, func() { c.update(unescaped(strings.TrimSuffix(rest, "/updateState"))) })
		case strings.HasPrefix(rest, "requests/"):
			c.only(http.MethodGet, func() { c.request(unescaped(strings.TrimPrefix(rest, "requests/"))) })
		default:
			c.only(http.MethodGet, func() { c.get(unescaped(rest)) })
		}
	})
}

// sent is a deployment as it is sent and shown. Which of its names are the sender's, the configuration says.
type sent struct {
	ID           string      `json:"id,omitempty"`
	State        string      `json:"state"`
	Environment  environment `json:"environment"`
	StartedAt    any         `json:"startedAt,omitempty"`
	CompletedAt  any         `json:"completedAt,omitempty"`
	Message      string      `json:"message,omitempty"`
	Description  string      `json:"description,omitempty"`
	ExternalID   string      `json:"externalId,omitempty"`
	ExternalLink string      `json:"externalLink,omitempty"`
	Releases     []release   `json:"releases,omitempty"`
}

type environment struct {
	Type        string `json:"type,omitempty"` // Test, Staging, Production
	ID          string `json:"id,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

type release struct {
	Type       string `json:"type,omitempty"`
	Repository struct {
		Workspace struct {
			Identifier string `json:"identifier"`
			Type       string `json:"type,omitempty"`
		} `json:"workspace"`
		Slug string `json:"repoSlug"`
	} `json:"repository"`
	Commit struct {
		SHA string `json:"sha"`
	} `json:"commit"`
}

var states = map[string]deployment.Status{
	"initial": deployment.Pending, "started": deployment.Started, "successful": deployment.Succeeded, "failed": deployment.Failed,
}

var tiers = map[string]deployment.Tier{
	"production": deployment.Production, "staging": deployment.Staging, "test": deployment.Testing, "development": deployment.Development,
}

// report is what a body says. The service is what the repository of its first release is, or else the environment's own
// integration says; see services of the configuration.
func (s sent) report(integration string) (r deployment.Report, errors map[string]string) {
	errors = map[string]string{}
	status, ok := states[strings.ToLower(s.State)]
	if !ok {
		errors["state"] = "should be one of [ initial, started, successful, failed ]"
	}
	if strings.TrimSpace(s.Message) == "" {
		errors["message"] = "Message can not be empty."
	}
	r = deployment.Report{
		Integration: integration, External: s.ExternalID, Environment: s.Environment.DisplayName, Tier: tiers[strings.ToLower(s.Environment.Type)],
		Message: s.Message, Status: status, StartedAt: instant(s.StartedAt, "startedAt", errors), FinishedAt: instant(s.CompletedAt, "completedAt", errors),
	}
	if r.Environment == "" {
		r.Environment = s.Environment.ID
	}
	for _, l := range s.Releases {
		if r.Project == "" {
			r.Project = strings.Trim(l.Repository.Workspace.Identifier+"/"+l.Repository.Slug, "/")
			r.Revision = l.Commit.SHA
		}
		if l.Commit.SHA != "" {
			r.Commits = append(r.Commits, deployment.Commit{SHA: l.Commit.SHA, Title: l.Repository.Slug})
		}
	}
	if s.ExternalLink != "" {
		r.Links = []deployment.Link{{Text: "pipeline", Href: s.ExternalLink}}
	}
	return r, errors
}

// instant reads a time. Clients send the year 1 for none.
func instant(v any, field string, errors map[string]string) time.Time {
	t, err := payload.Time(v)
	if err != nil {
		errors[field] = "should be a time such as 2026-03-09T14:00:00Z"
	}
	if t.Year() <= 1 {
		return time.Time{}
	}
	return t
}

// shown is a deployment as Opsgenie would show it.
func shown(s *deployment.State) sent {
	out := sent{ID: string(s.ID), ExternalID: s.External, Message: s.Message, Environment: environment{DisplayName: s.Environment}}
	for name, status := range states {
		if status == s.Status {
			out.State = name
		}
	}
	if s.Status == deployment.Cancelled {
		out.State = "failed" // Opsgenie has no other word
	}
	for name, tier := range map[string]deployment.Tier{"Production": deployment.Production, "Staging": deployment.Staging, "Test": deployment.Testing} {
		if tier == s.Tier {
			out.Environment.Type = name
		}
	}
	if !s.StartedAt.IsZero() {
		out.StartedAt = s.StartedAt.UTC().Format(time.RFC3339Nano)
	}
	if !s.FinishedAt.IsZero() {
		out.CompletedAt = s.FinishedAt.UTC().Format(time.RFC3339Nano)
	}
	if len(s.Links) > 0 {
		out.ExternalLink = s.Links[0].Href
	}
	return out
}
