package redistest_test

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

func TestAServerKeepsWhatWasWrittenOverAKill(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t, "appendfsync always")
	c := s.Client()
	if err := c.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if err := c.Get(t.Context(), "k").Err(); err == nil {
		t.Error("a killed server answers")
	}
	s.Restart()
	if v, err := c.Get(t.Context(), "k").Result(); v != "v" {
		t.Errorf("after the restart k is %q (%v), want v", v, err)
	}
}

func TestAClusterRefusesToCrossSlots(t *testing.T) {
	t.Parallel()
	c := redistest.StartCluster(t, 1)[0].Client()
	if err := c.Eval(t.Context(), "return 1", []string{"{a}1", "{b}1"}).Err(); err == nil {
		t.Error("a script crossed slots")
	}
	if err := c.Eval(t.Context(), "return 1", []string{"{a}1", "{a}2"}).Err(); err != nil {
		t.Error(err)
	}
}

func TestServersFollowAndClustersAreCovered(t *testing.T) {
	t.Parallel()
	primary := redistest.Start(t)
	replica := redistest.StartReplica(t, primary)
	if !primary.IsPrimary(t.Context()) || replica.IsPrimary(t.Context()) {
		t.Error("which is the primary?")
	}
	redistest.StartSentinels(t, "m", primary, 1, 3)
	nodes := redistest.StartReplicatedCluster(t, 3)
	if len(nodes) != 6 || !nodes[2].IsPrimary(t.Context()) || nodes[3].IsPrimary(t.Context()) {
		t.Error("three masters and three replicas are wanted")
	}
	nodes[0].Kill()
	if nodes[0].IsPrimary(t.Context()) {
		t.Error("a dead server takes no writes")
	}
}
