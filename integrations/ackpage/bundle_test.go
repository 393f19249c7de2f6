package ackpage_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestAPageOfThousandsListsTheWorst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.open()
	for range 4000 {
		w.bundle = append(w.bundle, first)
	}
	a := w.get(w.link("b-1", "ethan"))
	if len(a.all("a")) != 100 || !strings.Contains(a.text("main"), "and 3900 more") || a.Body.Len() > 100<<10 {
		t.Errorf("lists %d alerts in %d bytes", len(a.all("a")), a.Body.Len())
	}
	if diff := cmp.Diff([]string{"Acknowledge all 4000"}, a.buttons()); diff != "" {
		t.Error(diff)
	}
}

func TestABundleIsAcknowledgedWithOneButton(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.open()
	for i, status := range []alert.Status{alert.Open, alert.Acked, alert.Closed} {
		st := *first
		st.ID, st.Number, st.Status, st.AckedBy = store.ID("a00-"+string(status)), uint64(7+i), status, "amir"
		w.alerts[string(st.ID)] = &st
		w.bundle = append(w.bundle, &st)
	}
	w.bundle = append([]*alert.State{first}, w.bundle...)
	link := w.link("b-1", "ethan")
	if a := w.get(link); a.text("h1") != "4 alerts" || !cmp.Equal(a.buttons(), []string{"Acknowledge all 2"}) {
		t.Errorf("the page has %q and %q", a.text("h1"), a.buttons())
	}
	form := w.get(link).form(t, "Acknowledge all")
	a := w.follow(link, w.post(link, form))
	w.follow(link, w.post(link, form))
	if diff := cmp.Diff([]string{"ethan ack #1042 over bundle", "ethan ack #7 over bundle"}, w.done); diff != "" {
		t.Error(diff)
	}
	if a.said() == "" || len(a.buttons()) > 0 {
		t.Errorf("says %q with %q", a.said(), a.buttons())
	}
	if one := w.get(attr(a.all("a")[0], "href")); one.text("h1") != "Disk full on db-1" || !strings.Contains(one.text("header"), "You have it") {
		t.Errorf("the first alert's link leads to %q", one.text("header"))
	}
}
