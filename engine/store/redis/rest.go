package redis

import (
	"context"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// repairPage is about how many records or wake-ups one script looks at while everybody else waits.
const repairPage = 200

// Repair implements store.Timers. Each page is compared and mended by one script, so that a commit in
// between cannot be undone.
func (s *Store) Repair(ctx context.Context, shard int) (int, error) {
	if err := store.ValidateShard(shard); err != nil {
		return 0, err
	}
	of := &s.keys.shards[shard]
	mended := 0
	for _, sc := range []script{mendRecordsScript, mendWakesScript} {
		for cursor := ""; cursor != "0"; {
			if cursor == "" {
				cursor = "0"
			}
			cmd := sc.call([]string{of.records, of.wakes}, cursor, repairPage)
			if err := s.get(ctx, s.slow, "repair", cmd); err != nil {
				return mended, err
			}
			answer, err := slice(cmd, 2)
			if err != nil {
				return mended, s.unavailable("repair", err)
			}
			n, _ := answer[1].(int64)
			next, ok := answer[0].(string)
			if !ok {
				return mended, s.unavailable("repair", errStrange)
			}
			mended, cursor = mended+int(n), next
		}
	}
	return mended, nil
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
