package engine

import (
	"context"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// IncidentInChat returns the incident whose channel in Slack that is, by the channel's id.
func (e *Engine) IncidentInChat(ctx context.Context, channel string) (*incident.State, error) {
	found, err := e.store.Find(ctx, store.Key{Shard: incident.Shard, Name: incident.ChatKey(channel)})
	if err != nil {
		return nil, err
	}
	if !found[0].Exists() {
		return nil, fmt.Errorf("%w: %s is not the channel of an incident", ErrNotFound, clip(channel))
	}
	return as[*incident.State](found[0], "incident")
}

// AddMessage adds what was said elsewhere to the timeline of an incident, named INC-7. The same message is added once.
func (e *Engine) AddMessage(ctx context.Context, name string, m incident.Message) (*incident.State, error) {
	return e.onIncident(ctx, name, m)
}
