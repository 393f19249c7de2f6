package twilio_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestRepliesAreUnderstoodHoweverPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"ack 1042":                        "ethan ack #1042 over sms",
		"ACK 1042":                        "ethan ack #1042 over sms",
		"  Ack   #1042 . ":                "ethan ack #1042 over sms",
		"a 1042":                          "ethan ack #1042 over sms",
		"a1042":                           "ethan ack #1042 over sms",
		"ack1042":                         "ethan ack #1042 over sms",
		"1042 ack":                        "ethan ack #1042 over sms",
		"1042ack":                         "ethan ack #1042 over sms",
		`"ack 1042"`:                      "ethan ack #1042 over sms",
		"acknowledge 01042":               "ethan ack #1042 over sms",
		"ack":                             "ethan ack #1042 over sms",
		"Ack!":                            "ethan ack #1042 over sms",
		"👍 ack":                           "ethan ack #1042 over sms",
		"close 1042":                      "ethan close #1042 over sms",
		"C 1042":                          "ethan close #1042 over sms",
		"ack 1042, looking now":           "ethan ack #1042 over sms: looking now",
		"close 1042 cleaned up\n/var/log": "ethan close #1042 over sms: cleaned up /var/log",

		"close":                       "",
		"1042":                        "",
		"ack 1042 1043":               "",
		"ack all":                     "",
		"ack thanks":                  "",
		"do not ack 1042":             "",
		"не ack 1042":                 "",
		"ack 1042nd":                  "",
		"ack 99999999999999999999999": "",
		"thanks":                      "",
		"help":                        "",
		"":                            "",
		"\x00\xff":                    "",
	} {
		w := newWorld(t)
		w.open(1042, "Disk full", "ethan")
		answer := w.reply(t, ethanPhone, body)
		if got := strings.Join(w.done, "; "); got != want {
			t.Errorf("%q did %q, want %q (answer %q)", body, got, want, answer)
		}
		if answer == "" || len(answer) > 300 {
			t.Errorf("%q was answered with %q", body, answer)
		}
	}
}

func TestAnAckIsAnsweredWithWhatWasTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(1042, "Disk <full> & hot on db-1", "ethan", "amir")
	if got, want := w.reply(t, ethanPhone, "ack"), "Acknowledged #1042. Disk <full> & hot on db-1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := w.reply(t, amirPhone, "ack 1042"), "ethan has #1042 already. Disk <full> & hot on db-1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"ethan ack #1042 over sms"}, w.done); diff != "" {
		t.Error(diff)
	}
}

func TestAckWithoutCodeIsNeverGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.reply(t, ethanPhone, "ack"); !strings.Contains(got, "nothing to take") {
		t.Errorf("with none open: %q", got)
	}
	for n := range uint64(7) {
		w.open(100+n, fmt.Sprint("alert ", n), "ethan")
	}
	w.open(200, "of somebody else", "amir")
	got := w.reply(t, ethanPhone, "ack")
	if want := "Which one? Reply ack CODE. #106 alert 6; #105 alert 5; #104 alert 4; #103 alert 3; #102 alert 2; and 2 more"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(w.done) > 0 {
		t.Errorf("did %q", w.done)
	}
}

func TestACodeThatWasNeverSentToTheSenderIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(1042, "Secret of amir", "amir")
	other, none := w.reply(t, ethanPhone, "ack 1042"), w.reply(t, ethanPhone, "ack 4711")
	if len(w.done) > 0 || strings.Contains(other, "Secret") {
		t.Errorf("did %q, said %q", w.done, other)
	}
	if strings.ReplaceAll(other, "1042", "N") != strings.ReplaceAll(none, "4711", "N") {
		t.Errorf("the answers tell which alerts exist: %q, %q", other, none)
	}
}

func TestALateReplyToAClosedAlertDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(1042, "Disk full", "ethan").Status = alert.Closed
	w.open(1043, "Another", "ethan")
	if got := w.reply(t, ethanPhone, "ack 1042"); !strings.Contains(got, "closed already") || len(w.done) > 0 {
		t.Errorf("did %q, said %q", w.done, got)
	}
}

func TestAnUnknownNumberIsAnsweredOnceAndDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(1042, "Disk full", "ethan")
	if got := w.reply(t, "+15550999", "ack 1042"); !strings.Contains(got, "not known") {
		t.Errorf("said %q", got)
	}
	if got := w.reply(t, "+15550999", "ack 1042"); got != "" {
		t.Errorf("two machines would talk for ever: %q", got)
	}
	if len(w.done) > 0 {
		t.Errorf("did %q", w.done)
	}
}

func TestARepeatedRequestDoesNotAcknowledgeTheNextAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(1042, "Disk full", "ethan")
	first, err := w.ReplyAgain(t.Context(), "SM1", ethanPhone, "ack")
	if err != nil {
		t.Fatal(err)
	}
	w.open(1043, "CPU hot", "ethan") // now the only open one
	second, err := w.ReplyAgain(t.Context(), "SM1", ethanPhone, "ack")
	if err != nil || second != first {
		t.Errorf("said %q, then %q (%v)", first, second, err)
	}
	if diff := cmp.Diff([]string{"ethan ack #1042 over sms"}, w.done); diff != "" {
		t.Error(diff)
	}
}

func TestAReplyWhileTheStoreIsAwayCanBeSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(1042, "Disk full", "ethan")
	w.broken = errors.Join(store.ErrUnavailable, errors.New("dial tcp 10.0.0.7:6379"))
	if got, _ := w.ReplyAgain(t.Context(), "SM1", ethanPhone, "ack"); !strings.Contains(got, "try again") || strings.Contains(got, "10.0.0.7") {
		t.Errorf("said %q", got)
	}
	w.broken = nil
	if got, _ := w.ReplyAgain(t.Context(), "SM1", ethanPhone, "ack"); !strings.HasPrefix(got, "Acknowledged #1042") {
		t.Errorf("said %q", got)
	}
}

func TestASharedPhoneActsAsWhoeverWasPaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.users["darren"] = directory.User{Name: "darren", Phone: "+1 (555) 0100"}
	w.open(1042, "Disk full", "ethan")
	w.open(1043, "CPU hot", "darren", "ethan")
	if got := w.reply(t, ethanPhone, "ack 1042"); !strings.Contains(got, "as ethan") {
		t.Errorf("said %q", got)
	}
	if got := w.reply(t, ethanPhone, "ack 1043"); !strings.Contains(got, "as darren") {
		t.Errorf("said %q", got)
	}
	if diff := cmp.Diff([]string{"ethan ack #1042 over sms", "darren ack #1043 over sms"}, w.done); diff != "" {
		t.Error(diff)
	}
}
