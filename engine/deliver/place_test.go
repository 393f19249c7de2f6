package deliver

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// desk is a delivery whose ledger is a handful of alerts in memory.
type desk struct {
	*Deliverer
	t      *rapid.T
	now    time.Time
	alerts map[store.ID]*alert.State
	ids    []store.ID
	runs   []func()
	away   bool
}

type quiet struct{}

func (quiet) Delivered(string, string, time.Duration) {}
func (quiet) Bundled(int)                             {}

func (d *desk) env() directory.Env {
	return directory.Env{Now: d.now, Dir: &directory.Directory{
		Users: map[string]directory.User{"ethan": {Name: "ethan", Email: "e"}, "amir": {Name: "amir", Email: "a"}},
		Vias:  map[string]bool{"email": true}, Storm: directory.Storm{Messages: 2, Per: time.Minute}, Zone: time.UTC,
	}, Pick: func(int) int { return 0 }}
}

func (d *desk) Settle(_ context.Context, done []Settlement) error {
	if d.away {
		return store.ErrUnavailable
	}
	for _, s := range done {
		d.alerts[s.ID].Page(s.Page.N).Settle(*s.Page, d.now)
	}
	return nil
}

func (d *desk) ClaimBundle(_ context.Context, ids []store.ID, to Recipient, name string) (jobs []Job, env directory.Env) {
	for _, id := range ids {
		if !d.away {
			jobs = append(jobs, d.ClaimFor(d.alerts[id], to, name, d.now)...)
		}
	}
	return jobs, d.env()
}

func (*desk) Review(context.Context, time.Time) (c digest.Content, err error) { return c, nil }

func (*desk) Postmortem(context.Context, string) (*postmortem.State, error) { return nil, nil }

func (d *desk) Waiting(context.Context, string) ([]Waiting, bool, error) { return nil, false, nil }
func (d *desk) Ready(id store.ID) bool                                   { return d.alerts[id] != nil }

func (d *desk) Send(context.Context, Message) (Receipt, error) {
	switch rapid.IntRange(0, 4).Draw(d.t, "answer") {
	case 0:
		return Receipt{}, errors.New("busy")
	case 1:
		return Receipt{}, Permanent("no such mailbox")
	case 2:
		return Receipt{}, Limited(20*time.Second, "429")
	case 3:
		panic("a bug")
	}
	return Receipt{Ref: "x"}, nil
}

// under is how many places are taken.
func (d *desk) under() (n int) {
	for _, p := range d.pools {
		n += p.busy
	}
	return n
}

// TestPlacesAndMemoryComeBack claims, commits, loses commits, sends and bundles at random, and then lets
// everything come to its end.
func TestPlacesAndMemoryComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := &desk{t: t, now: time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC), alerts: map[store.ID]*alert.State{}}
		d.Deliverer = New("r1", func() time.Time { return d.now }, func(f func()) { d.runs = append(d.runs, f) }, quiet{})
		d.Attach(d)
		configure := func() {
			d.Configure(&Setup{Senders: map[string]Sender{"email": d}, Limits: map[string]Limit{"email": {
				Concurrency: rapid.IntRange(1, 4).Draw(t, "places"), Rate: float64(rapid.IntRange(0, 5).Draw(t, "rate")),
			}}})
		}
		configure()
		look := func(id store.ID, commit bool) {
			before := append([]page.Page(nil), d.alerts[id].Pages...)
			claims := d.Claim(d.alerts[id], d.env())
			if commit {
				d.Dispatch(claims, d.env())
			} else {
				d.alerts[id].Pages = before
				d.Release(claims)
			}
		}
		send := func() {
			if len(d.runs) > 0 {
				f := d.runs[0]
				d.runs = d.runs[1:]
				f()
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"alert": func(t *rapid.T) {
				a := &alert.State{ID: store.NewID(store.KindAlert, 0), Status: alert.Open, Priority: "P1"}
				for i := range rapid.IntRange(1, 3).Draw(t, "pages") {
					user := rapid.SampledFrom([]string{"ethan", "amir"}).Draw(t, "user")
					a.Pages = append(a.Pages, page.Page{N: i + 1, User: user, Via: "email", Status: page.Pending, DueAt: d.now})
				}
				d.alerts[a.ID], d.ids = a, append(d.ids, a.ID)
				look(a.ID, rapid.Bool().Draw(t, "committed"))
			},
			"look": func(t *rapid.T) {
				if len(d.ids) == 0 {
					t.Skip("none yet")
				}
				look(rapid.SampledFrom(d.ids).Draw(t, "which"), rapid.Bool().Draw(t, "committed"))
			},
			"send":   func(*rapid.T) { send() },
			"step":   func(*rapid.T) { _, _ = d.Step(context.Background(), d.now) },
			"time":   func(t *rapid.T) { d.now = d.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "s")) * time.Second) },
			"store":  func(*rapid.T) { d.away = !d.away },
			"reload": func(*rapid.T) { configure() },
			"": func(t *rapid.T) {
				if d.under() != len(d.runs) {
					t.Fatalf("%d places are taken for %d sends", d.under(), len(d.runs))
				}
			},
		})
		d.away = false
		for range 2000 {
			d.now = d.now.Add(2 * time.Second)
			for _, id := range d.ids {
				look(id, true)
			}
			for len(d.runs) > 0 {
				send()
			}
			_, _ = d.Step(context.Background(), d.now)
			if d.idle() == "" {
				return
			}
		}
		t.Fatalf("it never comes to rest: %s", d.idle())
	})
}

// idle says what is still kept although nothing is left to do.
func (d *desk) idle() string {
	for _, id := range d.ids {
		for _, p := range d.alerts[id].Pages {
			if p.Waiting() {
				return fmt.Sprintf("page %+v waits", p)
			}
		}
	}
	for key, p := range d.pools {
		if p.busy != 0 || len(p.waiting) != len(p.inLine) || len(p.waiting) != 0 {
			return fmt.Sprintf("pool %s: %d busy, %d in line", key, p.busy, len(p.waiting))
		}
	}
	if n := len(d.budgets) + len(d.paused) + len(d.unsettled); n > 0 {
		return fmt.Sprintf("%d budgets, %d pauses, %d outcomes are kept", len(d.budgets), len(d.paused), len(d.unsettled))
	}
	return ""
}

func TestTasksAtAProviderNeverTakeThePlacesOfPages(t *testing.T) {
	t.Parallel()
	d := New("r1", time.Now, func(func()) {}, quiet{})
	d.Configure(&Setup{Limits: map[string]Limit{"slack": {Concurrency: 1}}})
	task, other := &page.Page{Kind: page.Work, Via: "slack"}, &page.Page{Via: "slack", User: "ethan"}
	if !d.pool(poolOf(task)).take("i00-1", time.Now()) || d.pool(poolOf(task)).take("i00-2", time.Now()) {
		t.Error("tasks are not bound by the limit of their provider")
	}
	mailing := &page.Page{Kind: page.Update, Via: "slack", Address: "a@example.com"}
	if !d.pool(poolOf(mailing)).take("s00-1", time.Now()) || d.pool(poolOf(mailing)).take("s00-2", time.Now()) {
		t.Error("mails to subscribers are not bound by the limit of their provider")
	}
	if !d.pool(poolOf(other)).take("a00-1", time.Now()) {
		t.Error("a page waits for a task, or for a mail to a subscriber")
	}
}
