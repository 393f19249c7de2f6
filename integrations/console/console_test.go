package console_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/console"
)

var three = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func now() time.Time { return three }

func checkout() *alert.State {
	return &alert.State{Number: 1042, Status: alert.Open, Priority: "P1", Title: "Checkout is down",
		Service: "checkout", Team: "it-west", Count: 3, Description: "5xx above 20 %\nsince the deploy"}
}

func toEthan() deliver.Message {
	return deliver.Message{Key: "k1", Via: "console", User: &directory.User{Name: "ethan"}, Alert: checkout(),
		Link: "http://127.0.0.1:8080/a/tok", NextText: "amir", NextAt: three.Add(10 * time.Minute), Zone: time.UTC}
}

func printed(t *testing.T, m deliver.Message, opts ...console.Option) string {
	t.Helper()
	var out bytes.Buffer
	got, err := console.New(&out, now, opts...).Send(context.Background(), m)
	if err != nil || !got.Delivered {
		t.Fatalf("Send = %+v, %v; want it delivered", got, err)
	}
	return out.String()
}

func TestAPageSaysWhatForWhomAndWhatComesNext(t *testing.T) {
	t.Parallel()
	want := `
2026-03-09 03:00:00 UTC  PAGE to ethan by console
  [P1] #1042 Checkout is down
  service checkout, team it-west, 3 times
  5xx above 20 %
  since the deploy
  next: amir at 03:10:00
  acknowledge:
  http://127.0.0.1:8080/a/tok
`
	if diff := cmp.Diff(want, printed(t, toEthan())); diff != "" {
		t.Error(diff)
	}
}

func TestTimesAreInTheZoneOfTheMessage(t *testing.T) {
	t.Parallel()
	m := toEthan()
	m.Zone = time.FixedZone("EDT", -4*3600)
	out := printed(t, m)
	if !strings.Contains(out, "2026-03-08 23:00:00 EDT") || !strings.Contains(out, "at 23:10:00") {
		t.Errorf("not in the zone of the message:\n%s", out)
	}
}

func TestABundleListsItsAlertsWithOneLink(t *testing.T) {
	t.Parallel()
	m := toEthan()
	m.Alert, m.NextText, m.NextAt = nil, "", time.Time{}
	for i := range 25 {
		m.Bundle = append(m.Bundle, &alert.State{Number: uint64(i + 1), Status: alert.Open, Priority: "P2", Title: "disk"})
	}
	out := printed(t, m)
	for _, want := range []string{"PAGE for 25 alerts to ethan", "[P2] #1 disk\n", "… and 5 more\n", "acknowledge all of them:\n  http://127.0.0.1:8080/a/tok\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
}

func TestNoticesAndRemindersSayTheirText(t *testing.T) {
	t.Parallel()
	notice := toEthan()
	notice.Kind, notice.Text = page.Notice, "amir has it"
	if out := printed(t, notice); !strings.Contains(out, "NOTICE to ethan by console\n  amir has it\n  [P1] #1042 Checkout is down\n") {
		t.Errorf("notice:\n%s", out)
	}
	update := deliver.Message{Kind: page.Update, Via: "console", Channel: &directory.Channel{Name: "sre"}, Title: "Checkout fails", Text: "We roll it back."}
	if out := printed(t, update); !strings.Contains(out, "STATUS UPDATE to channel sre by console\n  Checkout fails\n  We roll it back.\n") {
		t.Errorf("a status update is printed as %q", out)
	}
	reminder := deliver.Message{Kind: page.Reminder, Via: "console", Channel: &directory.Channel{Name: "sre"},
		Title: "Postmortem PM-3 is due", Text: "Due on Friday.", Link: "http://127.0.0.1:8080/pm/3"}
	want := "\n2026-03-09 03:00:00 UTC  REMINDER to channel sre by console\n  Postmortem PM-3 is due\n  Due on Friday.\n  see:\n  http://127.0.0.1:8080/pm/3\n"
	if diff := cmp.Diff(want, printed(t, reminder)); diff != "" {
		t.Error(diff)
	}
}

func TestATitleCannotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	m := toEthan()
	m.Alert.Title = "\x1b[2Jgone\r\n\u202Efake \xff" + strings.Repeat("x", 5000)
	out := printed(t, m)
	if strings.ContainsAny(out, "\x1b\r\u202e") || !utf8.ValidString(out) {
		t.Errorf("control characters came through: %q", out)
	}
	if len(out) > 1200 {
		t.Errorf("a monstrous title printed %d bytes", len(out))
	}
}

func TestColourOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	if out := printed(t, toEthan()); strings.Contains(out, "\x1b") {
		t.Errorf("coloured without being told so: %q", out)
	}
	if out := printed(t, toEthan(), console.WithColour()); !strings.Contains(out, "\x1b[1;31m[P1] #1042 Checkout is down\x1b[0m") {
		t.Errorf("not coloured: %q", out)
	}
}

type writes struct {
	mu  sync.Mutex
	all []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, string(p))
	return len(p), nil
}

func TestEachMessageIsOneWrite(t *testing.T) {
	t.Parallel()
	var w writes
	s := console.New(&w, now)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			m := toEthan()
			m.Alert.Number = uint64(i)
			if _, err := s.Send(context.Background(), m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(w.all) != 50 {
		t.Fatalf("%d writes for 50 messages", len(w.all))
	}
	for _, text := range w.all {
		if !strings.HasSuffix(text, "/a/tok\n") || strings.Count(text, "PAGE") != 1 {
			t.Errorf("not one whole message: %q", text)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, fmt.Errorf("broken pipe") }

func TestAFailedWriteIsTriedAgain(t *testing.T) {
	t.Parallel()
	_, err := console.New(broken{}, now).Send(context.Background(), toEthan())
	var retry *deliver.Retry
	if !errors.As(err, &retry) {
		t.Errorf("got %v, want a failure that may pass", err)
	}
}
