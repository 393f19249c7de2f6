package bench

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// sink is a text message provider that notes when each message came, by the words that matched.
type sink struct {
	*httptest.Server
	mu   sync.Mutex
	want map[string]chan time.Time
}

var hostname = regexp.MustCompile(`host-\d+`)

func newSink(b *testing.B) *sink {
	s := &sink{want: map[string]chan time.Time{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := time.Now()
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		s.got(hostname.FindString(form.Get("Body")), at)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"sid":"SM00000000000000000000000000000000","status":"queued"}`)
	}))
	b.Cleanup(s.Close)
	return s
}

func (s *sink) got(name string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.want[name]; ok {
		c <- at
		delete(s.want, name)
	}
}

func (s *sink) expect(name string) chan time.Time {
	c := make(chan time.Time, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.want[name] = c
	return c
}

// paging sends each alert to a person of its own, by text message, at once.
func paging(sink *sink, people int) string {
	var users, rules, policies strings.Builder
	for i := range people {
		fmt.Fprintf(&users, "  - {name: user-%d, phone: \"+1555%07d\"}\n", i, i)
		fmt.Fprintf(&policies, "  - {name: policy-%d, steps: [{notify: [\"user:user-%d\"]}], exhausted_after: 6h}\n", i, i)
		fmt.Fprintf(&rules, "  - {when: labels.person == \"%d\", to: \"policy:policy-%d\"}\n", i, i)
	}
	return "users:\n" + users.String() + "policies:\n" + policies.String() + "rules:\n" + rules.String() + `
fallback: policy-0
storm: {messages: 1000000, per: 1m}
default_notify: {high: [{via: sms}], low: [{via: sms}]}
integrations: [{name: anything, type: json, key: bench-key-bench-key, map: {dedup_key: body.id, title: body.id, status: 'body?.status ?? "firing"', labels: "{person: body.person}"}}]
providers:
  twilio: {account_sid: AC0, auth_token: bench-token, from: "+15550199", base_url: "` + sink.URL + `"}
`
}

func post(b *testing.B, client *http.Client, address, id string, person int) {
	b.Helper()
	body := strings.NewReader(fmt.Sprintf(`{"id":%q,"person":"%d"}`, id, person))
	answer, err := client.Post("http://"+address+"/in/anything?key=bench-key-bench-key", "application/json", body)
	if err != nil {
		b.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		b.Fatalf("%s", answer.Status)
	}
}

// BenchmarkPostToPage is the time from the moment that a sender begins its request until the page has
// arrived at the provider.
func BenchmarkPostToPage(b *testing.B) {
	const alerts = 1000
	for _, st := range stores {
		b.Run(st.name, func(b *testing.B) {
			for range b.N {
				sink := newSink(b)
				url, _ := st.open(b)
				address := serve(b, url, paging(sink, 1))
				client := &http.Client{}
				var took []time.Duration
				for i := range alerts {
					id := fmt.Sprintf("host-%d", i)
					arrived := sink.expect(id)
					began := time.Now()
					post(b, client, address, id, 0)
					select {
					case at := <-arrived:
						took = append(took, at.Sub(began))
					case <-time.After(10 * time.Second):
						b.Fatalf("the page for %s did not come", id)
					}
				}
				b.ReportMetric(milliseconds(quantile(took, 0.5)), "p50-ms")
				b.ReportMetric(milliseconds(quantile(took, 0.99)), "p99-ms")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkBurst is a burst of 60 alerts to 60 different people: when the last page has arrived.
func BenchmarkBurst(b *testing.B) {
	const people = 60
	for _, st := range stores {
		b.Run(st.name, func(b *testing.B) {
			for range b.N {
				sink := newSink(b)
				url, _ := st.open(b)
				address := serve(b, url, paging(sink, people))
				client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: people}}
				var arrived []chan time.Time
				for i := range people {
					arrived = append(arrived, sink.expect(fmt.Sprintf("host-%d", i)))
				}
				began := time.Now()
				var wg sync.WaitGroup
				for i := range people {
					wg.Go(func() { post(b, client, address, fmt.Sprintf("host-%d", i), i) })
				}
				wg.Wait()
				var last time.Duration
				for i, c := range arrived {
					select {
					case at := <-c:
						last = max(last, at.Sub(began))
					case <-time.After(20 * time.Second):
						b.Fatalf("the page of person %d did not come", i)
					}
				}
				b.ReportMetric(milliseconds(last), "last-ms")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
