package redis

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Commit implements store.Records. Concurrent callers share pipelines.
func (s *Store) Commit(ctx context.Context, txs ...store.Tx) []error {
	errs := make([]error, len(txs))
	var cmds []*goredis.Cmd
	var place []int // of the commands in txs
	bytes := 0
	for i, tx := range txs {
		shard, err := tx.Validate()
		if err != nil || len(tx) == 0 {
			errs[i] = err
			continue
		}
		cmd, n := s.commitCommand(shard, tx)
		cmds, place, bytes = append(cmds, cmd), append(place, i), bytes+n
	}
	if len(cmds) == 0 {
		return errs
	}
	queue := s.fast
	if store.MayRepeat(ctx) {
		queue = s.here
	}
	err := s.do(ctx, queue, bytes, cmds...)
	for i, cmd := range cmds {
		errs[place[i]] = s.commitError(cmd, err)
	}
	return errs
}

// commitError says how a Tx went. err is why nothing is known of it.
func (s *Store) commitError(cmd *goredis.Cmd, err error) error {
	if err != nil {
		return s.unavailable("commit", err)
	}
	switch answer, err := cmd.Result(); {
	case err != nil:
		return s.unavailable("commit", err)
	case answer == int64(1):
		return nil
	case answer == int64(0):
		return store.ErrConflict
	default:
		return s.unavailable("commit", fmt.Errorf("strange answer %v", answer))
	}
}

// commitCommand copies everything that the caller may use again.
func (s *Store) commitCommand(shard int, tx store.Tx) (cmd *goredis.Cmd, bytes int) {
	of := &s.keys.shards[shard]
	keys := []string{of.records, of.wakes, of.keys}
	args := make([]any, 0, 16*len(tx))
	places := map[string]int{}
	lists := func(names []string) {
		args = append(args, len(names))
		for _, name := range names {
			if places[name] == 0 {
				keys = append(keys, of.list(name))
				places[name] = len(keys)
			}
			args = append(args, places[name])
		}
	}
	for i := range tx {
		c := &tx[i]
		expect, wake, record := "", "", []byte(nil)
		if c.Expect > 0 {
			expect = string(binary.BigEndian.AppendUint64(nil, c.Expect))
		}
		if !c.Delete {
			ms := store.Millis(c.Wake)
			if ms != 0 {
				wake = fmt.Sprint(ms)
			}
			record = encode(c.Expect+1, ms, c.Data)
		}
		bytes += len(record)
		args = append(args, string(c.ID), expect, record, wake, c.Order, len(c.Keys))
		for _, k := range c.Keys {
			args = append(args, k.Name, string(k.From), string(k.To))
		}
		lists(c.Leave)
		if c.Delete {
			lists(nil)
		} else {
			lists(c.Join)
		}
	}
	return commitScript.call(keys, args...), bytes
}

// Load implements store.Records.
func (s *Store) Load(ctx context.Context, ids ...store.ID) ([]store.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, s.unavailable("load", err)
	}
	found := make([]store.Record, len(ids))
	var places [store.Shards][]int
	for i, id := range ids {
		found[i].ID = id
		if n := id.Shard(); n >= 0 {
			places[n] = append(places[n], i)
		}
	}
	var cmds []*goredis.Cmd
	var order [][]int
	for n, at := range places {
		if len(at) == 0 {
			continue
		}
		args := []any{"hmget", s.keys.shards[n].records}
		for _, i := range at {
			args = append(args, string(ids[i]))
		}
		cmds, order = append(cmds, command(args...)), append(order, at)
	}
	if len(cmds) == 0 {
		return found, nil
	}
	if err := s.get(ctx, s.fast, "load", cmds...); err != nil {
		return nil, err
	}
	for n, cmd := range cmds {
		answers, err := slice(cmd, len(order[n]))
		if err != nil {
			return nil, s.unavailable("load", err)
		}
		for j, i := range order[n] {
			found[i] = decode(ids[i], answers[j])
		}
	}
	return found, nil
}

// Find implements store.Records.
func (s *Store) Find(ctx context.Context, keys ...store.Key) ([]store.Record, error) {
	var places [store.Shards][]int
	for i, k := range keys {
		if err := k.Validate(); err != nil {
			return nil, err
		}
		places[k.Shard] = append(places[k.Shard], i)
	}
	if err := ctx.Err(); err != nil {
		return nil, s.unavailable("find", err)
	}
	found := make([]store.Record, len(keys))
	var cmds []*goredis.Cmd
	var order [][]int
	for n, at := range places {
		if len(at) == 0 {
			continue
		}
		of := &s.keys.shards[n]
		var names []any
		for _, i := range at {
			names = append(names, keys[i].Name)
		}
		cmds, order = append(cmds, findScript.call([]string{of.records, of.keys}, names...)), append(order, at)
	}
	if len(cmds) == 0 {
		return found, nil
	}
	if err := s.get(ctx, s.fast, "find", cmds...); err != nil {
		return nil, err
	}
	for n, cmd := range cmds {
		answers, err := slice(cmd, 2*len(order[n]))
		if err != nil {
			return nil, s.unavailable("find", err)
		}
		for j, i := range order[n] {
			id, _ := answers[2*j].(string)
			found[i] = decode(store.ID(id), answers[2*j+1])
		}
	}
	return found, nil
}

var errStrange = errors.New("strange answer")

// slice is the answer of a command that returns want things, or any number when want is negative.
func slice(cmd *goredis.Cmd, want int) ([]any, error) {
	answers, err := cmd.Slice()
	if err != nil {
		return nil, err
	}
	if want >= 0 && len(answers) != want {
		return nil, fmt.Errorf("%w of %d things, not %d", errStrange, len(answers), want)
	}
	return answers, nil
}
