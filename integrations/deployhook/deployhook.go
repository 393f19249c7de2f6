// Package deployhook reads deployments that are reported as plain JSON: for pipelines and tools that have no format of
// their own. The fields are those of POST /api/v1/deployments, beside project, which services of the configuration can
// name. Fields that it does not know are left alone. It does no I/O.
package deployhook

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/payload"
)

type body struct {
	ID          any               `json:"id"` // numbers, too
	Service     string            `json:"service"`
	Project     string            `json:"project"`
	Environment string            `json:"environment"`
	Tier        deployment.Tier   `json:"tier"`
	State       deployment.Status `json:"state"`
	Version     any               `json:"version"`
	Revision    string            `json:"revision"`
	Message     string            `json:"message"`
	By          string            `json:"by"`
	Commits     []struct {
		SHA    string `json:"sha"`
		Title  string `json:"title"`
		Author string `json:"author"`
		URL    string `json:"url"`
	} `json:"commits"`
	Links []struct {
		Text string `json:"text"`
		Href string `json:"href"`
	} `json:"links"`
	At         any `json:"at"`
	StartedAt  any `json:"started_at"`
	FinishedAt any `json:"finished_at"`
}

// Decode makes a report of a body, a JSON object.
func Decode(data []byte) (*deployment.Report, error) {
	var b body
	if err := payload.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("deployments: %w", err)
	}
	id, ok := payload.Text(b.ID)
	version, plain := payload.Text(b.Version)
	if !ok || !plain {
		return nil, fmt.Errorf("deployments: id and version are texts or numbers")
	}
	r := &deployment.Report{
		External: id, Service: strings.TrimSpace(b.Service), Project: strings.TrimSpace(b.Project), Environment: b.Environment, Tier: b.Tier,
		Status: b.State, Version: version, Revision: b.Revision, Message: b.Message, By: b.By,
	}
	for _, c := range b.Commits {
		r.Commits = append(r.Commits, deployment.Commit(c))
	}
	for _, l := range b.Links {
		r.Links = append(r.Links, deployment.Link(l))
	}
	for _, f := range []struct {
		name string
		is   any
		at   *time.Time
	}{{"at", b.At, &r.At}, {"started_at", b.StartedAt, &r.StartedAt}, {"finished_at", b.FinishedAt, &r.FinishedAt}} {
		var err error
		if *f.at, err = payload.Time(f.is); err != nil {
			return nil, fmt.Errorf("deployments: %s: %w", f.name, err)
		}
	}
	return r, nil
}
