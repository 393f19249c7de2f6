package engine

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
)

// line is the events of one alert, in the order in which they came.
type line struct {
	integration string
	dedup       string
	key         store.Key
	events      []event.Event
	at          []int // where their receipts go

	// What follows is for groups with bounds, and for throttled rules; see aim.
	pool         string              // among whose members the events are looked for; "" for all others
	throttle     *rules.Throttled    // asks before an alert begins
	reopenWithin time.Duration       // of the integration
	earlier      time.Time           // when the latest alert of the dedup key began
	until        time.Time           // when the summary that they go to pages; zero for none
	found        *store.Record       // the alert that has them as members
	holders      map[string]store.ID // who holds the keys of the members
}

// arrival is an event that came, and where its receipt goes.
type arrival struct {
	event.Event
	at int
}

func (l *line) add(ev event.Event, at int) {
	l.events, l.at = append(l.events, ev), append(l.at, at)
}

// part is the line without its events.
func (l *line) part() *line {
	p := *l
	p.events, p.at, p.holders = nil, nil, map[string]store.ID{}
	return &p
}

// fires reports whether any of the events is a firing one.
func (l *line) fires() bool {
	for _, ev := range l.events {
		if ev.Status == event.Firing {
			return true
		}
	}
	return false
}

// memberKey is the lookup key of a member.
func (l *line) memberKey(dedup string) store.Key {
	return store.Key{Shard: alert.PoolShard(l.integration, l.pool), Name: alert.MemberKey(l.integration, l.pool, dedup)}
}

// ours reports whether an integration is one of Tocsin's own, whose events no rule gathers.
func ours(integration string) bool {
	return integration == canary.Integration || integration == incident.Integration || integration == aggregate.Integration
}

// lines sorts events by the alert they belong to.
func (e *Engine) lines(world *World, integration string, events []arrival) []*line {
	var lines []*line
	byKey := make(map[string]*line, len(events))
	now := e.Now()
	for _, ev := range events {
		dedup, pool := ev.DedupKey, ""
		var throttled *rules.Throttled
		if world.Router.Gathers() && !ours(integration) {
			d := world.Router.Route(RuleEvent(integration, ev.Event), now)
			switch {
			case d.GroupKey != "":
				dedup = d.GroupKey
				if d.Group.Window > 0 || d.Group.Limit > 0 {
					pool = dedup
				}
			case d.Throttle != nil && !d.Nobody && !d.Suppress:
				throttled, pool = d.Throttle, "throttle|"+d.Throttle.Key
			}
		}
		l, ok := byKey[dedup]
		if !ok {
			name := alert.Key(integration, dedup)
			l = &line{
				integration: integration, dedup: dedup, key: store.Key{Shard: store.ShardOf(name), Name: name},
				pool: pool, throttle: throttled, reopenWithin: world.Dir.Sources[integration].ReopenWithin,
			}
			byKey[dedup], lines = l, append(lines, l)
		}
		l.add(ev.Event, ev.at)
	}
	return lines
}
