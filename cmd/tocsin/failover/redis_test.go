package failover

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// site is a Redis that fails over, as it is set up once for each round.
type site struct {
	url     string
	primary *redistest.Server   // is killed
	backups []*redistest.Server // one of them takes over
	mend    func()              // brings back what wait_replicas needs after the fail-over
}

func sentinelSite(t *testing.T) site {
	t.Helper()
	primary := redistest.Start(t, "appendfsync always", "repl-diskless-sync-delay 0")
	backups := []*redistest.Server{redistest.StartReplica(t, primary, "appendfsync always"), redistest.StartReplica(t, primary, "appendfsync always")}
	var addresses []string
	for _, s := range redistest.StartSentinels(t, "tocsin", primary, len(backups), 3) {
		addresses = append(addresses, s.Addr)
	}
	return site{"redis+sentinel://" + strings.Join(addresses, ",") + "/tocsin", primary, backups, func() {}}
}

// clusterSite kills the master of one of the shards; its only replica takes over, and it comes back as the replica of
// that one.
func clusterSite(t *testing.T) site {
	t.Helper()
	nodes := redistest.StartReplicatedCluster(t, 3)
	var addresses []string
	for _, n := range nodes[1:] {
		addresses = append(addresses, n.Addr)
	}
	killed, backup := nodes[0], nodes[0]
	for _, n := range nodes[3:] {
		info, err := n.Info(t.Context(), "replication")
		if err != nil {
			t.Fatal(err)
		}
		if info["master_host"]+":"+info["master_port"] == killed.Addr {
			backup = n
		}
	}
	if backup == killed {
		t.Fatalf("%s has no replica", killed.Addr)
	}
	return site{"redis+cluster://" + strings.Join(addresses, ","), killed, []*redistest.Server{backup}, killed.Restart}
}

// round kills the primary under load and accounts for every alert. When the replicas hang at that moment, with their
// connections cut, what they have not got dies with it.
func round(t *testing.T, at site, waits, hangs bool) (lost int, report string) {
	t.Helper()
	url := at.url
	if waits {
		url += "?wait_replicas=1&wait_timeout=500ms"
	}
	j := newJournal(t)
	a, b := prepare(t, j, url), prepare(t, j, url)
	a.Launch()
	b.Launch()
	s := load(t, a, b)
	s.more(t, 100)
	if hangs {
		for _, r := range at.backups {
			r.Pause()
		}
		// What the machine holds for a process that hangs would still reach it.
		if err := at.primary.Client().Do(t.Context(), "client", "kill", "type", "replica").Err(); err != nil {
			t.Fatal(err)
		}
		if waits {
			_, before := s.counts()
			programtest.Until(t, "senders to be refused", func() error {
				if _, now := s.counts(); now < before+2*workers {
					return fmt.Errorf("%d were", now-before)
				}
				return nil
			})
		} else {
			s.more(t, 20)
		}
	}
	at.primary.Kill()
	if hangs {
		for _, r := range at.backups {
			r.Resume()
		}
	}
	programtest.Until(t, "a replica to take over", func() error {
		for _, r := range at.backups {
			if r.IsPrimary(t.Context()) {
				return nil
			}
		}
		return errors.New("none has")
	})
	at.mend()
	s.more(t, 100)
	s.finish()
	missing, repeated := s.account(t, j, b)
	if waits {
		if len(missing) > 0 {
			t.Errorf("%d alerts were accepted and are lost, such as %v", len(missing), missing[:min(5, len(missing))])
		}
		s.numbered(t, b)
	}
	return len(missing), fmt.Sprintf("wait %t, hanging replicas %t: %d alerts accepted, %d lost, %d pages twice, the longest until accepted %.1f s",
		waits, hangs, len(s.accepted), len(missing), repeated, s.slowest.Seconds())
}

func TestASentinelFailOverUnderLoadLosesNoAcceptedAlert(t *testing.T) {
	t.Parallel()
	failOver(t, sentinelSite)
}

func TestAClusterFailOverUnderLoadLosesNoAcceptedAlert(t *testing.T) {
	t.Parallel()
	failOver(t, clusterSite)
}

// failOver tries the worst moment in each round, and with several rounds also the others.
func failOver(t *testing.T, set func(*testing.T) site) {
	for n := range rounds {
		t.Run(fmt.Sprint(n+1), func(t *testing.T) {
			_, report := round(t, set(t), true, true)
			t.Log(report)
		})
		if rounds == 1 {
			return
		}
		t.Run(fmt.Sprint(n+1, " with replicas that keep up"), func(t *testing.T) {
			_, report := round(t, set(t), true, false)
			t.Log(report)
		})
		t.Run(fmt.Sprint(n+1, " without waiting"), func(t *testing.T) {
			_, report := round(t, set(t), false, false)
			t.Log(report)
		})
		t.Run(fmt.Sprint(n+1, " without waiting for replicas that hang"), func(t *testing.T) {
			lost, report := round(t, set(t), false, true)
			t.Log(report)
			if lost == 0 {
				t.Error("nothing is lost where something must be: the account proves nothing")
			}
		})
	}
}
