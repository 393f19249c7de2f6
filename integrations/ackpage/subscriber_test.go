package ackpage_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

const subscriberID = "u02-01jv5yhh6cfq3tqk6d5b2m8z4w"

func (w *world) Subscriber(_ context.Context, id string) (*subscriber.State, error) {
	if w.reader == nil {
		return nil, &alert.Refused{Reason: "gone"}
	}
	return w.reader, w.away
}

func (w *world) LeaveByLink(ctx context.Context, id string) (*subscriber.State, error) {
	s, err := w.Subscriber(ctx, id)
	if err == nil {
		s.Leave(subscriber.Themselves, directory.Env{Now: now, Dir: w.dir})
	}
	return s, err
}

func reading(t *testing.T) (*world, string) {
	w := newWorld(t)
	w.reader = subscriber.New(subscriberID, subscriber.Who{Incident: "INC-7", Audience: "customers", Email: "a@example.com"}, 0, directory.Env{Now: now})
	w.reader.Subscribe("api:ops", 0, directory.Env{Now: now})
	return w, w.link(subscriberID, "")
}

func TestASubscriberLeavesByTheButtonAndNotByLooking(t *testing.T) {
	t.Parallel()
	w, link := reading(t)
	a := w.get(link)
	if diff := cmp.Diff([]string{"No more mails"}, a.buttons()); a.Code != http.StatusOK || diff != "" || !w.reader.Active() {
		t.Fatalf("answered %d, active %t, buttons (-want +got)\n%s", a.Code, w.reader.Active(), diff)
	}
	if a := w.post(link, url.Values{"do": {"leave"}}); a.Code != http.StatusBadRequest || !w.reader.Active() {
		t.Errorf("without the token in the body: answered %d", a.Code)
	}
	if a := w.post(link, url.Values{"token": {link}, "do": {"ack"}}); a.Code != http.StatusBadRequest || !w.reader.Active() {
		t.Errorf("another button: answered %d", a.Code)
	}
	a = w.press(link, "No more mails")
	if w.reader.Active() || !strings.Contains(a.text("main"), "no more mails") || len(a.buttons()) > 0 {
		t.Errorf("the page says %s", a.text("main"))
	}
	w.reader = nil
	if a := w.get(link); a.Code != http.StatusGone {
		t.Errorf("of one that is gone: answered %d", a.Code)
	}
}

func TestAMailProgramTakesItsReaderOutWithOneClick(t *testing.T) {
	t.Parallel()
	const boundary = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
	for kind, body := range map[string]string{"application/x-www-form-urlencoded": "List-Unsubscribe=One-Click", "multipart/form-data; boundary=b": boundary} {
		w, link := reading(t)
		r := httptest.NewRequest(http.MethodPost, "/a/"+link, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		rec := httptest.NewRecorder()
		w.page.ServeHTTP(rec, r)
		if w.reader.Active() || rec.Code >= 400 {
			t.Errorf("%s: answered %d, still subscribed: %t", kind, rec.Code, w.reader.Active())
		}
	}
	w := newWorld(t) // it works for nothing else
	st := w.open()
	w.post(w.link(id, "ethan"), url.Values{"List-Unsubscribe": {"One-Click"}})
	if len(w.done) > 0 || st.Status != alert.Open {
		t.Errorf("did %v", w.done)
	}
}

func TestOneClickDoesNothingToTheLinkOfAPage(t *testing.T) {
	t.Parallel()
	w, _ := reading(t)
	a := w.post(w.link("a02-01jv5yhh6cfq3tqk6d5b2m8z4w", "ethan"), url.Values{"List-Unsubscribe": {"One-Click"}})
	if a.Code != http.StatusBadRequest || !strings.Contains(a.text("main"), "Nothing was done") && !strings.Contains(a.text("body"), "Nothing was done") {
		t.Errorf("answered %d %s", a.Code, a.text("main"))
	}
	if !w.reader.Active() {
		t.Error("a subscriber left by a link that is not theirs")
	}
}
