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

const absenceID = "w02-01jv5yhh6cfq3tqk6d5b2m8z4w"

// asked is a world in which amir is away for two shifts, of which jason has one.
func asked(t *testing.T) *world {
	w := newWorld(t)
	day := 24 * time.Hour
	w.absence = &override.Absence{
		ID: absenceID, Number: 7, Status: override.Active, User: "amir", From: now.Add(day), To: now.Add(3 * day), Reason: "a wedding",
		Asks: []override.Ask{
			{N: 1, Schedule: "primary", From: now.Add(day), To: now.Add(2 * day), Asked: []string{"ethan"}},
			{N: 2, Schedule: "backup", From: now.Add(2 * day), To: now.Add(3 * day), TakenBy: "jason"},
		},
	}
	return w
}

func TestARequestShowsWhatWantsCoverAndLookingTakesNothing(t *testing.T) {
	t.Parallel()
	w := asked(t)
	a := w.get(w.link(absenceID, "ethan"))
	text := a.text("main")
	for _, want := range []string{"Amir A. is away", "a wedding", "primary Mon 9 Mar 23:00 EDT to Tue 10 Mar 23:00 EDT", "jason has it"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	if diff := cmp.Diff([]string{"I take it"}, a.buttons()); diff != "" || len(w.done) > 0 {
		t.Errorf("did %v; buttons (-want +got)\n%s", w.done, diff)
	}
}

func TestAButtonTakesTheShiftOnceForWhomTheLinkWasMade(t *testing.T) {
	t.Parallel()
	w := asked(t)
	link := w.link(absenceID, "ethan")
	a := w.press(link, "I take it")
	if !strings.Contains(a.text("main"), "ethan has it") || len(a.buttons()) != 0 {
		t.Errorf("the page says %s", a.text("main"))
	}
	again := w.post(link, url.Values{"token": {link}, "do": {"cover"}, "shift": {"1"}})
	if again.Code != http.StatusSeeOther || !cmp.Equal(w.done, []string{"AWAY-7: ethan takes 1"}) {
		t.Errorf("pressed twice: answered %d, did %v", again.Code, w.done)
	}
}

func TestAShiftThatCannotBeTakenSaysWhy(t *testing.T) {
	t.Parallel()
	w := asked(t)
	link := w.link(absenceID, "ethan")
	w.refusing = "darren has taken that shift already."
	form := url.Values{"token": {link}, "do": {"cover"}, "shift": {"1"}}
	if a := w.post(link, form); a.Code != http.StatusConflict || !strings.Contains(a.text("main"), "darren has taken") {
		t.Errorf("answered %d: %s", a.Code, a.text("main"))
	}
	for name, bad := range map[string]url.Values{
		"no shift":       {"token": {link}, "do": {"cover"}},
		"another button": {"token": {link}, "do": {"ack"}, "shift": {"1"}},
		"no token":       {"do": {"cover"}, "shift": {"1"}},
	} {
		if a := w.post(link, bad); a.Code != http.StatusBadRequest {
			t.Errorf("%s: answered %d", name, a.Code)
		}
	}
	w.away = errors.New("away")
	if a := w.post(link, form); a.Code != http.StatusServiceUnavailable {
		t.Errorf("without the store: answered %d", a.Code)
	}
}
