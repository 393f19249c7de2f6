// Package redistest starts real redis-servers for tests: on the loopback interface, on a port and in a
// folder of their own, with an append-only file, and ended with the test.
package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startTimeout bounds how long a server may take until it answers.
const startTimeout = 10 * time.Second

// Server is a redis-server that a test started.
type Server struct {
	Addr string // host:port
	Dir  string // holds its append-only file and redis.log

	t       testing.TB
	args    []string
	busPort string // of a cluster
	cmd     *exec.Cmd
	exited  chan struct{}
}

// Start starts a server with settings as in redis.conf ("appendfsync always"), which win over those of the
// package, and waits until it answers. Without redis-server the test fails and says how to install it.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("this test needs a real redis-server, which is not installed: apt-get install redis-server")
	}
	s := &Server{t: t, Dir: t.TempDir()}
	for attempt := 1; ; attempt++ {
		port := freePort(t)
		s.Addr = net.JoinHostPort("127.0.0.1", port)
		s.args = []string{
			"--port", port, "--bind", "127.0.0.1", "--dir", s.Dir, "--logfile", "redis.log", "--save", "",
			"--appendonly", "yes", "--appendfsync", "everysec", "--daemonize", "no", "--enable-debug-command", "yes",
		}
		for _, line := range settings {
			name, value, _ := strings.Cut(line, " ")
			s.args = append(append(s.args, "--"+name), strings.Fields(value)...)
			if name == "cluster-port" {
				s.busPort = value
			}
		}
		err := s.run()
		if err == nil {
			break
		}
		if attempt == 3 { // another process may have taken the port meanwhile
			t.Fatal(err)
		}
	}
	t.Cleanup(s.Kill)
	return s
}

// StartCluster starts servers that share the slots of a Redis Cluster, without replicas. Even a single one
// refuses scripts and commands whose keys are of different slots.
func StartCluster(t testing.TB, nodes int, settings ...string) []*Server {
	t.Helper()
	const slots = 16384
	var servers []*Server
	for i := range nodes {
		s := Start(t, append([]string{"cluster-enabled yes", "cluster-port " + freePort(t)}, settings...)...)
		servers = append(servers, s)
		c := s.Client()
		err := errors.Join(
			c.ClusterAddSlotsRange(t.Context(), i*slots/nodes, (i+1)*slots/nodes-1).Err(),
			c.Do(t.Context(), "cluster", "set-config-epoch", i+1).Err(),
			s.meet(t.Context(), servers[0]),
		)
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range servers {
		c := s.Client()
		s.poll("be a cluster", func(ctx context.Context) error {
			info, err := c.ClusterInfo(ctx).Result()
			if err == nil && !(strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprint("cluster_size:", nodes))) {
				err = errors.New("it is not complete: " + info)
			}
			return err
		})
	}
	return servers
}

// meet tells the server of another one of its cluster.
func (s *Server) meet(ctx context.Context, other *Server) error {
	if s == other {
		return nil
	}
	host, port, _ := strings.Cut(other.Addr, ":")
	return s.Client().Do(ctx, "cluster", "meet", host, port, other.busPort).Err()
}

// StartSentinel starts a Sentinel that watches the server under a name, and agrees with itself.
func StartSentinel(t testing.TB, name string, master *Server) *Server {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sentinel.conf") // Sentinel wants to write to it
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	s := &Server{t: t, Dir: filepath.Dir(file), Addr: net.JoinHostPort("127.0.0.1", port)}
	s.args = []string{file, "--sentinel", "--port", port, "--bind", "127.0.0.1", "--dir", s.Dir, "--logfile", "redis.log"}
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	host, masterPort, _ := strings.Cut(master.Addr, ":")
	if err := s.Client().Do(t.Context(), "sentinel", "monitor", name, host, masterPort, 1).Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// URL names the server as a standalone one.
func (s *Server) URL() string { return "redis://" + s.Addr }

// Client connects to the server. It is closed with the test.
func (s *Server) Client() *redis.Client {
	c := s.connect()
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

func (s *Server) connect() *redis.Client { return redis.NewClient(&redis.Options{Addr: s.Addr}) }

// Kill ends the server as kill -9 does, and the child that may be writing a file for it: the folder is still
// when Kill returns.
func (s *Server) Kill() {
	group := -s.cmd.Process.Pid
	_ = syscall.Kill(group, syscall.SIGKILL)
	<-s.exited
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(startTimeout); syscall.Kill(group, 0) == nil && time.Now().Before(end); {
		<-tick.C
	}
}

// Restart starts the server again after Kill, with the port, folder and settings that it had.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.run(); err != nil {
		s.t.Fatal(err)
	}
}

// Pause stops the process in the middle of what it does, as a stalled machine does. Resume lets it go on.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume lets the process go on after Pause.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("redis-server: %v: %v", sig, err)
	}
}

// run starts the process and waits until it answers.
func (s *Server) run() error {
	s.cmd = exec.Command("redis-server", s.args...)
	s.cmd.Dir = s.Dir
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("redis-server does not start: %w", err)
	}
	cmd, exited := s.cmd, make(chan struct{})
	s.exited = exited
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	if err := s.until(s.ping); err != nil {
		s.Kill()
		return fmt.Errorf("redis-server does not answer: %w\n%s", err, s.log())
	}
	return nil
}

// ping asks for a sign of life without the client, which logs every attempt.
func (s *Server) ping(ctx context.Context) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && strings.HasPrefix(answer, "-LOADING") { // any other answer, such as NOAUTH, is life
		err = errors.New(strings.TrimSpace(answer))
	}
	return err
}

func (s *Server) poll(what string, ready func(context.Context) error) {
	s.t.Helper()
	if err := s.until(ready); err != nil {
		s.t.Fatalf("redis-server does not %s: %v\n%s", what, err, s.log())
	}
}

func (s *Server) until(ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.exited:
			return errors.New("it has ended")
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

// log returns the end of what the server wrote.
func (s *Server) log() string {
	b, err := os.ReadFile(filepath.Join(s.Dir, "redis.log"))
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}

// freePort returns a port that nobody listens on just now.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
