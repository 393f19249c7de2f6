package ackpage_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const canaryID = "c0f-01jv5yhh6cfq3tqk6d5b2m8z4w"

// tested is a world in which ethan was sent a test page.
func tested(t *testing.T) *world {
	w := newWorld(t)
	w.canary = &canary.State{
		ID: canaryID, Settings: directory.Canary{Every: time.Hour, User: "ethan"}, Round: 1, StartedAt: now, NextAt: now.Add(time.Hour),
		Pages: []page.Page{{N: 1, Kind: page.Canary, Round: 1, User: "ethan", Via: "sms", Status: page.Sent, DueAt: now}}, Paged: 1,
	}
	return w
}

func TestATestPageSaysThatNothingIsWrongAndLookingConfirmsNothing(t *testing.T) {
	t.Parallel()
	w := tested(t)
	a := w.get(w.link(canaryID, "ethan"))
	if a.Code != http.StatusOK || !strings.Contains(a.text("main"), "nothing is wrong") || len(w.done) > 0 {
		t.Errorf("answered %d, did %v: %s", a.Code, w.done, a.text("main"))
	}
}

func TestAButtonConfirmsThatATestPageArrivedOnce(t *testing.T) {
	t.Parallel()
	w := tested(t)
	a := w.press(w.link(canaryID, "ethan"), "I have it")
	if !strings.Contains(a.text("main"), "Test received: ethan confirmed it") || len(a.buttons()) != 0 {
		t.Errorf("the page says %s and has buttons %v", a.text("main"), a.buttons())
	}
	if w.canary.Confirmed[1] != "ethan" || !w.canary.Results["sms"].OK {
		t.Errorf("recorded %v, %v", w.canary.Confirmed, w.canary.Results)
	}
}

func TestATestPageTakesNoOtherButtonAndNoForgedOne(t *testing.T) {
	t.Parallel()
	w := tested(t)
	link := w.link(canaryID, "ethan")
	for name, form := range map[string]url.Values{
		"another button": {"token": {link}, "do": {"ack"}},
		"no token":       {"do": {"confirm"}},
	} {
		if a := w.post(link, form); a.Code != http.StatusBadRequest || len(w.done) > 0 {
			t.Errorf("%s: answered %d, did %v", name, a.Code, w.done)
		}
	}
}

func TestTheLinkOfATestThatIsOverSaysSo(t *testing.T) {
	t.Parallel()
	w := tested(t)
	w.canary.Pages[0].N = 2
	if a := w.get(w.link(canaryID, "ethan")); a.Code != http.StatusOK || !strings.Contains(a.text("main"), "This test is over") {
		t.Errorf("answered %d: %s", a.Code, a.text("main"))
	}
	w.canary = nil
	if a := w.get(w.link(canaryID, "ethan")); a.Code != http.StatusGone {
		t.Errorf("answered %d", a.Code)
	}
}
