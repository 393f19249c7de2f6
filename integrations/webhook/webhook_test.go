package webhook_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/webhook"
)

var now = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

var (
	rawSecret   = "a-secret-of-some-length"
	whsecSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("twenty-four bytes of key"))
)

// receiver answers with a status and keeps what it got.
type receiver struct {
	*httptest.Server
	status     int
	retryAfter string

	mu      sync.Mutex
	headers []http.Header
	bodies  [][]byte
}

func newReceiver(t *testing.T, status int) *receiver {
	r := &receiver{status: status}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.headers, r.bodies = append(r.headers, req.Header), append(r.bodies, body)
		r.mu.Unlock()
		if r.retryAfter != "" {
			w.Header().Set("Retry-After", r.retryAfter)
		}
		if r.status/100 == 3 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(r.status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) message(secret string) deliver.Message {
	return deliver.Message{
		Key: "a0f-1/3", Via: "webhook",
		Channel: &directory.Channel{Name: "audit", Type: "webhook", URL: r.URL + "/hook/path-token?key=query-token", Secret: secret},
		Alert:   &alert.State{ID: "a0f-1", Number: 1042, Status: alert.Open, Priority: "P1", Title: "Disk <full>", CreatedAt: now, Rev: 4},
		Link:    "https://oncall.example.com/a/token", NextAt: now.Add(10 * time.Minute), NextText: "amir",
	}
}

func sender() *webhook.Sender { return webhook.New(nil, func() time.Time { return now }) }

func TestAPageIsPostedSignedAndCountsAsDelivered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		secret string
		verify func() (*standardwebhooks.Webhook, error)
	}{
		"raw":   {rawSecret, func() (*standardwebhooks.Webhook, error) { return standardwebhooks.NewWebhookRaw([]byte(rawSecret)) }},
		"whsec": {whsecSecret, func() (*standardwebhooks.Webhook, error) { return standardwebhooks.NewWebhook(whsecSecret) }},
	} {
		r := newReceiver(t, http.StatusNoContent)
		receipt, err := sender().Send(t.Context(), r.message(c.secret))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(deliver.Receipt{Ref: "a0f-1/3", Delivered: true, Editable: true}, receipt); diff != "" {
			t.Error(diff)
		}
		verifier, err := c.verify()
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.VerifyIgnoringTimestamp(r.bodies[0], r.headers[0]); err != nil {
			t.Errorf("%s: the receiver cannot verify: %v", name, err)
		}
		if got := r.headers[0].Get("Webhook-Timestamp"); got != "1773025200" {
			t.Errorf("%s: timestamp %s", name, got)
		}
		if got := r.headers[0].Get("Webhook-Id"); got != "a0f-1/3" {
			t.Errorf("%s: id %s", name, got)
		}
	}
}

func TestTheBodySaysTheAlertTheLinkAndWhatIsNext(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusOK)
	if _, err := sender().Send(t.Context(), r.message("")); err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(r.bodies[0], &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"type": "alert.page", "timestamp": "2026-03-09T03:00:00Z",
		"data": map[string]any{
			"alert": map[string]any{
				"id": "a0f-1", "number": 1042.0, "status": "open", "priority": "P1", "title": "Disk <full>", "dedup_key": "",
				"tags": []any{}, "labels": map[string]any{}, "count": 0.0, "created_at": "2026-03-09T03:00:00Z",
			},
			"link": "https://oncall.example.com/a/token",
			"next": map[string]any{"at": "2026-03-09T03:10:00Z", "text": "amir"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.headers[0].Get("Webhook-Signature") != "" {
		t.Error("signed without a secret")
	}
}

func TestEveryKindOfMessageHasItsType(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusOK)
	notice, bundle, reminder := r.message(""), r.message(""), r.message("")
	notice.Kind, notice.Text = page.Notice, "Acknowledged by amir"
	bundle.Bundle, bundle.Alert = []*alert.State{bundle.Alert, {Number: 7}}, nil
	reminder.Kind, reminder.Alert, reminder.Title = page.Reminder, nil, "PM-7 is due"
	for _, m := range []deliver.Message{r.message(""), notice, bundle, reminder} {
		if _, err := sender().Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	var types []string
	for _, raw := range r.bodies {
		var b webhook.Body
		if err := json.Unmarshal(raw, &b); err != nil {
			t.Fatal(err)
		}
		types = append(types, b.Type)
	}
	if diff := cmp.Diff([]string{"alert.page", "alert.notice", "alert.bundle", "reminder"}, types); diff != "" {
		t.Error(diff)
	}
}

func TestAChangeIsPostedUnderAnIdOfItsOwnThatARetryKeeps(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusOK)
	m := r.message(rawSecret)
	for range 2 {
		if err := sender().Update(t.Context(), "a0f-1/3", m); err != nil {
			t.Fatal(err)
		}
	}
	m.Alert.Rev++
	if err := sender().Update(t.Context(), "a0f-1/3", m); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, h := range r.headers {
		ids = append(ids, h.Get("Webhook-Id"))
	}
	if diff := cmp.Diff([]string{"a0f-1/3.rev4", "a0f-1/3.rev4", "a0f-1/3.rev5"}, ids); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(string(r.bodies[0]), `"type":"alert.updated"`) {
		t.Errorf("posted %s", r.bodies[0])
	}
}

func TestAnswersAreSorted(t *testing.T) {
	t.Parallel()
	for status, c := range map[int]struct {
		permanent  bool
		retryAfter string
		after      time.Duration
		says       string
	}{
		429: {retryAfter: "30", after: 30 * time.Second},
		503: {retryAfter: "Mon, 09 Mar 2026 03:02:00 GMT", after: 2 * time.Minute},
		500: {retryAfter: "nonsense"},
		502: {retryAfter: "-5"},
		504: {retryAfter: "99999999", after: time.Hour},
		408: {},
		410: {permanent: true, says: "take the channel out"},
		400: {permanent: true},
		401: {permanent: true},
		404: {permanent: true},
		307: {permanent: true, says: "final url"},
	} {
		r := newReceiver(t, status)
		r.retryAfter = c.retryAfter
		_, err := sender().Send(t.Context(), r.message(rawSecret))
		var retry *deliver.Retry
		errors.As(err, &retry)
		switch {
		case err == nil:
			t.Errorf("%d: counts as delivered", status)
		case errors.Is(err, deliver.ErrPermanent) != c.permanent, (retry != nil) == c.permanent:
			t.Errorf("%d: %v, want permanent %v", status, err, c.permanent)
		case retry != nil && (retry.After != c.after || retry.Limited):
			t.Errorf("%d: wait %v (all wait: %v), want %v for this channel only", status, retry.After, retry.Limited, c.after)
		case !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "audit") || leaks(err):
			t.Errorf("%d: says %q", status, err)
		}
		if len(r.bodies) != 1 {
			t.Errorf("%d: %d requests", status, len(r.bodies))
		}
	}
}

func leaks(err error) bool {
	for _, secret := range []string{rawSecret, whsecSecret[6:], "path-token", "query-token"} {
		if strings.Contains(err.Error(), secret) {
			return true
		}
	}
	return false
}

func TestNoAnswerIsTriedAgainAndKeepsTheURLToItself(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, http.StatusOK)
	m := r.message(rawSecret)
	r.Close()
	_, err := sender().Send(t.Context(), m)
	var retry *deliver.Retry
	if !errors.As(err, &retry) || leaks(err) {
		t.Errorf("refused connection: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = sender().Send(ctx, m); !errors.As(err, &retry) || !errors.Is(err, context.Canceled) || leaks(err) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestABadChannelFailsForGoodAndKeepsItsSecret(t *testing.T) {
	t.Parallel()
	for _, c := range []directory.Channel{
		{Name: "audit", URL: "ftp://path-token"},
		{Name: "audit", URL: "://path-token"},
		{Name: "audit", URL: "https:///path-token"},
		{Name: "audit", URL: "https://example.com", Secret: "whsec_path-token!"},
		{Name: "audit", URL: "https://example.com", Secret: "whsec_"},
	} {
		_, err := sender().Send(t.Context(), deliver.Message{Key: "k", Channel: &c})
		if !errors.Is(err, deliver.ErrPermanent) || leaks(err) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := webhook.Validate(directory.Channel{URL: "http://10.0.0.7:9000/hook", Secret: whsecSecret}); err != nil {
		t.Errorf("a private address: %v", err)
	}
}
