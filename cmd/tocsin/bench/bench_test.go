// Package bench measures the built program from outside, as its senders see it: `make bench` runs it. It
// tests nothing; what must be true is in the tests of the packages and in e2e.
package bench

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// seconds is how long each load goes on.
const seconds = 5

var binary string

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // the load is not what is measured
	dir, err := os.MkdirTemp("", "tocsin-bench")
	if err == nil {
		binary = filepath.Join(dir, "tocsin")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", binary, "github.com/tocsin-oncall/tocsin/cmd/tocsin").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

// stores are those that are measured; each returns its URL, and Redis for looking at its memory.
var stores = []struct {
	name string
	open func(b *testing.B) (url string, redis *redistest.Server)
}{
	{"bolt", func(b *testing.B) (string, *redistest.Server) {
		return "bolt:" + filepath.Join(b.TempDir(), "tocsin.db"), nil
	}},
	{"redis-everysec", func(b *testing.B) (string, *redistest.Server) {
		s := redistest.Start(b, "appendfsync everysec")
		return "redis://" + s.Addr, s
	}},
	{"redis-always", func(b *testing.B) (string, *redistest.Server) {
		s := redistest.Start(b, "appendfsync always")
		return "redis://" + s.Addr, s
	}},
}

// serve starts the program with a configuration and returns its address.
func serve(b *testing.B, store, config string) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	file := filepath.Join(b.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		b.Fatal(err)
	}
	var log bytes.Buffer
	c := exec.Command(binary, "serve", "--config", file, "--store", store, "--listen", address)
	c.Stdout, c.Stderr = io.Discard, &log
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGKILL) // its state is thrown away
		_ = c.Wait()
		if b.Failed() {
			b.Logf("the server said:\n%s", log.String())
		}
	})
	deadline, tick := time.After(10*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		if r, err := http.Get("http://" + address + "/-/ready"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return address
			}
		}
		select {
		case <-deadline:
			b.Fatal("the server is not ready after 10 s")
		case <-tick.C:
		}
	}
}

// quiet routes everything to a policy whose first step is still to come, so that what is measured is the
// taking of alerts, each with its timer.
const quiet = `
users: [{name: ethan, email: ethan@example.com}]
providers: {smtp: {host: localhost, from: oncall@example.com, tls: none}}
policies: [{name: later, steps: [{after: 6h, notify: ["user:ethan"]}]}]
fallback: later
rules: [{name: severity, when: labels.severity == "critical", set: {priority: P1}, continue: true}, {to: "policy:later"}]
integrations: [{name: am, type: alertmanager, key: bench-key-bench-key}]
`

// webhook is an Alertmanager webhook of n alerts that begin at the number first.
func webhook(first int64, n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"version":"4","status":"firing","receiver":"tocsin","groupKey":"{}","alerts":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		id := first + int64(i)
		fmt.Fprintf(&b, `{"status":"firing","fingerprint":"%016x","startsAt":"2026-11-20T08:04:46.568Z","endsAt":"0001-01-01T00:00:00Z",`+
			`"labels":{"alertname":"HighErrorRate","cluster":"west-1","replica":"a","service":"banking-transaction","severity":"critical","team":"it-west","instance":"host-%d"},`+
			`"annotations":{"description":"Transactions from APAC accounts are failing.","runbook_url":"https://runbooks.example.com/high-error-rate","summary":"Error rate above 5%%"},`+
			`"generatorURL":"http://prometheus.example.com:9090/graph?g0.expr=up&g0.tab=1"}`, id, id)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// load posts from some connections for a while and returns how many alerts were accepted in a second.
func load(b *testing.B, address string, connections, each int, repeated bool) float64 {
	b.Helper()
	return loadFrom(b, address, connections, each, repeated, 0)
}

// loadFrom is load with alerts that are numbered from start.
func loadFrom(b *testing.B, address string, connections, each int, repeated bool, start int64) float64 {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var next, accepted, refused atomic.Int64
	next.Store(start)
	ctx, cancel := context.WithTimeout(b.Context(), seconds*time.Second)
	defer cancel()
	began := time.Now()
	var wg sync.WaitGroup
	for worker := range connections {
		wg.Go(func() {
			for ctx.Err() == nil {
				first := next.Add(int64(each))
				if repeated {
					first = int64(worker * each) // the same alerts, again and again
				}
				r, err := http.NewRequest(http.MethodPost, "http://"+address+"/in/am?key=bench-key-bench-key", bytes.NewReader(webhook(first, each)))
				if err != nil {
					b.Error(err)
					return
				}
				answer, err := client.Do(r)
				if err != nil {
					refused.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
				if answer.StatusCode == http.StatusAccepted {
					accepted.Add(int64(each))
				} else {
					refused.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := refused.Load(); n > 0 {
		b.Errorf("%d requests were not accepted", n)
	}
	return float64(accepted.Load()) / time.Since(began).Seconds()
}

func BenchmarkAccepted(b *testing.B) {
	for _, st := range stores {
		for _, shape := range []struct {
			connections, each int
			repeated          bool
		}{{1, 1, false}, {8, 1, false}, {32, 1, false}, {8, 64, false}, {32, 1, true}, {8, 64, true}} {
			kind := "distinct"
			if shape.repeated {
				kind = "repeated"
			}
			b.Run(fmt.Sprintf("%s/%s/%d-connections/%d-a-request", st.name, kind, shape.connections, shape.each), func(b *testing.B) {
				for range b.N {
					url, redis := st.open(b)
					address := serve(b, url, quiet)
					before := memory(b, redis)
					perSecond := load(b, address, shape.connections, shape.each, shape.repeated)
					b.ReportMetric(perSecond, "alerts/s")
					if redis != nil && !shape.repeated {
						b.ReportMetric((memory(b, redis)-before)/(perSecond*seconds), "redis-B/alert")
					}
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// memory is how much Redis holds.
func memory(b *testing.B, s *redistest.Server) float64 {
	if s == nil {
		return 0
	}
	client := goredis.NewClient(&goredis.Options{Addr: s.Addr})
	defer client.Close()
	info, err := client.Info(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	var used float64
	for line := range strings.SplitSeq(info, "\r\n") {
		if n, ok := strings.CutPrefix(line, "used_memory:"); ok {
			fmt.Sscan(n, &used)
		}
	}
	return used
}

// quantile of sorted durations.
func quantile(d []time.Duration, q float64) time.Duration {
	slices.SortFunc(d, func(a, b time.Duration) int { return cmp.Compare(a, b) })
	return d[min(len(d)-1, int(q*float64(len(d))))]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
