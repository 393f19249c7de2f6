package redis

import (
	"context"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// repairPage is about how many records or wake-ups one script looks at while everybody else waits, and repairBytes how much
// of records, unless one alone has more.
const repairPage, repairBytes = 200, 4 << 20

// Repair implements store.Store.
func (s *Store) Repair(ctx context.Context, shard int) (int, error) {
	ids, err := s.IDs(ctx, shard)
	if err != nil {
		return 0, err
	}
	of := &s.keys.shards[shard]
	mended := 0
	for len(ids) > 0 {
		args := []any{repairBytes}
		for _, id := range ids[:min(len(ids), repairPage)] {
			args = append(args, string(id))
		}
		looked, n, err := s.mend(ctx, mendRecordsScript.call([]string{of.records, of.wakes}, args...))
		if err != nil {
			return mended, err
		}
		at, _ := looked.(int64)
		if at < 1 || int(at) > len(ids) {
			return mended, s.unavailable("repair", errStrange)
		}
		mended, ids = mended+n, ids[at:]
	}
	for cursor := "0"; ; {
		next, n, err := s.mend(ctx, mendWakesScript.call([]string{of.records, of.wakes}, cursor, repairPage))
		if err != nil {
			return mended, err
		}
		var ok bool
		if cursor, ok = next.(string); !ok {
			return mended, s.unavailable("repair", errStrange)
		}
		if mended += n; cursor == "0" {
			return mended, nil
		}
	}
}

// mend runs one of the scripts that mend; they answer how far they came, and how many they mended.
func (s *Store) mend(ctx context.Context, cmd *goredis.Cmd) (at any, mended int, err error) {
	if err := s.get(ctx, s.slow, "repair", cmd); err != nil {
		return nil, 0, err
	}
	answer, err := slice(cmd, 2)
	if err != nil {
		return nil, 0, s.unavailable("repair", err)
	}
	n, _ := answer[1].(int64)
	return answer[0], int(n), nil
}

// Reserve implements store.Store.
func (s *Store) Reserve(ctx context.Context, counter string, n int) (uint64, error) {
	if err := store.ValidateReserve(counter, n); err != nil {
		return 0, err
	}
	cmd := command("hincrby", s.keys.counters, counter, n)
	if err := s.get(ctx, s.fast, "reserve", cmd); err != nil {
		return 0, err
	}
	last, err := cmd.Uint64()
	if err != nil {
		return 0, s.unavailable("reserve", err)
	}
	return last - uint64(n) + 1, nil
}

// Setting implements store.Store.
func (s *Store) Setting(ctx context.Context, name string, initial []byte) ([]byte, error) {
	if err := store.ValidateSetting(name, initial); err != nil {
		return nil, err
	}
	set := command("hsetnx", s.keys.settings, name, slices.Clone(initial))
	get := command("hget", s.keys.settings, name)
	if err := s.get(ctx, s.slow, "setting", set, get); err != nil {
		return nil, err
	}
	value, err := get.Text()
	if err != nil {
		return nil, s.unavailable("setting", err)
	}
	return []byte(value), nil
}

// Alive implements store.Store. Redis' clock decides who lives.
func (s *Store) Alive(ctx context.Context, replica string, ttl time.Duration) ([]string, error) {
	if err := store.ValidateName("replica", replica); err != nil {
		return nil, err
	}
	cmd := aliveScript.call([]string{s.keys.alive}, replica, max(0, ttl.Milliseconds()))
	if err := s.get(ctx, s.fast, "alive", cmd); err != nil {
		return nil, err
	}
	names, err := cmd.StringSlice()
	if err != nil {
		return nil, s.unavailable("alive", err)
	}
	slices.Sort(names)
	return names, nil
}
