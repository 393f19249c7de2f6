// Package statuspage publishes the public updates of incidents on Atlassian Statuspage, by its REST API v1
// (https://developer.statuspage.io). What is published, and in which order, is decided by package incident: it gives one
// task at a time. An incident of ours is one incident there, which carries a mark in its metadata, so that a task that is
// done again finds what it did before.
//
// A component is left in the worst state that any unresolved incident of the page wants for it, whoever made that
// incident; so the end of one does not hide another.
package statuspage

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// Limits of Statuspage: an API key may make 60 requests in a minute, and one publication takes three or four.
const (
	Concurrency = 1
	Rate        = 0.25 // publications in a second
)

const maxName = 255 // characters of an incident's name

// Options are what a Sender is made of.
type Options struct {
	APIKey    string
	PageID    string
	BaseURL   string            // https://api.statuspage.io/v1
	Transport http.RoundTripper // nil for http.DefaultTransport
}

// Sender publishes. It is safe for concurrent use, and expects to be called for one update of an incident at a time.
type Sender struct{ api client }

// New makes a Sender.
func New(o Options) *Sender { return &Sender{newClient(o)} }

// Send does one task.
func (s *Sender) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	p, err := incident.PublicationOf(m.Task)
	if err != nil {
		return deliver.Receipt{}, deliver.Permanent("statuspage: %w", err)
	}
	open, err := s.api.unresolved(ctx)
	if err != nil {
		return deliver.Receipt{}, err
	}
	was, err := s.find(ctx, p, open)
	switch {
	case err != nil:
		return deliver.Receipt{}, err
	case was == nil && p.ID != "":
		return deliver.Receipt{Delivered: true, Result: map[string]string{incident.StatuspageGone: "true"}}, nil
	case was != nil && was.mark().Update >= p.Update:
		return receipt(was), nil // an attempt before got through
	}
	var now *theirs
	if body := compose(p, was, open); was == nil {
		now, err = s.api.create(ctx, body)
	} else {
		now, err = s.api.update(ctx, was.ID, body)
	}
	if err != nil {
		return deliver.Receipt{}, err
	}
	return receipt(now), nil
}

func receipt(in *theirs) deliver.Receipt {
	return deliver.Receipt{Ref: in.ID, Delivered: true, Result: map[string]string{incident.StatuspageID: in.ID, incident.StatuspageURL: in.Shortlink}}
}

// find looks for what an attempt or an update before has made; nil when there is none. What was resolved is not among the
// open ones.
func (s *Sender) find(ctx context.Context, p incident.Publication, open []theirs) (*theirs, error) {
	if p.ID != "" {
		for i := range open {
			if open[i].ID == p.ID {
				return &open[i], nil
			}
		}
		return s.api.get(ctx, p.ID)
	}
	if in := marked(open, p.Key); in != nil {
		return in, nil
	}
	recent, err := s.api.recent(ctx)
	return marked(recent, p.Key), err
}

func marked(list []theirs, key string) *theirs {
	for i := range list {
		if list[i].mark().Key == key {
			return &list[i]
		}
	}
	return nil
}

// compose writes what is to be sent.
func compose(p incident.Publication, was *theirs, open []theirs) change {
	c := change{
		Name: clip(p.Name, maxName), Status: p.Phase, Body: p.Body, Notify: !p.Silent,
		Components: states(p, was, open), Impact: impact(p),
		Metadata: map[string]mark{markName: {Key: p.Key, Update: p.Update, Components: wanted(p)}},
	}
	c.ComponentIDs = slices.Sorted(maps.Keys(c.Components))
	return c
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// timeout is that of one request.
const timeout = 8 * time.Second
