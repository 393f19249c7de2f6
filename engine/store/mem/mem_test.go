package mem_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/store/storetest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(testing.TB) store.Store { return mem.New(func() time.Time { return noon }) }

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return open(t) })
}

func TestReplicasOfASimulationLiveForTheirTTL(t *testing.T) {
	t.Parallel()
	now := noon
	s := mem.New(func() time.Time { return now })
	for _, step := range []struct {
		replica string
		ttl     time.Duration
		add     time.Duration
		want    []string
	}{
		{"b", 10 * time.Second, 0, []string{"b"}},
		{"a", 10 * time.Second, 5 * time.Second, []string{"a", "b"}},
		{"a", 10 * time.Second, 5 * time.Second, []string{"a"}},
		{"c", time.Second, 0, []string{"a", "c"}},
		{"a", 0, 0, []string{"c"}},
	} {
		now = now.Add(step.add)
		got, err := s.Alive(t.Context(), step.replica, step.ttl)
		if err != nil || !slices.Equal(got, step.want) {
			t.Errorf("%v later %q for %v: %v %v, want %v", step.add, step.replica, step.ttl, got, err, step.want)
		}
	}
	if !s.Now().Equal(now) {
		t.Errorf("now is %v, want the clock's %v", s.Now(), now)
	}
}
