package app

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
)

// Reader reads what senders post to the integrations of a configuration, as its server would. It takes no keys.
type Reader struct{ sources []intake.Source }

// NewReader makes the reader of a configuration. The problems are those of Check that keep it from being used.
func NewReader(f *config.File) (*Reader, config.Problems) {
	sources, problems := sourcesOf(f)
	if problems.Err() != nil {
		return nil, problems
	}
	return &Reader{sources}, nil
}

// Integrations are the names of those that take events, in the order of the configuration.
func (r *Reader) Integrations() (names []string) {
	for _, src := range r.sources {
		if src.Type != "heartbeat" {
			names = append(names, src.Name)
		}
	}
	return names
}

// Read makes events of a body that comes at a time. Where only some of it makes sense, these are the events.
func (r *Reader) Read(integration string, body []byte, headers map[string]string, at time.Time) ([]event.Event, error) {
	for _, src := range r.sources {
		if src.Name != integration {
			continue
		}
		header := http.Header{}
		for name, value := range headers {
			header.Set(name, value)
		}
		events, err := src.Decode(intake.Request{Body: body, Header: header, Query: url.Values{}, Now: at.UTC()})
		if err != nil && len(events) == 0 {
			return nil, err
		}
		for i := range events {
			events[i] = intake.Clean(events[i], at)
		}
		return events, nil
	}
	return nil, fmt.Errorf("%w called %q", errNoIntegration, integration)
}

// ReadEvent reads an event as POST /api/v1/alerts takes it, and says where it comes from. Where it has no dedup key, it is
// its title.
func (r *Reader) ReadEvent(body []byte, sources map[string]directory.Source, at time.Time) (integration string, ev event.Event, err error) {
	integration, ev, err = api.ReadEvent(body, sources)
	if err != nil {
		return "", ev, err
	}
	if ev.DedupKey == "" {
		ev.DedupKey = ev.Title
	}
	return integration, intake.Clean(ev, at), nil
}
