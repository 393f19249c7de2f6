package engine

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/throttle"
)

// gathering is what goes to which alert, for events of which several alerts may be made: those of groups with bounds,
// and of throttled rules.
type gathering struct {
	lines   []*line
	members map[store.ID]*line // of the alerts that have them as members, of whatever line they came
	asks    map[string][]*line // which want to begin an alert, by the key of their throttle
	sums    map[string]*line   // what goes to a summary, by its dedup key
}

// aim sorts such events anew by the alert they go to now; what becomes of others it leaves alone.
func (e *Engine) aim(ctx context.Context, lines []*line, env directory.Env) ([]*line, error) {
	var keys []store.Key
	for _, l := range lines {
		if l.pool != "" {
			keys = append(keys, l.key)
			for _, ev := range l.events {
				keys = append(keys, l.memberKey(ev.DedupKey))
			}
		}
	}
	if len(keys) == 0 {
		return lines, nil
	}
	found, err := e.store.Find(ctx, keys...)
	if err != nil {
		return nil, err
	}
	g := gathering{members: map[store.ID]*line{}, asks: map[string][]*line{}, sums: map[string]*line{}}
	for _, l := range lines {
		if l.pool == "" {
			g.lines = append(g.lines, l)
			continue
		}
		g.sort(l, found[0], found[1:1+len(l.events)], env)
		found = found[1+len(l.events):]
	}
	for _, key := range slices.Sorted(maps.Keys(g.asks)) {
		e.ask(ctx, &g, key)
	}
	return g.lines, nil
}

// sort sends the events of a line to the alerts that have them as members, and the others to the holder of its key, or
// to an alert that is to begin.
func (g *gathering) sort(l *line, holder store.Record, members []store.Record, env directory.Env) {
	own, err := as[*alert.State](holder, "alert")
	if !holder.Exists() || err != nil {
		own = nil
	}
	if l.throttle != nil && own != nil && (own.Active() || own.Reopens(l.reopenWithin, env.Now)) {
		g.lines = append(g.lines, l)
		return
	}
	full := own != nil && own.Active() && slices.ContainsFunc(l.events, func(ev event.Event) bool {
		return ev.Status == event.Firing && !own.Takes(ev.DedupKey, env.Now)
	})
	rest := l.part()
	for i, m := range members {
		ev := l.events[i]
		// Another alert is about to take the key of one that is full: its members must not go there with it.
		if a, err := as[*alert.State](m, "alert"); m.Exists() && err == nil && a.Active() && (full || m.ID != holder.ID) {
			to, ok := g.members[m.ID]
			if !ok {
				to = l.part()
				to.found = &members[i]
				g.members[m.ID], g.lines = to, append(g.lines, to)
			}
			to.add(ev, l.at[i])
			continue
		}
		rest.holders[l.memberKey(ev.DedupKey).Name] = m.ID
		rest.add(ev, l.at[i])
	}
	switch {
	case len(rest.events) == 0:
	case l.throttle != nil && rest.fires():
		if own != nil {
			rest.earlier = own.CreatedAt
		}
		g.asks[l.throttle.Key] = append(g.asks[l.throttle.Key], rest)
	default:
		g.lines = append(g.lines, rest)
	}
}

// ask asks a throttle which alerts may begin; the others go to its summary. When it cannot be asked, all begin.
func (e *Engine) ask(ctx context.Context, g *gathering, key string) {
	lines := g.asks[key]
	waits := make([]time.Time, len(lines))
	at := throttle.Key(key)
	_, err := e.keyed(ctx, at,
		func(env directory.Env) record.Record {
			return throttle.New(store.NewID(store.KindThrottle, at.Shard), key, env)
		},
		func(rec record.Record, env directory.Env) (fx alert.Effects, err error) {
			for i, l := range lines {
				_, waits[i] = rec.(*throttle.State).Take(l.integration+"\x00"+l.dedup, l.earlier, l.throttle.Pages, l.throttle.Per, env)
			}
			return fx, nil
		})
	if err != nil {
		e.log.Error("a throttle cannot be asked; its alerts page", "throttle", key, "error", err)
		g.lines = append(g.lines, lines...)
		return
	}
	for i, l := range lines {
		if waits[i].IsZero() {
			g.lines = append(g.lines, l)
			continue
		}
		until := waits[i].UTC()
		dedup := l.pool + "|" + until.Format(time.RFC3339Nano)
		sum, ok := g.sums[l.integration+dedup]
		if !ok {
			sum = l.part()
			sum.dedup, sum.until = dedup, until
			sum.key = store.Key{Shard: alert.PoolShard(l.integration, l.pool), Name: alert.Key(l.integration, dedup)}
			g.sums[l.integration+dedup], g.lines = sum, append(g.lines, sum)
		}
		maps.Copy(sum.holders, l.holders)
		for k, ev := range l.events {
			sum.add(ev, l.at[k])
		}
	}
}
