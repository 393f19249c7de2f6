package failover

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait: more than anything takes on a busy machine, so that only what is broken fails.
const patience = 40 * time.Second

// The keys of every test's configuration.
const adminKey, senderKey = "an-admin-key-for-tests", "a-sender-key-for-tests"

// program is one replica of Tocsin.
type program struct {
	t      *testing.T
	url    string
	client *http.Client
	args   []string
	cmd    *exec.Cmd
	log    *buffer
	exited chan struct{}
}

// buffer is a bytes.Buffer for several goroutines.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// prepare makes a replica, not started yet, that posts the pages of every alert to the journal: at once, and again after
// the offsets.
func prepare(t *testing.T, j *journal, store string, offsets ...string) *program {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	steps := `{notify: ["channel:first"]}`
	for _, after := range offsets {
		steps += `, {after: ` + after + `, notify: ["channel:second"]}`
	}
	config := fmt.Sprintf(`listen: %[1]s
public_url: http://%[1]s
api_keys: [{name: tests, key: %[2]s, role: admin}]
fallback: standard
channels:
  - {name: first, type: webhook, url: %[4]s/first, secret: a-secret-for-tests}
  - {name: second, type: webhook, url: %[4]s/second, secret: a-secret-for-tests}
policies:
  - {name: standard, steps: [%[5]s]}
integrations:
  - {name: json, type: json, key: %[3]s, map: {dedup_key: body.id, title: body.id, priority: '"P1"'}}
`, address, adminKey, senderKey, j.url, steps)
	file := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, url: "http://" + address, args: []string{"serve", "--config", file, "--store", store}, log: &buffer{},
		client: &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	t.Cleanup(func() {
		p.client.CloseIdleConnections()
		p.kill()
		if t.Failed() {
			text := p.log.String()
			t.Logf("the log of %s:\n%s", p.url, text[max(0, len(text)-4000):])
		}
	})
	return p
}

// start starts the replica and waits until it takes alerts.
func (p *program) start() {
	p.t.Helper()
	p.cmd, p.exited = exec.Command(binary, p.args...), make(chan struct{})
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	cmd, exited := p.cmd, p.exited
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	until(p.t, "the server to be ready", func() error {
		select {
		case <-exited:
			return fmt.Errorf("it has ended: %s", p.log)
		default:
		}
		_, err := p.get(p.t.Context(), "/-/ready")
		return err
	})
}

// kill ends the replica as kill -9 does.
func (p *program) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		<-p.exited
	}
}

// stop ends it as an init system does.
func (p *program) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	<-p.exited
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("stopping ended with code %d: %s", code, p.log)
	}
}

func (p *program) do(ctx context.Context, method, path, key string, body []byte) (status int, answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, p.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

func (p *program) get(ctx context.Context, path string) ([]byte, error) {
	status, answer, err := p.do(ctx, http.MethodGet, path, adminKey, nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s answered %d: %s", path, status, answer)
	}
	return answer, err
}

// known are the numbers of all alerts that there are, by their dedup keys.
func (p *program) known(ctx context.Context) (map[string]uint64, error) {
	all := map[string]uint64{}
	for cursor := ""; ; {
		answer, err := p.get(ctx, "/api/v1/alerts?limit=200"+cursor)
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []struct {
				Number   uint64
				DedupKey string `json:"dedup_key"`
			}
			Next string
		}
		if err := json.Unmarshal(answer, &page); err != nil {
			return nil, err
		}
		for _, a := range page.Items {
			all[a.DedupKey] = a.Number
		}
		if page.Next == "" {
			return all, nil
		}
		cursor = "&cursor=" + page.Next
	}
}

var ownedShards = regexp.MustCompile(`(?m)^tocsin_shards_owned (\d+)$`)

// owned is how many shards the replica says it watches.
func (p *program) owned() (int, error) {
	answer, err := p.get(p.t.Context(), "/metrics")
	if err != nil {
		return 0, err
	}
	found := ownedShards.FindSubmatch(answer)
	if found == nil {
		return 0, fmt.Errorf("/metrics has no tocsin_shards_owned")
	}
	return strconv.Atoi(string(found[1]))
}

// until polls for what cannot be waited for otherwise.
func until(t *testing.T, what string, try func() error) {
	t.Helper()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain for %s: %v", what, err)
		}
	}
}
