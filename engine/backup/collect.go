package backup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Source is a store to be copied.
type Source interface {
	Load(ctx context.Context, ids ...store.ID) ([]store.Record, error)
	Find(ctx context.Context, keys ...store.Key) ([]store.Record, error)
	IDs(ctx context.Context, shard int) ([]store.ID, error)
	Counters(ctx context.Context) (map[string]uint64, error)
	Settings(ctx context.Context) (map[string][]byte, error)
}

const (
	page  = 200 // records that are read at once
	tries = 50  // how often what others change all the time is read anew
)

// errBusy says that others changed something each time it was read.
var errBusy = fmt.Errorf("%w: others change the state all the time; try again", store.ErrUnavailable)

// read gives records as of one commit each, with the lookup keys that they held then, and leaves out those that
// are gone.
func read(ctx context.Context, src Source, ids []store.ID) ([]Entry, error) {
	var entries []Entry
	for range tries {
		if len(ids) == 0 {
			return entries, nil
		}
		found, err := src.Load(ctx, ids...)
		if err != nil {
			return nil, err
		}
		page := make([]Entry, len(found))
		for i, r := range found {
			if page[i], err = entryOf(r); err != nil {
				return nil, err
			}
		}
		versions, err := keepHeld(ctx, src, page)
		if err != nil {
			return nil, err
		}
		ids = nil
		for i, r := range found {
			switch {
			case !r.Exists():
			case versions[r.ID] != r.Version:
				ids = append(ids, r.ID) // changed meanwhile
			default:
				entries = append(entries, page[i])
			}
		}
	}
	return nil, errBusy
}

// keepHeld leaves to each entry the keys that it holds, and returns which version of it held them.
func keepHeld(ctx context.Context, src Source, entries []Entry) (map[store.ID]uint64, error) {
	var keys []store.Key
	for i := range entries {
		for _, name := range entries[i].Keys {
			keys = append(keys, store.Key{Shard: entries[i].ID.Shard(), Name: name})
		}
	}
	holders, err := src.Find(ctx, keys...)
	if err != nil {
		return nil, err
	}
	versions := map[store.ID]uint64{}
	var others []store.ID
	for i := range entries {
		e := &entries[i]
		var held []string
		for _, name := range e.Keys {
			if holders[0].ID == e.ID {
				held, versions[e.ID] = append(held, name), holders[0].Version
			}
			holders = holders[1:]
		}
		if e.Keys = held; held == nil {
			others = append(others, e.ID)
		}
	}
	if len(others) == 0 {
		return versions, nil
	}
	again, err := src.Load(ctx, others...)
	for _, r := range again {
		versions[r.ID] = r.Version
	}
	return versions, err
}

// entryOf says where a record is found: the lists are what its state says, the keys what it may hold.
func entryOf(r store.Record) (Entry, error) {
	e := Entry{ID: r.ID, Wake: r.Wake}
	if !r.Exists() {
		return e, nil
	}
	rec, err := record.Decode(r)
	if errors.Is(err, record.ErrNewer) {
		return e, fmt.Errorf("no backup can be made by this version: %w", err)
	}
	if err == nil && !isLine(r.Data) {
		err = errors.New("it is not one line of JSON")
	}
	if err != nil {
		e.Bytes, e.Unread = r.Data, err.Error()
		return e, nil
	}
	e.Order, e.Lists, e.Keys, e.State = rec.Born().UnixMilli(), rec.Lists(), rec.Keys(), r.Data
	return e, nil
}

// isLine says that data is JSON that is written the same way when it is a part of other JSON.
func isLine(data []byte) bool {
	var b bytes.Buffer
	return json.Compact(&b, data) == nil && bytes.Equal(b.Bytes(), data)
}

// others are the ids of all alerts, and of whatever else is no case.
func others(ctx context.Context, src Source) ([]store.ID, error) {
	var all []store.ID
	for shard := range store.Shards {
		ids, err := src.IDs(ctx, shard)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(ids, isCase)...)
	}
	return all, nil
}

// pages gives out ids by as many as are read at once: the files of incidents one by one, for each has megabytes.
func pages(ids []store.ID) iter.Seq[[]store.ID] {
	large := func(id store.ID) bool { return id.Kind() == store.KindAttachment }
	return func(yield func([]store.ID) bool) {
		var some []store.ID
		for _, id := range ids {
			if large(id) {
				if !yield([]store.ID{id}) {
					return
				}
				continue
			}
			if some = append(some, id); len(some) == page {
				if !yield(some) {
					return
				}
				some = nil
			}
		}
		if len(some) > 0 {
			yield(some)
		}
	}
}

// isCase says that an id is of an incident or a postmortem. Those are all in one shard, and may be of one commit.
func isCase(id store.ID) bool {
	return id.Kind() == store.KindIncident || id.Kind() == store.KindPostmortem
}

// cases reads incidents and postmortems as of one moment: until two looks show the same.
func cases(ctx context.Context, src Source) ([]Entry, error) {
	look := func() ([]Entry, error) {
		ids, err := src.IDs(ctx, incident.Shard)
		if err != nil {
			return nil, err
		}
		ids = slices.DeleteFunc(ids, func(id store.ID) bool { return !isCase(id) })
		slices.Sort(ids)
		var all []Entry
		for some := range slices.Chunk(ids, page) {
			entries, err := read(ctx, src, some)
			if err != nil {
				return nil, err
			}
			all = append(all, entries...)
		}
		return all, nil
	}
	before, err := look()
	for range tries {
		if err != nil {
			return nil, err
		}
		var now []Entry
		if now, err = look(); err == nil && slices.EqualFunc(before, now, sameEntry) {
			return now, nil
		}
		before = now
	}
	return nil, errBusy
}

func sameEntry(a, b Entry) bool {
	return a.ID == b.ID && bytes.Equal(a.data(), b.data()) && a.Wake.Equal(b.Wake) && slices.Equal(a.Keys, b.Keys)
}
