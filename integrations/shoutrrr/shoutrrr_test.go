package shoutrrr_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/shoutrrr"
)

// These tests run one after another: shoutrrr sends over Go's default transport, whose connections are closed with any
// test server that ends.

var now = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

// target is the URL of shoutrrr's generic service, which posts to the server.
func target(server *httptest.Server) string {
	return "generic://" + strings.TrimPrefix(server.URL, "http://") + "/hook-token?disabletls=yes&key=query-token"
}

func message(url string) deliver.Message {
	return deliver.Message{
		Key: "a0f-1/3", Channel: &directory.Channel{Name: "chat", Type: "shoutrrr", URL: url},
		Alert:  &alert.State{Number: 1042, Priority: "P1", Title: "Disk\nfull", Description: "97% of /var"},
		Link:   "https://oncall.example.com/a/token",
		NextAt: now, NextText: "amir", Zone: time.FixedZone("EST", -5*3600),
	}
}

// record answers 200 and hands on what was posted.
func record(t *testing.T) (*httptest.Server, <-chan string) {
	posted := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted <- string(body)
	}))
	t.Cleanup(server.Close)
	return server, posted
}

func TestEveryKindOfMessageIsPlainText(t *testing.T) {
	server, posted := record(t)
	pages := message(target(server))
	notice, bundle, reminder := pages, pages, pages
	notice.Kind, notice.Text = page.Notice, "Acknowledged by amir"
	bundle.Alert, bundle.Bundle = nil, []*alert.State{pages.Alert, {Number: 7, Priority: "P2", Title: "CPU hot"}}
	reminder.Alert, reminder.Kind, reminder.Title, reminder.Text = nil, page.Reminder, "PM-7 is due", "Owner: ethan"
	for want, m := range map[string]deliver.Message{
		"P1 #1042 Disk full\n97% of /var\nAcknowledge: https://oncall.example.com/a/token\nNext: amir at 22:00 EST": pages,
		"#1042 Disk full: Acknowledged by amir": notice,
		"2 alerts, worst first:\nP1 #1042 Disk full\nP2 #7 CPU hot\nAcknowledge all: https://oncall.example.com/a/token": bundle,
		"PM-7 is due\nOwner: ethan\nhttps://oncall.example.com/a/token":                                                  reminder,
	} {
		if _, err := shoutrrr.New().Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if got := <-posted; got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestABadURLFailsForGoodAndIsNotRepeated(t *testing.T) {
	for _, url := range []string{
		"", "hook-token", "nosuchservice://hook-token@id", "discord://hook-token", "telegram://hook-token@telegram",
		"pushover://hook-token", "generic+nonsense", "://hook-token", "slack://hook-token", "ntfy://%zzhook-token",
		"matrix://hook-token", "smtp://hook-token", "teams+https://hook-token",
	} {
		_, err := shoutrrr.New().Send(t.Context(), message(url))
		if !errors.Is(err, deliver.ErrPermanent) || strings.Contains(err.Error(), "hook-token") {
			t.Errorf("%q: %v", url, err)
		}
		if err := shoutrrr.Validate(url); err == nil || strings.Contains(err.Error(), "hook-token") {
			t.Errorf("Validate(%q) = %v", url, err)
		}
	}
}

func TestGoodURLsPassTheCheckWithoutAnyRequest(t *testing.T) {
	for _, url := range []string{
		"discord://token@123456789", "ntfy://ntfy.sh/topic", "gotify://example.com/AbCdEf123456789",
		"matrix://user:password@matrix.invalid/?rooms=x", "generic://example.com/hook", "generic+https://example.com/hook",
		"telegram://110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0@telegram?chats=@channel",
	} {
		if err := shoutrrr.Validate(url); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestAFailureIsTriedAgainAndKeepsTheSecret(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no: "+r.URL.String(), http.StatusInternalServerError)
	}))
	url := target(server)
	for _, state := range []string{"refuses", "is away"} {
		_, err := shoutrrr.New().Send(t.Context(), message(url))
		var retry *deliver.Retry
		if !errors.As(err, &retry) || errors.Is(err, deliver.ErrPermanent) {
			t.Errorf("a server that %s: %v", state, err)
		}
		for _, secret := range []string{"hook-token", "query-token", strings.TrimPrefix(server.URL, "http://")} {
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("a server that %s: %q in %v", state, secret, err)
			}
		}
		server.Close()
	}
}

func TestASlowServiceIsLeftBehindAndNotSentTwice(t *testing.T) {
	arrived, release := make(chan struct{}, 10), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}))
	t.Cleanup(server.Close)
	s, m := shoutrrr.New(), message(target(server))

	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	for range 3 { // the first is left behind; the others find it still running
		_, err := s.Send(ctx, m)
		var retry *deliver.Retry
		if !errors.As(err, &retry) || !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want a retry", err)
		}
	}
	close(release)
	server.Close() // waits for what it has begun
	if len(arrived) > 0 {
		t.Errorf("the message was sent %d times", 1+len(arrived))
	}
}
