package redis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// List implements store.Lists: it asks every shard for the next members of every list in one pipeline,
// merges them and loads those of the page.
func (s *Store) List(ctx context.Context, q store.Query) ([]store.Record, store.Cursor, error) {
	if err := q.Validate(); err != nil {
		return nil, store.Cursor{}, err
	}
	if err := ctx.Err(); err != nil {
		return nil, store.Cursor{}, s.unavailable("list", err)
	}
	members, err := s.members(ctx, q)
	if err != nil {
		return nil, store.Cursor{}, err
	}
	var next store.Cursor
	if len(members) > q.Limit {
		members = members[:q.Limit]
		next = members[q.Limit-1]
	}
	ids := make([]store.ID, len(members))
	for i, c := range members {
		ids[i] = c.ID
	}
	page, err := s.Load(ctx, ids...)
	if err != nil {
		return nil, store.Cursor{}, err
	}
	return slices.DeleteFunc(page, func(r store.Record) bool { return !r.Exists() }), next, nil
}

// members returns the places of the union after the cursor, newest first: more than Limit when there are
// more pages.
func (s *Store) members(ctx context.Context, q store.Query) ([]store.Cursor, error) {
	var cmds []*goredis.Cmd
	for _, name := range q.Lists {
		for n := range s.keys.shards {
			key := s.keys.shards[n].list(name)
			if q.Before == (store.Cursor{}) {
				cmds = append(cmds, command("zrevrange", key, 0, q.Limit, "withscores"))
			} else {
				cmds = append(cmds, pageScript.call([]string{key}, q.Before.Order, string(q.Before.ID), q.Limit+1))
			}
		}
	}
	if len(cmds) == 0 {
		return nil, nil
	}
	if err := s.get(ctx, s.slow, "list", cmds...); err != nil {
		return nil, err
	}
	union := map[store.Cursor]bool{}
	for _, cmd := range cmds {
		scored, err := scores(cmd)
		if err != nil {
			return nil, s.unavailable("list", err)
		}
		for _, c := range scored {
			union[c] = true
		}
	}
	return slices.SortedFunc(maps.Keys(union), func(a, b store.Cursor) int { return b.Compare(a) }), nil
}

// scores reads id, score, id, score, …
func scores(cmd *goredis.Cmd) ([]store.Cursor, error) {
	answers, err := slice(cmd, -1)
	if err != nil {
		return nil, err
	}
	var out []store.Cursor
	for i := 0; i+1 < len(answers); i += 2 {
		id, _ := answers[i].(string)
		score, _ := answers[i+1].(string)
		order, err := strconv.ParseInt(score, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: %s has the score %q", errStrange, id, score)
		}
		out = append(out, store.Cursor{Order: order, ID: store.ID(id)})
	}
	return out, nil
}

// Count implements store.Lists.
func (s *Store) Count(ctx context.Context, lists ...string) ([]int, error) {
	counts := make([]int, len(lists))
	var cmds []*goredis.Cmd
	for _, name := range lists {
		for n := range s.keys.shards {
			cmds = append(cmds, command("zcard", s.keys.shards[n].list(name)))
		}
	}
	if len(cmds) == 0 {
		return counts, nil
	}
	if err := s.get(ctx, s.slow, "count", cmds...); err != nil {
		return nil, err
	}
	for i, cmd := range cmds {
		n, err := cmd.Int()
		if err != nil {
			return nil, s.unavailable("count", err)
		}
		counts[i/store.Shards] += n
	}
	return counts, nil
}

// Due implements store.Timers.
func (s *Store) Due(ctx context.Context, shard int, from, to time.Time, limit int) ([]store.Wakeup, error) {
	if err := store.ValidateDue(shard, limit); err != nil {
		return nil, err
	}
	cmd := command("zrangebyscore", s.keys.shards[shard].wakes, store.Millis(from), fmt.Sprintf("(%d", store.Millis(to)),
		"withscores", "limit", 0, limit)
	if err := s.get(ctx, s.slow, "due", cmd); err != nil {
		return nil, err
	}
	scored, err := scores(cmd)
	if err != nil {
		return nil, s.unavailable("due", err)
	}
	var due []store.Wakeup
	for _, c := range scored {
		due = append(due, store.Wakeup{ID: c.ID, At: store.FromMillis(c.Order)})
	}
	return due, nil
}
