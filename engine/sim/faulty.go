package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
)

var errAway = fmt.Errorf("%w: simulated", store.ErrUnavailable)

// shared is the store that all replicas share. It is a mem.Store that can lose wake-ups, as a Redis that was
// mended by hand can; a sweep brings them back.
type shared struct {
	*mem.Store
	lost map[store.ID]bool
}

// wakes are the earliest wake-ups of the shards.
func (s *shared) wakes() (at [store.Shards]time.Time) {
	for shard := range at {
		for _, w := range s.due(shard, time.Time{}, farAway, 1) {
			at[shard] = w.At
		}
	}
	return at
}

var farAway = time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)

// due is Due without what is lost.
func (s *shared) due(shard int, from, to time.Time, limit int) []store.Wakeup {
	found, err := s.Store.Due(context.Background(), shard, from, to, limit+len(s.lost))
	if err != nil {
		panic(err) // the simulator's own mistake
	}
	if len(s.lost) == 0 {
		return found
	}
	var kept []store.Wakeup
	for _, w := range found {
		if !s.lost[w.ID] && len(kept) < limit {
			kept = append(kept, w)
		}
	}
	return kept
}

// faulty is the store as one replica sees it.
type faulty struct {
	sim     *Sim
	replica *replica
}

var _ store.Store = (*faulty)(nil)

// reach takes the way to the store, which takes its time and may lead nowhere.
func (f *faulty) reach(chance float64) error {
	s := f.sim
	if f.replica.dead {
		return errAway
	}
	if s.calm&calmLatency == 0 && s.net.Float64() < s.plan.latency {
		s.wait(time.Duration(1+s.net.IntN(s.plan.slowest)) * time.Millisecond)
	}
	if s.away(f.replica) {
		f.replica.hurt = s.now
		s.wait(time.Duration(1+s.net.IntN(200)) * time.Millisecond)
		return errAway
	}
	if f.replica.dead {
		return errAway
	}
	if s.calm&calmStore == 0 && chance > 0 && s.net.Float64() < chance {
		f.hurt()
		return errAway
	}
	return nil
}

func (f *faulty) hurt() {
	f.replica.hurt = f.sim.now
	f.sim.disturbed()
}

// Commit commits, unless the seed has something worse in mind.
func (f *faulty) Commit(_ context.Context, txs ...store.Tx) []error {
	s, r := f.sim, f.replica
	s.watch.entered(s.call)
	if err := f.reach(0); err != nil {
		return all(err, txs)
	}
	fault := s.commitFault()
	switch fault {
	case commitRefused:
		s.tell(0, "%s: a commit is refused", r.name)
		f.hurt()
		return all(errAway, txs)
	case crashBefore:
		r.crash(" before a commit", s.backSoon())
		return all(errAway, txs)
	}
	errs := make([]error, len(txs))
	for i, tx := range txs {
		if fault == commitPart && i >= (len(txs)+1)/2 {
			errs[i] = errAway
			continue
		}
		errs[i] = f.apply(tx)
	}
	switch fault {
	case crashAfter:
		r.crash(" after a commit", s.backSoon())
		return all(errAway, txs)
	case commitPart:
		f.hurt()
	case commitLost:
		s.tell(0, "%s: the answer to a commit is lost", r.name)
		f.hurt()
		s.wait(time.Duration(1+s.net.IntN(3000)) * time.Millisecond)
		return all(errAway, txs)
	case commitSlow:
		s.tell(0, "%s: the answer to a commit is slow", r.name)
		f.hurt()
		long := time.Duration(1+s.net.IntN(20)) * time.Second
		r.stuck = s.now.Add(long)
		s.wait(long)
		f.hurt()
	default:
		if s.calm&calmLatency == 0 && s.net.Float64() < s.plan.latency {
			s.wait(time.Duration(1+s.net.IntN(s.plan.slowest)) * time.Millisecond)
		}
	}
	if r.dead {
		return all(errAway, txs)
	}
	return errs
}

func (f *faulty) apply(tx store.Tx) error {
	s := f.sim
	err := s.store.Store.Commit(context.Background(), tx)[0]
	if err != nil {
		return err
	}
	for i := range tx {
		if s.store.lost[tx[i].ID] { // whoever commits it arms it again
			delete(s.store.lost, tx[i].ID)
			s.disturbed()
		}
		s.keepAll(tx[i].ID, tx[i].Delete)
		shard := tx[i].ID.Shard()
		if wake := tx[i].Wake; !wake.IsZero() && !tx[i].Delete {
			for _, r := range s.places {
				if r != nil && !r.dead {
					r.wantStep(r.looksAt(shard, wake))
				}
			}
		}
	}
	s.watch.committed(s.call, tx)
	return nil
}

func all(err error, txs []store.Tx) []error {
	errs := make([]error, len(txs))
	for i := range errs {
		errs[i] = err
	}
	return errs
}

// Load, and all that follow, are those of the store when it can be reached.
func (f *faulty) Load(_ context.Context, ids ...store.ID) ([]store.Record, error) {
	if err := f.reach(f.sim.plan.lostReads); err != nil {
		return nil, err
	}
	return f.sim.store.Load(context.Background(), ids...)
}

// Find implements store.Records.
func (f *faulty) Find(_ context.Context, keys ...store.Key) ([]store.Record, error) {
	if err := f.reach(f.sim.plan.lostReads); err != nil {
		return nil, err
	}
	return f.sim.store.Find(context.Background(), keys...)
}

// Due implements store.Timers. It is asked so often that its way takes no time.
func (f *faulty) Due(_ context.Context, shard int, from, to time.Time, limit int) ([]store.Wakeup, error) {
	if f.replica.dead || f.sim.away(f.replica) {
		return nil, errAway
	}
	return f.sim.store.due(shard, from, to, limit), nil
}

// Repair implements store.Timers.
func (f *faulty) Repair(context.Context, int) (int, error) { return 0, nil }

// List implements store.Lists. The engine reads the overrides by it before it decides anything, so its way takes no time.
// When it fails, what was read before stays in force.
func (f *faulty) List(_ context.Context, q store.Query) ([]store.Record, store.Cursor, error) {
	if f.replica.dead || f.sim.away(f.replica) {
		return nil, store.Cursor{}, errAway
	}
	if f.sim.calm&calmStore == 0 && f.sim.net.Float64() < f.sim.plan.lostReads {
		f.hurt()
		return nil, store.Cursor{}, errAway
	}
	return f.sim.store.List(context.Background(), q)
}

// Count implements store.Lists.
func (f *faulty) Count(_ context.Context, lists ...string) ([]int, error) {
	if err := f.reach(0); err != nil {
		return nil, err
	}
	return f.sim.store.Count(context.Background(), lists...)
}

// Reserve implements store.Store.
func (f *faulty) Reserve(_ context.Context, counter string, n int) (uint64, error) {
	if err := f.reach(f.sim.plan.lostReads); err != nil {
		return 0, err
	}
	return f.sim.store.Reserve(context.Background(), counter, n)
}

// Setting implements store.Store.
func (f *faulty) Setting(_ context.Context, name string, initial []byte) ([]byte, error) {
	return f.sim.store.Setting(context.Background(), name, initial)
}

// Alive implements store.Store. The simulation knows who lives.
func (f *faulty) Alive(context.Context, string, time.Duration) ([]string, error) { return nil, nil }

// Now is the common time, as this replica measures it.
func (f *faulty) Now() time.Time { return f.sim.now.Add(f.replica.skew) }

// Check implements store.Store.
func (f *faulty) Check(context.Context) ([]string, error) { return nil, nil }

// Close implements store.Store.
func (f *faulty) Close() error { return nil }
