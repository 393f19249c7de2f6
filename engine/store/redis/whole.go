package redis

import (
	"context"
	"fmt"
	"strconv"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

var _ store.Whole = (*Store)(nil)

// IDs implements store.Whole. One answer has them all, without the records: HSCAN would bring those too, and one of them
// may be a file of megabytes.
func (s *Store) IDs(ctx context.Context, shard int) ([]store.ID, error) {
	if err := store.ValidateShard(shard); err != nil {
		return nil, err
	}
	cmd := command("hkeys", s.keys.shards[shard].records)
	if err := s.get(ctx, s.slow, "collect ids", cmd); err != nil {
		return nil, err
	}
	found, err := cmd.StringSlice()
	if err != nil {
		return nil, s.unavailable("collect ids", fmt.Errorf("%w: %w", errStrange, err))
	}
	ids := make([]store.ID, len(found))
	for i, id := range found {
		ids[i] = store.ID(id)
	}
	return ids, nil
}

// Counters implements store.Whole.
func (s *Store) Counters(ctx context.Context) (map[string]uint64, error) {
	texts, err := s.hash(ctx, "read the counters", s.keys.counters)
	if err != nil {
		return nil, err
	}
	all := map[string]uint64{}
	for name, text := range texts {
		if all[name], err = strconv.ParseUint(text, 10, 64); err != nil {
			return nil, s.unavailable("read the counters", fmt.Errorf("%w: %w", errStrange, err))
		}
	}
	return all, nil
}

// Settings implements store.Whole.
func (s *Store) Settings(ctx context.Context) (map[string][]byte, error) {
	texts, err := s.hash(ctx, "read the settings", s.keys.settings)
	if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for name, text := range texts {
		all[name] = []byte(text)
	}
	return all, nil
}

func (s *Store) hash(ctx context.Context, doing, key string) (map[string]string, error) {
	cmd := command("hgetall", key)
	if err := s.get(ctx, s.slow, doing, cmd); err != nil {
		return nil, err
	}
	pairs, err := cmd.StringSlice()
	if err != nil {
		return nil, s.unavailable(doing, err)
	}
	all := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all, nil
}

// Marks the state as being restored, if it is empty as far as this server knows, and nobody works on it.
//
// KEYS  1 the mark, 2 replicas by the time when they are taken for dead, 3 counters, 4 settings
// ARGV  1 the backup
// Returns who is marked now and "", or "" and what there is.
var markScript = newScript(`
local mark = redis.call('GET', KEYS[1])
if mark then return {mark, ''} end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
if redis.call('ZCOUNT', KEYS[2], '(' .. now, '+inf') > 0 then return {'', 'the work of a server that runs'} end
if redis.call('EXISTS', KEYS[3]) > 0 then return {'', 'counters'} end
if redis.call('EXISTS', KEYS[4]) > 0 then return {'', 'settings'} end
redis.call('SET', KEYS[1], ARGV[1])
return {ARGV[1], ''}
`)

// BeginRestore implements store.Whole.
func (s *Store) BeginRestore(ctx context.Context, backup string) error {
	if err := store.ValidateName("backup", backup); err != nil {
		return err
	}
	if there, err := s.anyRecords(ctx); err != nil {
		return err
	} else if there {
		mark, err := s.mark(ctx)
		if err == nil && mark != backup {
			err = store.Occupied("records")
		}
		return err
	}
	cmd := markScript.call([]string{s.keys.restoring, s.keys.alive, s.keys.counters, s.keys.settings}, backup)
	if err := s.get(ctx, s.slow, "begin to restore", cmd); err != nil {
		return err
	}
	answer, err := cmd.StringSlice()
	switch {
	case err != nil || len(answer) != 2:
		return s.unavailable("begin to restore", fmt.Errorf("%w: %w", errStrange, err))
	case answer[1] != "":
		return store.Occupied(answer[1])
	case answer[0] != backup:
		return store.Occupied("a part of backup " + answer[0])
	}
	return nil
}

func (s *Store) anyRecords(ctx context.Context) (bool, error) {
	for n := range s.keys.shards {
		of := &s.keys.shards[n]
		cmd := command("exists", of.records, of.wakes, of.keys)
		if err := s.get(ctx, s.slow, "look for records", cmd); err != nil {
			return false, err
		}
		if n, err := cmd.Int(); err != nil || n > 0 {
			return true, err
		}
	}
	return false, nil
}

// mark is the backup that is being restored, "" when none is.
func (s *Store) mark(ctx context.Context) (string, error) {
	cmd := command("get", s.keys.restoring)
	if err := s.get(ctx, s.slow, "look for a restore", cmd); err != nil {
		return "", err
	}
	mark, _ := cmd.Val().(string)
	return mark, nil
}

// EndRestore implements store.Whole.
func (s *Store) EndRestore(ctx context.Context) error {
	return s.get(ctx, s.slow, "end the restore", command("del", s.keys.restoring))
}
