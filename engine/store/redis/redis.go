// Package redis keeps state in Redis 7.0 or later, or Valkey, for any number of replicas: one server,
// Sentinel, or Cluster.
//
// Every shard has one hash tag, so that a Cluster keeps it in one slot; every Tx is one script that names
// every key it touches. With the prefix "tocsin:", shard 15 has these keys; versions and wake-ups in records
// are 8 bytes each, big-endian; scores and wake-ups are Unix milliseconds:
//
//	tocsin:{t0f}:r       hash        id → version, wake-up or 0, data
//	tocsin:{t0f}:w       sorted set  id by wake-up
//	tocsin:{t0f}:k       hash        lookup key → id
//	tocsin:{t0f}:l:NAME  sorted set  id by order, for each list
//	tocsin:{t0f}:check   string      written by Check
//
// and these are of all shards:
//
//	tocsin:{tocsin}:counters  hash        name → last number given
//	tocsin:{tocsin}:settings  hash        name → value
//	tocsin:{tocsin}:alive     sorted set  replica by the time when it is taken for dead
//	tocsin:{tocsin}:restoring string      the backup that is being restored, while it is
//
// One hash holds all records of a shard because it costs some 70 bytes less a record than a key each, and
// can be swept without looking at foreign keys.
//
// How durable a commit is, the server's settings decide: with appendfsync always it survives a power cut;
// with everysec the last second may be lost with the machine, but nothing with the process; a fail-over to
// a replica loses what was not replicated yet, unless the URL's wait_replicas has commits wait for that. Open refuses a server that evicts keys, and Check warns of
// the rest.
package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/internal/gather"
)

// DefaultPrefix begins the name of every key.
const DefaultPrefix = "tocsin:"

const (
	dialTimeout = 2 * time.Second
	// netTimeout bounds one read and one write of the network, patience a whole call: what waits behind a
	// batch that hangs does not wait for its own time-out on top.
	netTimeout = 3 * time.Second
	patience   = 3 * time.Second
)

// Each of the pipelines is a connection (to each server of a Cluster) and a goroutine.
const (
	fastPipelines = 3 // commits and what their callers load before
	slowPipelines = 2 // pages, sweeps and other reads that may be large
)

var batchLimits = gather.Limits{Items: 256, Bytes: 1 << 20}

// Options say where the state is. Zero values are the defaults.
type Options struct {
	URL    string // see ParseURL
	Prefix string // of all keys; DefaultPrefix when empty. Tests may share a server by it.
	Log    *slog.Logger

	ToRestore bool // only for store.Whole: a restore that was interrupted is no reason to fail
}

// Store is a store.Store in Redis. Use Open.
type Store struct {
	name   string // for errors: where, without secrets
	keys   layout
	client goredis.UniversalClient
	fast   *gather.Queue[goredis.Cmder]
	here   *gather.Queue[goredis.Cmder] // commits that need not be on replicas; fast where none is waited for
	slow   *gather.Queue[goredis.Cmder]
	clock  clock
	log    *slog.Logger

	replicas int // of Redis that must confirm what was written, within wait
	wait     time.Duration

	closing sync.Once
	stop    context.CancelFunc // ends the goroutine that keeps the time
	ended   sync.WaitGroup
}

var _ store.Store = (*Store)(nil)

// Open connects, measures the server's clock and reads its settings, of which it logs what is unsafe. It
// fails when the server cannot be reached, or evicts keys when its memory is full.
func Open(ctx context.Context, o Options) (*Store, error) {
	target, err := ParseURL(o.URL)
	if err != nil {
		return nil, err
	}
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	if strings.ContainsAny(o.Prefix, "{}") {
		return nil, fmt.Errorf("the key prefix %q must not contain braces: they decide the slot of a key", o.Prefix)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{name: target.String(), keys: newLayout(o.Prefix), client: target.connect(), log: o.Log,
		replicas: target.replicas, wait: target.wait}
	s.fast = gather.New(fastPipelines, batchLimits, s.send)
	s.slow = gather.New(slowPipelines, batchLimits, s.send)
	if s.here = s.fast; s.replicas > 0 {
		s.here = gather.New(fastPipelines, batchLimits, s.sendHere)
	}
	background, stop := context.WithCancel(context.Background())
	s.stop = stop
	if err := s.begin(ctx, o.ToRestore); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.ended.Go(func() { s.keepTime(background) })
	return s, nil
}

func (s *Store) begin(ctx context.Context, toRestore bool) error {
	if err := s.measure(ctx, measurements); err != nil {
		return err
	}
	found, err := s.inspect(ctx)
	if err != nil {
		return err
	}
	if len(found.fatal) > 0 {
		return fmt.Errorf("%s must not keep Tocsin's state: %s", s.name, strings.Join(found.fatal, "; "))
	}
	for _, w := range found.warnings {
		s.log.Warn("the store is less safe than it could be", "store", s.name, "warning", w)
	}
	if toRestore {
		return nil
	}
	mark, err := s.mark(ctx)
	if err == nil && mark != "" {
		err = store.Unfinished(s.name, mark)
	}
	return err
}

// Close ends all calls under way and all connections.
func (s *Store) Close() error {
	var err error
	s.closing.Do(func() {
		s.stop()
		s.ended.Wait()
		s.fast.Close()
		if s.here != s.fast {
			s.here.Close()
		}
		s.slow.Close()
		err = s.client.Close()
	})
	return err
}

func (s *Store) unavailable(doing string, err error) error {
	return fmt.Errorf("%w: %s: %s: %w", store.ErrUnavailable, s.name, doing, err)
}
