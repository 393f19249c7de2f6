package twilio_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/token"
	"github.com/tocsin-oncall/tocsin/integrations/twilio"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

var now = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

const (
	ethanPhone = "+15550100"
	amirPhone  = "+15550101"
)

// world is a fake Twilio, our handlers before it, and alerts in memory.
type world struct {
	*twiliotest.Fake
	client *twilio.Client
	signer *token.Signer
	public string
	users  map[string]directory.User

	mu      sync.Mutex
	alerts  []*alert.State
	done    []string
	reports []string
	broken  error
}

func newWorld(t *testing.T, change ...func(*twilio.Config)) *world {
	t.Helper()
	w := &world{Fake: twiliotest.Start(t), users: map[string]directory.User{
		"ethan": {Name: "ethan", Phone: ethanPhone},
		"amir":  {Name: "amir", Phone: amirPhone},
	}}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	w.public, w.SMSURL = server.URL, server.URL+"/twilio/sms"
	cfg := twilio.Config{
		AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, From: twiliotest.From,
		BaseURL: w.URL, PublicURL: server.URL,
	}
	for _, c := range change {
		c(&cfg)
	}
	var err error
	if w.signer, err = token.NewSigner([]byte("0123456789abcdef")); err != nil {
		t.Fatal(err)
	}
	if w.client, err = twilio.New(cfg, nil); err != nil {
		t.Fatal(err)
	}
	in := w.inbound()
	mux.Handle("/twilio/sms", in.SMS())
	mux.Handle("/twilio/voice", in.Voice())
	mux.Handle("/twilio/status", in.Status())
	return w
}

func (w *world) inbound() *twilio.Inbound {
	return w.client.Inbound(twilio.InboundOptions{
		Acts: w, Signer: w.signer, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		Directory: func() *directory.Directory { return &directory.Directory{Users: w.users} },
	})
}

// open adds an open alert that has paged the users.
func (w *world) open(number uint64, title string, users ...string) *alert.State {
	st := &alert.State{
		ID: store.ID(fmt.Sprintf("a0f-%026d", number)), Number: number, Status: alert.Open, Priority: "P1", Title: title,
	}
	for i, u := range users {
		st.Pages = append(st.Pages, page.Page{N: i + 1, User: u, Via: "sms", Status: page.Sent, Attempts: 1})
	}
	w.alerts = append(w.alerts, st)
	return st
}

// message is a page about an alert as the engine would have it sent to ethan.
func (w *world) message(st *alert.State) deliver.Message {
	text := w.signer.Sign(token.Token{Subject: string(st.ID), User: "ethan", Page: 1, Expires: now.Add(time.Hour)})
	return deliver.Message{
		Key: string(st.ID) + "/1", Via: "sms", Address: ethanPhone, Alert: st,
		Token: text, Link: w.public + "/a/" + text,
	}
}

func (w *world) bundle(alerts ...*alert.State) deliver.Message {
	text := w.signer.Sign(token.Token{Subject: "b-1", User: "ethan", Expires: now.Add(time.Hour)})
	return deliver.Message{Key: "b-1", Address: ethanPhone, Bundle: alerts, Token: text, Link: w.public + "/a/" + text}
}

func (w *world) call(t *testing.T, m deliver.Message) twiliotest.Sent {
	t.Helper()
	if _, err := w.client.Voice().Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	sent := w.Sent()
	return sent[len(sent)-1]
}

func (w *world) text(t *testing.T, m deliver.Message) twiliotest.Sent {
	t.Helper()
	if _, err := w.client.SMS().Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	sent := w.Sent()
	return sent[len(sent)-1]
}

func (w *world) reply(t *testing.T, from, body string) string {
	t.Helper()
	answer, err := w.Reply(t.Context(), from, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (w *world) Act(_ context.Context, ref string, a alert.Action) (*alert.State, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return nil, w.broken
	}
	st := w.find(ref)
	if st == nil {
		return nil, &alert.Refused{Reason: "There is no such alert."}
	}
	if st.Status == alert.Closed {
		return nil, &alert.Refused{Reason: "That alert was closed."}
	}
	what := fmt.Sprintf("%s %s #%d over %s", a.By, a.Do, st.Number, a.Via)
	if a.Note != "" {
		what += ": " + a.Note
	}
	w.done = append(w.done, what)
	switch a.Do {
	case alert.Ack:
		st.Status, st.AckedBy = alert.Acked, a.By
	case alert.Close:
		st.Status, st.ClosedBy = alert.Closed, a.By
	}
	return st, nil
}

func (w *world) find(ref string) *alert.State {
	for _, st := range w.alerts {
		if string(st.ID) == ref || strconv.FormatUint(st.Number, 10) == ref {
			return st
		}
	}
	return nil
}

func (w *world) Alert(_ context.Context, ref string) (*alert.State, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if st := w.find(ref); st != nil {
		c := *st
		return &c, nil
	}
	return nil, &alert.Refused{Reason: "There is no such alert."}
}

func (w *world) PagedTo(_ context.Context, user string) (paged []*alert.State, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, st := range w.alerts {
		if st.Active() && slices.ContainsFunc(st.Pages, func(p page.Page) bool { return p.User == user }) {
			c := *st
			paged = append(paged, &c)
		}
	}
	return paged, w.broken
}

func (w *world) Bundle(_ context.Context, id string) ([]*alert.State, error) {
	return w.alerts, nil
}

func (w *world) Report(_ context.Context, id store.ID, n int, ref string, delivered bool, why string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	word := "delivered"
	if !delivered {
		word = "failed: " + why
	}
	w.reports = append(w.reports, fmt.Sprintf("%s/%d %s", id, n, word))
	return nil
}
