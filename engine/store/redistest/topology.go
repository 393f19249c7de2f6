package redistest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// replicates has a replica follow without the pause in which Redis waits for others to join.
const replicates = "repl-diskless-sync-delay 0"

// StartReplica starts a replica of a server, and waits until it follows.
func StartReplica(t testing.TB, of *Server, settings ...string) *Server {
	t.Helper()
	host, port, _ := strings.Cut(of.Addr, ":")
	s := Start(t, append([]string{replicates, "replicaof " + host + " " + port}, settings...)...)
	s.poll("follow its primary", s.follows)
	return s
}

// follows says why the server is no replica that has caught up.
func (s *Server) follows(ctx context.Context) error {
	info, err := s.Info(ctx, "replication")
	if err == nil && (info["role"] != "slave" || info["master_link_status"] != "up") {
		err = fmt.Errorf("it is %s, its link %s", info["role"], info["master_link_status"])
	}
	return err
}

// Info is a section of INFO.
func (s *Server) Info(ctx context.Context, section string) (map[string]string, error) {
	if err := s.ping(ctx); err != nil { // the client would log
		return nil, err
	}
	c := s.connect()
	defer func() { _ = c.Close() }()
	text, err := c.Info(ctx, section).Result()
	if err != nil {
		return nil, err
	}
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[name] = value
		}
	}
	return fields, nil
}

// StartSentinels starts Sentinels that watch a server under a name, of which most must agree, and that take a second
// to find it dead. They know of each other, and of so many replicas, when this returns.
func StartSentinels(t testing.TB, name string, primary *Server, replicas, sentinels int) []*Server {
	t.Helper()
	host, port, _ := strings.Cut(primary.Addr, ":")
	var all []*Server
	for range sentinels {
		file := filepath.Join(t.TempDir(), "sentinel.conf") // Sentinel writes what it learns to it
		text := fmt.Sprintf("sentinel monitor %[1]s %[2]s %[3]s %[4]d\nsentinel down-after-milliseconds %[1]s 1000\n"+
			"sentinel failover-timeout %[1]s 3000\nsentinel parallel-syncs %[1]s 5\n", name, host, port, sentinels/2+1)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		own := freePort(t)
		s := &Server{t: t, Dir: filepath.Dir(file), Addr: net.JoinHostPort("127.0.0.1", own)}
		s.args = []string{file, "--sentinel", "--port", own, "--bind", "127.0.0.1", "--dir", s.Dir, "--logfile", "redis.log"}
		if err := s.run(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Kill)
		all = append(all, s)
	}
	for _, s := range all {
		c := redis.NewSentinelClient(&redis.Options{Addr: s.Addr})
		t.Cleanup(func() { _ = c.Close() })
		s.poll("know the others", func(ctx context.Context) error {
			known, err := c.Master(ctx, name).Result()
			if err == nil && (known["num-slaves"] != fmt.Sprint(replicas) || known["num-other-sentinels"] != fmt.Sprint(sentinels-1)) {
				err = fmt.Errorf("it knows %s replicas and %s Sentinels", known["num-slaves"], known["num-other-sentinels"])
			}
			if err == nil {
				err = c.CkQuorum(ctx, name).Err()
			}
			return err
		})
	}
	return all
}

// StartReplicatedCluster has redis-cli make a Redis Cluster of so many masters with a replica each, which takes a
// second to find a master dead. The masters come first.
func StartReplicatedCluster(t testing.TB, masters int) []*Server {
	t.Helper()
	if _, err := exec.LookPath("redis-cli"); err != nil {
		t.Fatal("this test needs redis-cli, which is not installed: apt-get install redis-tools")
	}
	var all []*Server
	args := []string{"--cluster", "create"}
	for range 2 * masters {
		s := Start(t, "cluster-enabled yes", "cluster-port "+freePort(t), "cluster-node-timeout 1000", replicates)
		all = append(all, s)
		args = append(args, s.Addr+"@"+s.busPort)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*startTimeout)
	defer cancel()
	args = append(args, "--cluster-replicas", "1", "--cluster-yes")
	if out, err := exec.CommandContext(ctx, "redis-cli", args...).CombinedOutput(); err != nil {
		t.Fatalf("redis-cli --cluster create: %v\n%s", err, out)
	}
	for i, s := range all {
		s.poll("be a cluster", func(ctx context.Context) error {
			state, err := s.Info(ctx, "cluster")
			if err == nil && state["cluster_enabled"] != "1" {
				err = errors.New("it is none")
			}
			if err == nil && i >= masters {
				err = s.follows(ctx)
			}
			return errors.Join(err, s.covered(ctx))
		})
	}
	return all
}

// covered says why not all slots are served.
func (s *Server) covered(ctx context.Context) error {
	c := s.connect()
	defer func() { _ = c.Close() }()
	info, err := c.ClusterInfo(ctx).Result()
	if err == nil && !strings.Contains(info, "cluster_state:ok") {
		err = errors.New("not all slots are served")
	}
	return err
}

// IsPrimary says whether the server takes writes now; false when it does not answer.
func (s *Server) IsPrimary(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	info, err := s.Info(ctx, "replication")
	return err == nil && info["role"] == "master"
}
