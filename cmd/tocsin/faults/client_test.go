package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// answerWithin is how long a client waits; whatever comes later counts as no answer.
const answerWithin = 4 * time.Second

// request is one thing that a client asks of one server.
type request struct {
	input
	id string // of the alert, for all but ingest
}

// seen is an alert as answers show it.
type seen struct {
	ID     string
	Number uint64
	Status string
	Count  int
}

// ask sends a request, keeps it in the history, and returns the answer; the zero output when there was none.
func (l *load) ask(client int, s *programtest.Server, r request) (output, seen) {
	ctx, cancel := context.WithTimeout(l.t.Context(), answerWithin)
	defer cancel()
	called := l.h.since()
	a, err := send(ctx, s, r)
	if errors.Is(err, syscall.ECONNREFUSED) { // certainly nothing has happened
		return output{}, seen{}
	}
	out, alert := l.read(r, a, err)
	if r.op != get || out != (output{}) { // what was not read means nothing
		l.h.note(client, r.input, called, out)
	}
	if out == (output{}) {
		l.mu.Lock()
		l.unanswered++
		l.mu.Unlock()
	}
	return out, alert
}

func send(ctx context.Context, s *programtest.Server, r request) (programtest.Answer, error) {
	const form = "application/json"
	switch r.op {
	case ingest:
		return s.Try(ctx, http.MethodPost, "/in/json", programtest.SenderKey, form, fmt.Appendf(nil, `{"id":%q}`, r.key))
	case get:
		return s.Try(ctx, http.MethodGet, "/api/v1/alerts/"+r.id, programtest.AdminKey, "", nil)
	}
	return s.Try(ctx, http.MethodPost, "/api/v1/alerts/"+r.id+"/"+r.op, programtest.AdminKey, form, []byte(`{}`))
}

// read sorts an answer into one that says what happened, and one that does not. Anything else fails the test.
func (l *load) read(r request, a programtest.Answer, err error) (output, seen) {
	switch {
	case err != nil:
		return output{}, seen{}
	case a.Status == http.StatusServiceUnavailable:
		if a.Header.Get("Retry-After") == "" {
			l.t.Errorf("%s %s was answered 503 without Retry-After: %s", r.op, r.key, a.Body)
		}
		return output{}, seen{}
	case a.Status == http.StatusConflict && r.op != ingest:
		return output{refused: true}, seen{}
	case a.Status == http.StatusAccepted && r.op == ingest:
		var receipts struct{ Alerts []seen }
		if err := json.Unmarshal([]byte(a.Body), &receipts); err == nil && len(receipts.Alerts) == 1 {
			got := receipts.Alerts[0]
			return output{number: got.Number, status: got.Status}, got
		}
	case a.Status == http.StatusOK && r.op != ingest:
		var got seen
		if err := json.Unmarshal([]byte(a.Body), &got); err == nil {
			return output{number: got.Number, status: got.Status, count: got.Count}, got
		}
	}
	l.t.Errorf("%s %s (alert %s) was answered %d: %s", r.op, r.key, r.id, a.Status, a.Body)
	return output{}, seen{}
}

// known is an alert as the list shows it.
type known struct {
	seen
	DedupKey string `json:"dedup_key"`
	Pages    []struct{ Status string }
}

// waits says whether something is still to be sent for the alert.
func (k known) waits() bool {
	for _, p := range k.Pages {
		if p.Status == "pending" || p.Status == "sending" {
			return true
		}
	}
	return false
}

// list reads all alerts, by their numbers. Each page of the list is told to note, with the time at which it was asked for.
func (l *load) list(s *programtest.Server, note func(called int64, page []known)) (map[uint64]known, error) {
	all := map[uint64]known{}
	for cursor := ""; ; {
		called := l.h.since()
		a, err := s.Try(l.t.Context(), http.MethodGet, "/api/v1/alerts?limit=200"+cursor, programtest.AdminKey, "", nil)
		if err == nil && a.Status != http.StatusOK {
			err = fmt.Errorf("the list was answered %d: %s", a.Status, a.Body)
		}
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []known
			Next  string
		}
		if err := json.Unmarshal([]byte(a.Body), &page); err != nil {
			return nil, err
		}
		note(called, page.Items)
		for _, k := range page.Items {
			all[k.Number] = k
		}
		if page.Next == "" {
			return all, nil
		}
		cursor = "&cursor=" + page.Next
	}
}
