package faults

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"
)

// The ways over which the provider is given pages: texts to ethan, and the webhook of the channel "second".
const (
	bySMS    = "sms"
	bySecond = "second"
)

// arrival is one page in the provider's journal.
type arrival struct {
	at      time.Time
	way     string
	number  uint64
	key     string // the dedup key
	created time.Time
	// refused pages were answered 503 and not taken. Of lost ones the answer was kept from the sender, who cannot
	// know that they were taken.
	refused, lost bool
}

// provider takes texts as Twilio does, and signed posts, and keeps a journal of the pages among them: it is the judge's
// witness. It refuses a few, loses the answers of a few others, and takes its time for all.
type provider struct {
	url string

	mu      sync.Mutex
	rng     *rand.Rand
	journal []arrival
	texted  map[uint64]chan struct{} // closed when an alert was texted
	held    chan struct{}            // closed when held answers may go; nil when none are held
	waiting int                      // how many are
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{rng: rand.New(rand.NewPCG(seed, 1)), texted: map[uint64]chan struct{}{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2010-04-01/Accounts/{account}/Messages.json", func(w http.ResponseWriter, r *http.Request) {
		if a, ok := textOf(r.PostFormValue("Body")); ok && !p.take(w, r, a) {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"sid":"SM%032x","status":"queued"}`, rand.Uint64())
	})
	mux.HandleFunc("POST /second", func(w http.ResponseWriter, r *http.Request) {
		var post struct {
			Type string
			Data struct {
				Alert struct {
					Number    uint64
					DedupKey  string    `json:"dedup_key"`
					CreatedAt time.Time `json:"created_at"`
				}
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&post); err != nil {
			if r.Context().Err() == nil {
				t.Errorf("a post that is no JSON: %v", err)
			}
			return
		}
		a := post.Data.Alert
		if post.Type == "alert.page" {
			p.take(w, r, arrival{way: bySecond, number: a.Number, key: a.DedupKey, created: a.CreatedAt})
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		p.release()
		server.CloseClientConnections()
		server.Close()
	})
	p.url = server.URL
	return p
}

// pageText is how the text of a page begins. The titles of the tests' alerts are their keys; news have another form.
var pageText = regexp.MustCompile(`^P1 #([0-9]+) (\S+)\. Reply`)

func textOf(body string) (arrival, bool) {
	found := pageText.FindStringSubmatch(body)
	if found == nil {
		return arrival{}, false
	}
	number, err := strconv.ParseUint(found[1], 10, 64)
	return arrival{way: bySMS, number: number, key: found[2]}, err == nil
}

// take keeps a page in the journal and says whether it is answered with success.
func (p *provider) take(w http.ResponseWriter, r *http.Request, a arrival) bool {
	p.mu.Lock()
	luck, slow := p.rng.IntN(1000), time.Duration(p.rng.IntN(50))*time.Millisecond
	a.at, a.refused, a.lost = time.Now(), luck < 5, luck >= 5 && luck < 15
	p.journal = append(p.journal, a)
	if a.way == bySMS && !a.refused {
		if texted := p.textedLocked(a.number); !isClosed(texted) {
			close(texted)
		}
	}
	held := p.held
	if held != nil {
		p.waiting++
	}
	p.mu.Unlock()
	if held != nil {
		<-held
	}
	takes := time.NewTimer(slow)
	defer takes.Stop()
	select {
	case <-takes.C:
	case <-r.Context().Done():
	}
	switch {
	case a.refused:
		w.WriteHeader(http.StatusServiceUnavailable)
		return false
	case a.lost:
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	return true
}

// hold keeps all answers back from now on, until release.
func (p *provider) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held, p.waiting = make(chan struct{}), 0
}

// holding is how many answers are held back.
func (p *provider) holding() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting
}

func (p *provider) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil {
		close(p.held)
		p.held = nil
	}
}

// whenTexted is closed once an alert was texted to ethan.
func (p *provider) whenTexted(number uint64) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.textedLocked(number)
}

func (p *provider) textedLocked(number uint64) chan struct{} {
	c, ok := p.texted[number]
	if !ok {
		c = make(chan struct{})
		p.texted[number] = c
	}
	return c
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// arrivals is the journal so far.
func (p *provider) arrivals() []arrival {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]arrival(nil), p.journal...)
}

// escalates is after how long an alert that nobody acknowledged goes to the channel "second".
const escalates = 4 * time.Second

// config texts ethan about every alert at once, and posts it to the channel "second" when nobody takes it.
func (p *provider) config() string {
	return fmt.Sprintf(`
log: {level: warn}
users: [{name: ethan, phone: "+15550100"}]
default_notify: {high: [{via: sms}], low: [{via: sms}]}
storm: {messages: 1000000, per: 1m}
fallback: standard
channels: [{name: second, type: webhook, url: %[1]s/second, secret: a-secret-for-tests}]
policies:
  - name: standard
    steps: [{notify: ["user:ethan"]}, {after: %[2]s, notify: ["channel:second"]}]
providers:
  twilio: {account_sid: AC00000000000000000000000000000000, auth_token: "0123456789abcdef0123456789abcdef", from: "+15550199", base_url: %[1]q}
integrations:
  - {name: json, type: json, key: a-sender-key-for-tests, map: {dedup_key: body.id, title: body.id, priority: '"P1"'}}
`, p.url, escalates)
}
