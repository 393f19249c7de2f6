package twilio_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/twilio"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

const told = "Tocsin. Priority 1 alert, number 1 0 4 2. Disk <full> & hot on db 1. Press 4 to acknowledge. Press 6 to escalate."

func TestACallIsAcknowledgedWithFourAndEscalatedWithSix(t *testing.T) {
	t.Parallel()
	for digit, want := range map[string]struct{ did, said string }{
		"4": {"ethan ack #1042 over voice", "Alert 1 0 4 2 is acknowledged. You have it. Goodbye."},
		"6": {"ethan escalate #1042 over voice", "Alert 1 0 4 2 is escalated. Goodbye."},
	} {
		w := newWorld(t)
		said, err := w.Answer(t.Context(), w.call(t, w.message(w.open(1042, "Disk <full> & hot on db_1", "ethan"))), digit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(told+"\n"+want.said, said); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{want.did}, w.done); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"a0f-00000000000000000000001042/1 delivered"}, w.reports); diff != "" {
			t.Error(diff)
		}
	}
}

func TestACallIsToldTwiceAndThenEndsWithoutActing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	said, err := w.Answer(t.Context(), w.call(t, w.message(w.open(1042, "Disk <full> & hot on db_1", "ethan"))))
	if err != nil {
		t.Fatal(err)
	}
	if want := told + "\n" + told + "\nNo key was pressed, so nothing was acknowledged. Goodbye."; said != want {
		t.Errorf("got  %q\nwant %q", said, want)
	}
	if len(w.done) > 0 {
		t.Errorf("did %q", w.done)
	}
}

func TestTheSecondTellingCanBeAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.Answer(t.Context(), w.call(t, w.message(w.open(1042, "Disk full", "ethan"))), "", "4"); err != nil {
		t.Fatal(err)
	}
	if len(w.done) != 1 {
		t.Errorf("did %q", w.done)
	}
}

func TestAWrongKeyAsksAgainAndNotForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := w.call(t, w.message(w.open(1042, "Disk full", "ethan")))
	said, err := w.Answer(t.Context(), call, "1", "4")
	if err != nil || !strings.Contains(said, "That key does nothing here.") || len(w.done) != 1 {
		t.Errorf("did %q, said %q (%v)", w.done, said, err)
	}
	w = newWorld(t)
	call = w.call(t, w.message(w.open(1042, "Disk full", "ethan")))
	if said, err = w.Answer(t.Context(), call, strings.Split(strings.Repeat("1", 40), "")...); err != nil || !strings.HasSuffix(said, "Goodbye.") {
		t.Errorf("said %q (%v)", said, err)
	}
	if len(w.done) > 0 {
		t.Errorf("did %q", w.done)
	}
}

func TestAVoicemailNeverAcknowledges(t *testing.T) {
	t.Parallel()
	for _, detect := range []bool{false, true} {
		w := newWorld(t, func(c *twilio.Config) { c.MachineDetection = detect })
		call := w.call(t, w.message(w.open(1042, "Disk full", "ethan")))
		said, err := w.Voicemail(t.Context(), call)
		if err != nil || !strings.Contains(said, "Disk full") {
			t.Errorf("said %q (%v)", said, err)
		}
		if len(w.done) > 0 {
			t.Errorf("did %q", w.done)
		}
		if detect && !strings.HasSuffix(w.reports[0], "failed: answered by a machine") {
			t.Errorf("a detected machine counts as reached: %q", w.reports)
		}
	}
}

func TestACallAboutAnAlertThatSomebodyHasSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.open(1042, "Disk full", "ethan")
	call := w.call(t, w.message(st))
	st.Status, st.AckedBy = alert.Acked, "amir"
	said, err := w.Answer(t.Context(), call, "4")
	if err != nil || !strings.Contains(said, "acknowledged already, by amir") || len(w.done) > 0 {
		t.Errorf("did %q, said %q (%v)", w.done, said, err)
	}
}

func TestAKeyThatTwilioReportsTwiceEscalatesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.message(w.open(1042, "Disk full", "ethan"))
	call := w.call(t, m)
	for _, c := range []twiliotest.Sent{call, call, w.call(t, m)} { // the third is another call
		if said, err := w.Answer(t.Context(), c, "6"); err != nil || !strings.Contains(said, "is escalated") {
			t.Errorf("said %q (%v)", said, err)
		}
	}
	if len(w.done) != 2 {
		t.Errorf("did %q, want one for each call", w.done)
	}
}

func TestAFailedAckIsSaidAndCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := w.call(t, w.message(w.open(1042, "Disk full", "ethan")))
	w.broken = errors.New("redis is away")
	said, err := w.Answer(t.Context(), call, "4")
	if err != nil || !strings.Contains(said, "could not be recorded") || strings.Contains(said, "is acknowledged. You have it") {
		t.Errorf("said %q (%v)", said, err)
	}
}

func TestABundleIsAcknowledgedAsAWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.bundle(w.open(7, "Core switch down", "ethan"), w.open(8, "Disk full", "ethan"))
	said, err := w.Answer(t.Context(), w.call(t, m), "6", "4")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said, "2 alerts. The worst: priority 1 alert, number 7. Core switch down.") || !strings.HasSuffix(said, "All alerts are acknowledged. Goodbye.") {
		t.Errorf("said %q", said)
	}
	if diff := cmp.Diff([]string{"ethan ack #7 over voice", "ethan ack #8 over voice"}, w.done); diff != "" {
		t.Error(diff)
	}
}

func TestPlainWordsAreSpokenAndAskForNoKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := w.call(t, deliver.Message{Kind: page.Reminder, Address: ethanPhone, Title: "PM-7 is due", Text: "Write it & close it"})
	if said, err := w.Answer(t.Context(), call); err != nil || said != "Tocsin. PM-7 is due: Write it & close it. Goodbye." {
		t.Errorf("said %q (%v)", said, err)
	}
}
