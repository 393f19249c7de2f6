package ackpage_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
	"github.com/tocsin-oncall/tocsin/engine/token"
	"github.com/tocsin-oncall/tocsin/integrations/ackpage"
)

// now is 23:00 on Sunday 8 March 2026 in New York, the night that summer time has just begun.
var now = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

// world is the page and alerts in memory.
type world struct {
	t        *testing.T
	page     *ackpage.Page
	signer   *token.Signer
	dir      *directory.Directory
	alerts   map[string]*alert.State
	bundle   []*alert.State
	done     []string
	mayAct   bool
	away     error
	refusing string
	canary   *canary.State
	absence  *override.Absence
	swap     *override.Swap
	contact  *contact.State
	reader   *subscriber.State
}

func newWorld(t *testing.T) *world {
	t.Helper()
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, mayAct: true, alerts: map[string]*alert.State{}, dir: &directory.Directory{
		Zone:     time.UTC,
		Users:    map[string]directory.User{"ethan": {Name: "ethan", Zone: newYork}, "amir": {Name: "amir", FullName: "Amir A."}},
		Channels: map[string]directory.Channel{"sre": {Name: "sre"}},
	}}
	if w.signer, err = token.NewSigner([]byte("0123456789abcdef")); err != nil {
		t.Fatal(err)
	}
	w.page, err = ackpage.New(ackpage.Options{
		Signer: w.signer, Alerts: w, Directory: func() *directory.Directory { return w.dir },
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

const id = "a0f-01jv5yhh6cfq3tqk6d5b2m8z4w"

// open adds an open alert that paged ethan and amir.
func (w *world) open() *alert.State {
	st := &alert.State{
		ID: id, Number: 1042, Status: alert.Open, Priority: "P1", Title: "Disk full on db-1", Description: "97% of /var is used",
		Labels: map[string]string{"severity": "critical"}, Details: map[string]any{"free": 3.5}, Tags: []string{"disk"},
		Link: "https://grafana.example.com/d/1", Runbook: "https://wiki.example.com/disk", Count: 3,
		CreatedAt: now.Add(-10 * time.Minute), LastEventAt: now.Add(-2 * time.Minute),
		Runs: []alert.Run{{Policy: policy.Policy{Name: "urgent", Steps: make([]policy.Step, 3)}, Next: 1}},
		Pages: []page.Page{
			{N: 1, User: "ethan", Via: "sms", Status: page.Delivered, SentAt: now.Add(-9 * time.Minute), Attempts: 1},
			{N: 2, User: "amir", Via: "voice", Status: page.Failed, SentAt: now.Add(-8 * time.Minute), Attempts: 2, Error: "secret provider words"},
			{N: 3, User: "darren", Via: "email", Status: page.Cancelled},
		},
		Timeline: []alert.Entry{
			{At: now.Add(-10 * time.Minute), Kind: "created", Text: "created by prometheus"},
			{At: now.Add(-time.Minute), Kind: "note", By: "amir", Text: "looking"},
		},
	}
	w.alerts[id] = st
	return st
}

func (w *world) link(subject, user string) string {
	return w.signer.Sign(token.Token{Subject: subject, User: user, Page: 1, Expires: now.Add(time.Hour)})
}

// answer is a response with its document.
type answer struct {
	*httptest.ResponseRecorder
	doc *html.Node
}

func (w *world) do(r *http.Request) answer {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.page.ServeHTTP(rec, r)
	doc, err := html.Parse(strings.NewReader(rec.Body.String()))
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{rec, doc}
}

func (w *world) get(link string) answer {
	w.t.Helper()
	return w.do(httptest.NewRequest(http.MethodGet, "/a/"+link, nil))
}

func (w *world) post(link string, form url.Values) answer {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/a/"+link, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(r)
}

// press presses a button of a page as a browser does, and follows where it leads.
func (w *world) press(link, label string) answer {
	w.t.Helper()
	return w.follow(link, w.post(link, w.get(link).form(w.t, label)))
}

func (w *world) follow(link string, a answer) answer {
	w.t.Helper()
	to := a.Header().Get("Location")
	if a.Code != http.StatusSeeOther || !strings.HasPrefix(to, "?did=") {
		w.t.Fatalf("the button was answered %d to %q: %s", a.Code, to, a.text("main"))
	}
	return w.get(link + to)
}

// form is what pressing a button sends.
func (a answer) form(t *testing.T, label string) url.Values {
	t.Helper()
	for _, f := range a.all("form") {
		values, pressed := url.Values{}, false
		for n := range f.Descendants() {
			switch {
			case n.Data == "input":
				values.Set(attr(n, "name"), attr(n, "value"))
			case n.Data == "button" && strings.HasPrefix(text(n), label):
				values.Set(attr(n, "name"), attr(n, "value"))
				pressed = true
			}
		}
		if pressed {
			return values
		}
	}
	t.Fatalf("there is no button %q, only %q", label, a.buttons())
	return nil
}

func (a answer) buttons() (labels []string) {
	for _, b := range a.all("button") {
		labels = append(labels, text(b))
	}
	return labels
}

func (a answer) all(tag string) (found []*html.Node) {
	for n := range a.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

// text is all text in the elements with a tag.
func (a answer) text(tag string) string {
	var all []string
	for _, n := range a.all(tag) {
		all = append(all, text(n))
	}
	return strings.Join(all, " ")
}

// said is what the page says aloud after a button was pressed.
func (a answer) said() string {
	for n := range a.doc.Descendants() {
		if attr(n, "role") == "status" {
			return text(n)
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func (w *world) ActAll(ctx context.Context, alerts []*alert.State, a alert.Action) error {
	for _, st := range alerts {
		_, err := w.Act(ctx, string(st.ID), a)
		if refused := (*alert.Refused)(nil); err != nil && !errors.As(err, &refused) {
			return err
		}
	}
	return nil
}

func (w *world) Act(_ context.Context, ref string, a alert.Action) (*alert.State, error) {
	switch {
	case !w.mayAct:
		w.t.Errorf("%s %s was done by a request that may not act", a.By, a.Do)
	case w.away != nil:
		return nil, w.away
	case w.refusing != "":
		return nil, fmt.Errorf("acting: %w", &alert.Refused{Reason: w.refusing})
	}
	st := w.alerts[ref]
	what := fmt.Sprintf("%s %s #%d over %s", a.By, a.Do, st.Number, a.Via)
	if !a.Until.IsZero() {
		what += " until " + a.Until.Format(time.RFC3339)
	}
	w.done = append(w.done, what)
	switch a.Do {
	case alert.Ack:
		st.Status, st.AckedBy, st.AckedAt = alert.Acked, a.By, now
	case alert.Close:
		st.Status, st.ClosedBy, st.ClosedAt = alert.Closed, a.By, now
	case alert.Snooze:
		st.Status, st.SnoozedUntil = alert.Snoozed, a.Until
	case alert.Escalate:
		st.Runs[0].Next++
	}
	return st, nil
}

func (w *world) Alert(_ context.Context, ref string) (*alert.State, error) {
	if w.away != nil {
		return nil, w.away
	}
	if st, ok := w.alerts[ref]; ok {
		return st, nil
	}
	return nil, &alert.Refused{Reason: "There is no such alert."}
}

func (w *world) Bundle(context.Context, string) ([]*alert.State, error) { return w.bundle, w.away }

func (w *world) Canary(_ context.Context, id string) (*canary.State, error) {
	if w.canary == nil || string(w.canary.ID) != id {
		return nil, &alert.Refused{Reason: "There is none."}
	}
	return w.canary, w.away
}

func (w *world) Contact(_ context.Context, id string) (*contact.State, error) {
	if w.contact == nil || string(w.contact.ID) != id {
		return nil, &alert.Refused{Reason: "gone"}
	}
	return w.contact, w.away
}

func (w *world) OpenContact(_ context.Context, _ string, page int) (*contact.State, error) {
	switch {
	case w.away != nil:
		return nil, w.away
	case w.refusing != "":
		return nil, &alert.Refused{Reason: w.refusing}
	}
	w.done = append(w.done, fmt.Sprintf("opened %d", page))
	return w.contact, w.contact.Open(page, directory.Env{Now: now, Dir: w.dir})
}

func (w *world) Absence(_ context.Context, id string) (*override.Absence, error) {
	if w.absence == nil || string(w.absence.ID) != id {
		return nil, &alert.Refused{Reason: "gone"}
	}
	return w.absence, w.away
}

func (w *world) Swap(_ context.Context, id string) (*override.Swap, error) {
	if w.swap == nil || string(w.swap.ID) != id {
		return nil, &alert.Refused{Reason: "gone"}
	}
	return w.swap, w.away
}

func (w *world) AnswerSwap(_ context.Context, name, by string, accept bool) (*override.Swap, error) {
	switch {
	case w.away != nil:
		return nil, w.away
	case w.refusing != "":
		return nil, &alert.Refused{Reason: w.refusing}
	}
	w.done = append(w.done, fmt.Sprintf("%s: %s accepts: %v", name, by, accept))
	w.swap.Status = override.Declined
	if accept {
		w.swap.Status = override.Accepted
	}
	return w.swap, nil
}

func (w *world) Cover(ctx context.Context, name, by string, shift int) (*override.Absence, error) {
	switch {
	case w.away != nil:
		return nil, w.away
	case w.refusing != "":
		return nil, &alert.Refused{Reason: w.refusing}
	}
	w.done = append(w.done, fmt.Sprintf("%s: %s takes %d", name, by, shift))
	w.absence.Asks[shift-1].TakenBy = by
	return w.absence, nil
}

func (w *world) ConfirmCanary(ctx context.Context, id string, page int, by string) (*canary.State, error) {
	s, err := w.Canary(ctx, id)
	if err == nil {
		canary.Apply(s, canary.Confirmed{Page: page, By: by}, directory.Env{Now: now, Dir: w.dir})
		w.done = append(w.done, "confirm by "+by)
	}
	return s, err
}

func (w *world) Next(context.Context, *alert.State) (time.Time, string) {
	return now.Add(5 * time.Minute), "team it-west"
}
