package ackpage_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/directory"
)

const contactID = "v02-01jv5yhh6cfq3tqk6d5b2m8z4w"

// verifying is a world in which ethan was sent a test over SMS.
func verifying(t *testing.T) *world {
	w := newWorld(t)
	w.dir.Vias = map[string]bool{"sms": true}
	ethan := w.dir.Users["ethan"]
	ethan.Phone = "+15550100"
	w.dir.Users["ethan"] = ethan
	env := directory.Env{Now: now, Dir: w.dir, Pick: func(int) int { return 42 }}
	w.contact = contact.New(contactID, "ethan", "sms", env)
	if err := w.contact.Test(env); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAWayIsConfirmedByItsButtonAndNotByLooking(t *testing.T) {
	t.Parallel()
	w := verifying(t)
	link := w.link(contactID, "ethan")
	a := w.get(link)
	if diff := cmp.Diff([]string{"It reached me over sms"}, a.buttons()); a.Code != http.StatusOK || diff != "" || len(w.done) > 0 {
		t.Fatalf("answered %d, did %v, buttons (-want +got)\n%s", a.Code, w.done, diff)
	}
	if strings.Contains(a.Body.String(), "000042") {
		t.Error("the page shows the code, which has to come over the way itself")
	}
	a = w.press(link, "It reached me over sms")
	if !strings.Contains(a.text("main"), "Confirmed: messages over sms reach you") || len(a.buttons()) > 0 || w.contact.VerifiedAt.IsZero() {
		t.Errorf("the page says %s", a.text("main"))
	}
}

func TestATestThatCannotBeConfirmedSaysWhy(t *testing.T) {
	t.Parallel()
	w := verifying(t)
	link := w.link(contactID, "ethan")
	if a := w.post(link, url.Values{"token": {link}, "do": {"ack"}}); a.Code != http.StatusBadRequest || len(w.done) > 0 {
		t.Errorf("another button: answered %d", a.Code)
	}
	w.refusing = "The address was changed."
	if a := w.post(link, url.Values{"token": {link}, "do": {"confirm"}}); a.Code != http.StatusConflict || !strings.Contains(a.text("main"), "address was changed") {
		t.Errorf("answered %d: %s", a.Code, a.text("main"))
	}
	w.contact = nil
	if a := w.get(link); a.Code != http.StatusGone {
		t.Errorf("of one that is gone: answered %d", a.Code)
	}
}
