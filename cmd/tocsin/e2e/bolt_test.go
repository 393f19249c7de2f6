package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

func TestAfterAKillTheSameFileGoesOnWithEverythingAccepted(t *testing.T) {
	t.Parallel()
	twilio := twiliotest.Start(t)
	s := serve(t, texting(twilio, "4s"))
	sent := &senders{accepted: map[string]int{}}
	go func() {
		_, _ = twilio.Wait(t.Context(), func(m twiliotest.Sent) bool { return alertKey.FindString(m.Body()) >= "alert-080" })
		s.Kill()
	}()
	sent.sendWhile(t, s.Exited, 0, 200, s)
	before := len(sent.accepted)
	if before < 50 || before == 200 {
		t.Fatalf("%d alerts were accepted before the kill", before)
	}
	s.Launch()
	sent.send(t, 200, 220, s)
	for _, phone := range []string{ethansPhone, amirsPhone} {
		if more := untilAllTexted(t, twilio, phone, sent.accepted); more > underWay {
			t.Errorf("%d texts to %s were sent twice; at most the %d under way at the kill may be", more, phone, underWay)
		}
	}
	for _, a := range s.alerts("") {
		delete(sent.accepted, a.DedupKey)
	}
	if len(sent.accepted) > 0 {
		t.Errorf("accepted, and not there: %v", sent.accepted)
	}
	s.Stop()
}

func TestASecondProcessOnTheSameFileSaysWhichFileIsLocked(t *testing.T) {
	t.Parallel()
	s := serve(t, people+reach("{via: console}")+standard(`0s: "user:ethan"`)+integrations()+providers(consoleProvider))
	file := filepath.Join(s.Dir, "tocsin.db")
	second := programtest.Start(t, s.Dir, binary, "serve", "--config", s.Config, "--listen", programtest.FreePort(t))
	if code := second.Code(t); code == 0 {
		t.Error("the second process ended with code 0")
	}
	if said := second.Log.String(); !strings.Contains(said, file) || !strings.Contains(said, "locked") {
		t.Errorf("the second process says %q", said)
	}
	s.fire(map[string]any{"id": "still-served"})
	s.Out.WaitFor(t, "still-served")
}

func TestACorruptFileSaysSoAndIsLeftAlone(t *testing.T) {
	t.Parallel()
	config := people + reach("{via: console}") + standard(`0s: "user:ethan"`) + integrations() + providers(consoleProvider)
	s := serve(t, config)
	s.fire(map[string]any{"id": "a"})
	s.Stop()
	file := filepath.Join(s.Dir, "tocsin.db")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{
		"text":      []byte(strings.Repeat("this is no state file\n", 1000)),
		"cut":       whole[:6*4096], // the file is longer than what it holds
		"a few":     whole[:100],
		"scrambled": append(append([]byte{}, whole[:64]...), []byte(strings.Repeat("\xa5", len(whole)-64))...),
	} {
		if err := os.WriteFile(file, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s.Begin()
		code := s.Code(t)
		said := s.Log.String()
		if code == 0 || !strings.Contains(said, file) || strings.Contains(said, "goroutine ") {
			t.Errorf("%s: ended with code %d and said %q", name, code, said)
		}
		if left, err := os.ReadFile(file); err != nil || string(left) != string(damaged) {
			t.Errorf("%s: the damaged file was changed (%v)", name, err)
		}
	}
}
