package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tocsin-oncall/tocsin/engine/store/open"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// BenchmarkTwoReplicas has two servers on one Redis, each with half of the connections.
func BenchmarkTwoReplicas(b *testing.B) {
	for range b.N {
		s := redistest.Start(b, "appendfsync everysec")
		var total float64
		var mu sync.Mutex
		var wg sync.WaitGroup
		for part := range 2 {
			address := serve(b, "redis://"+s.Addr, quiet)
			wg.Go(func() {
				perSecond := loadFrom(b, address, 16, 1, false, int64(part)<<32)
				mu.Lock()
				defer mu.Unlock()
				total += perSecond
			})
		}
		wg.Wait()
		b.ReportMetric(total, "alerts/s")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkWholeLife takes alerts from their event over page and acknowledgement to their resolve, and reports
// what one costs.
func BenchmarkWholeLife(b *testing.B) {
	const alerts = 2000
	for range b.N {
		sink := newSink(b)
		s := redistest.Start(b, "appendfsync everysec")
		address := serve(b, "redis://"+s.Addr, paging(sink, 1)+"api_keys: [{name: bench, key: bench-key-bench-key, role: responder}]\n")
		client := goredis.NewClient(&goredis.Options{Addr: s.Addr})
		defer client.Close()
		cpu, scripts := redisCost(b, client)
		began := time.Now()
		for i := range alerts {
			id := fmt.Sprintf("host-%d", i)
			arrived := sink.expect(id)
			post(b, http.DefaultClient, address, id, 0)
			select {
			case <-arrived:
			case <-time.After(10 * time.Second):
				b.Fatalf("the page for %s did not come", id)
			}
			act(b, address, fmt.Sprintf("/api/v1/alerts/%d/ack", i+1), "")
			act(b, address, "/in/anything?key=bench-key-bench-key", fmt.Sprintf(`{"id":%q,"person":"0","status":"resolved"}`, id))
		}
		took := time.Since(began)
		cpuAfter, scriptsAfter := redisCost(b, client)
		b.ReportMetric(float64(scriptsAfter-scripts)/alerts, "scripts/alert")
		b.ReportMetric((cpuAfter-cpu)*1e6/alerts, "redis-us/alert")
		b.ReportMetric(milliseconds(took)/alerts, "ms/alert")
	}
	b.ReportMetric(0, "ns/op")
}

func act(b *testing.B, address, path, body string) {
	b.Helper()
	if body == "" {
		body = "{}"
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+address+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer bench-key-bench-key")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	text, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if answer.StatusCode >= 300 {
		b.Fatalf("%s: %s %s", path, answer.Status, text)
	}
}

// redisCost is the CPU time that Redis has used, in seconds, and how many scripts it has run.
func redisCost(b *testing.B, client *goredis.Client) (cpu float64, scripts int) {
	info, err := client.Info(b.Context(), "cpu", "commandstats").Result()
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.SplitSeq(info, "\r\n") {
		for _, name := range []string{"used_cpu_user:", "used_cpu_sys:"} {
			if v, ok := strings.CutPrefix(line, name); ok {
				var n float64
				fmt.Sscan(v, &n)
				cpu += n
			}
		}
		if v, ok := strings.CutPrefix(line, "cmdstat_evalsha:calls="); ok {
			fmt.Sscan(strings.SplitN(v, ",", 2)[0], &scripts)
		}
	}
	return cpu, scripts
}

// BenchmarkGrowth measures what a server does among more and more open alerts.
func BenchmarkGrowth(b *testing.B) {
	for _, open := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d-open", open), func(b *testing.B) {
			for range b.N {
				growth(b, open)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

func growth(b *testing.B, alerts int) {
	server := redistest.Start(b, "appendfsync everysec")
	s, err := open.Open(context.Background(), "redis://"+server.Addr, "fill", slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	before := memory(b, server)
	arm(b, s, alerts, func(i int) time.Time { return s.Now().Add(time.Hour + time.Duration(i)*time.Millisecond) })
	b.ReportMetric((memory(b, server)-before)/float64(alerts), "redis-B/alert")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	sink := newSink(b)
	address := serve(b, "redis://"+server.Addr, paging(sink, 1))
	var took []time.Duration
	for i := range 500 {
		id := fmt.Sprintf("host-%d", i)
		arrived := sink.expect(id)
		began := time.Now()
		post(b, http.DefaultClient, address, id, 0)
		select {
		case at := <-arrived:
			took = append(took, at.Sub(began))
		case <-time.After(10 * time.Second):
			b.Fatalf("the page for %s did not come", id)
		}
	}
	b.ReportMetric(milliseconds(quantile(took, 0.5)), "p50-ms")
	b.ReportMetric(milliseconds(quantile(took, 0.99)), "p99-ms")
	b.ReportMetric(resident(b, address), "server-MB")
}

// resident is how much memory the server holds, as it says of itself.
func resident(b *testing.B, address string) float64 {
	answer, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if v, ok := bytes.CutPrefix(line, []byte("process_resident_memory_bytes ")); ok {
			var n float64
			fmt.Sscan(string(v), &n)
			return n / (1 << 20)
		}
	}
	return 0
}
