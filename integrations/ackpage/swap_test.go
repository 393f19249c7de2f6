package ackpage_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/override"
)

const swapID = "t02-01jv5yhh6cfq3tqk6d5b2m8z4w"

// proposed is a world in which amir asks ethan to trade a day.
func proposed(t *testing.T) *world {
	w := newWorld(t)
	day := 24 * time.Hour
	w.swap = &override.Swap{
		ID: swapID, Number: 7, Status: override.Proposed, Schedule: "primary", Giver: "amir", Asked: "ethan", Reason: "a wedding",
		Give: override.Piece{From: now.Add(day), To: now.Add(2 * day)}, Take: &override.Piece{From: now.Add(8 * day), To: now.Add(9 * day)},
	}
	return w
}

func TestAProposedSwapShowsItsTermsAndLookingAcceptsNothing(t *testing.T) {
	t.Parallel()
	w := proposed(t)
	a := w.get(w.link(swapID, "ethan"))
	text := a.text("main")
	for _, want := range []string{"Amir A. asks you to trade on-call time", "a wedding", "ethan takes primary Mon 9 Mar 23:00 EDT to Tue 10 Mar 23:00 EDT for Amir A.",
		"Amir A. takes primary Mon 16 Mar 23:00 EDT to Tue 17 Mar 23:00 EDT for ethan"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	if diff := cmp.Diff([]string{"I accept", "I decline"}, a.buttons()); diff != "" || len(w.done) > 0 {
		t.Errorf("did %v; buttons (-want +got)\n%s", w.done, diff)
	}
}

func TestAButtonAnswersASwapForWhomTheLinkWasMade(t *testing.T) {
	t.Parallel()
	for button, want := range map[string][2]string{
		"I accept":  {"SWAP-7: ethan accepts: true", "Accepted: it counts."},
		"I decline": {"SWAP-7: ethan accepts: false", "Declined: nothing has changed."},
	} {
		w := proposed(t)
		a := w.press(w.link(swapID, "ethan"), button)
		if !strings.Contains(a.text("main"), want[1]) || len(a.buttons()) != 0 || !cmp.Equal(w.done, []string{want[0]}) {
			t.Errorf("%s: did %v; the page says %s", button, w.done, a.text("main"))
		}
	}
}

func TestASwapThatCannotBeAnsweredSaysWhy(t *testing.T) {
	t.Parallel()
	w := proposed(t)
	link := w.link(swapID, "ethan")
	form := url.Values{"token": {link}, "do": {"accept"}}
	w.refusing = "amir is not on call there any more."
	if a := w.post(link, form); a.Code != http.StatusConflict || !strings.Contains(a.text("main"), "not on call there") {
		t.Errorf("answered %d: %s", a.Code, a.text("main"))
	}
	for name, bad := range map[string]url.Values{"another button": {"token": {link}, "do": {"ack"}}, "no token": {"do": {"accept"}}} {
		if a := w.post(link, bad); a.Code != http.StatusBadRequest {
			t.Errorf("%s: answered %d", name, a.Code)
		}
	}
	w.away = errors.New("away")
	if a := w.post(link, form); a.Code != http.StatusServiceUnavailable {
		t.Errorf("without the store: answered %d", a.Code)
	}
	w = proposed(t)
	w.swap.Give.From = now
	if a := w.get(w.link(swapID, "ethan")); len(a.buttons()) != 0 || !strings.Contains(a.text("main"), "It has expired") {
		t.Errorf("after the first shift began: %s", a.text("main"))
	}
}
