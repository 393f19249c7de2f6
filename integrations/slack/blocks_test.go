package slack_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

var update = flag.Bool("update", false, "write testdata anew")

func redirecting(t *testing.T, to string) string {
	t.Helper()
	s := httptest.NewServer(http.RedirectHandler(to, http.StatusTemporaryRedirect))
	t.Cleanup(s.Close)
	return s.URL + "/api/"
}

// The files of testdata can be pasted into Slack's Block Kit Builder.
func TestHowAnAlertLooks(t *testing.T) {
	t.Parallel()
	open := toSRE()
	acked, closed, snoozed, bundle, notice := toSRE(), toSRE(), toSRE(), toSRE(), toSRE()
	acked.Alert.Status, acked.Alert.AckedBy, acked.Alert.AckedAt = alert.Acked, "amir", three.Add(time.Minute)
	closed.Alert.Status, closed.Alert.ClosedBy, closed.Alert.ClosedAt = alert.Closed, "amir", three.Add(time.Hour)
	snoozed.Alert.Status, snoozed.Alert.SnoozedUntil = alert.Snoozed, three.Add(time.Hour)
	bundle.Alert, bundle.Bundle = nil, []*alert.State{checkout(), {ID: id, Number: 1043, Priority: "P3", Title: "Disk", Status: alert.Open}}
	notice.Kind, notice.Text = page.Notice, "amir has acknowledged it."
	for name, m := range map[string]deliver.Message{
		"open": open, "acked": acked, "closed": closed, "snoozed": snoozed, "bundle": bundle, "notice": notice,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := slacktest.Start(t)
			send(t, sender(t, server), m)
			posted := server.Messages()[0]
			got, err := json.MarshalIndent(map[string]any{"text": posted.Text, "blocks": posted.Blocks}, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
				t.Errorf("%s (if it is meant, run with -update and review): %s", file, diff)
			}
		})
	}
}

func TestEveryAlertIsAMessageThatSlackTakes(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	s := sender(t, server)
	text := rapid.OneOf(
		rapid.String(),
		rapid.StringOfN(rapid.RuneFrom([]rune("&<>*`~_\n\x00\u202e😀é a")), 0, 5000, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 200), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{"", " ", "https://example.com/a b?c=<d>", "http://", "javascript:alert(1)", "https://[::1", "//x"}),
	)
	instant := rapid.Map(rapid.Int64Range(0, 4e9), func(s int64) time.Time {
		if s%3 == 0 {
			return time.Time{}
		}
		return time.Unix(s, 0)
	})
	states := rapid.Custom(func(t *rapid.T) *alert.State {
		return &alert.State{
			ID: store.ID(id), Number: rapid.Uint64().Draw(t, "number"), Count: rapid.Int().Draw(t, "count"),
			Status:   rapid.SampledFrom([]alert.Status{alert.Open, alert.Acked, alert.Snoozed, alert.Closed}).Draw(t, "status"),
			Priority: text.Draw(t, "priority"), Title: text.Draw(t, "title"), Description: text.Draw(t, "description"),
			Source: text.Draw(t, "source"), Service: text.Draw(t, "service"), Team: text.Draw(t, "team"),
			Link: text.Draw(t, "link"), Runbook: text.Draw(t, "runbook"), AckedBy: text.Draw(t, "by"), ClosedBy: text.Draw(t, "by"),
			Labels: rapid.MapOfN(text, text, 0, 40).Draw(t, "labels"), AckedAt: instant.Draw(t, "acked"), ClosedAt: instant.Draw(t, "closed"),
			CreatedAt: instant.Draw(t, "created"), StartsAt: instant.Draw(t, "starts"), SnoozedUntil: instant.Draw(t, "snoozed"), RecoveredAt: instant.Draw(t, "recovered"),
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		m := deliver.Message{Via: "slack", Address: "#sre", Title: text.Draw(rt, "heading"), Text: text.Draw(rt, "text"), Link: text.Draw(rt, "ack"),
			NextText: text.Draw(rt, "next"), NextAt: instant.Draw(rt, "at"), Kind: rapid.SampledFrom([]page.Kind{page.Escalation, page.Notice, page.Reminder}).Draw(rt, "kind")}
		switch rapid.IntRange(0, 3).Draw(rt, "subject") {
		case 0:
			m.Bundle = rapid.SliceOfN(states, 2, 30).Draw(rt, "bundle")
		case 1: // words only
		default:
			m.Alert = states.Draw(rt, "alert")
		}
		if _, err := s.Send(t.Context(), m); err != nil {
			rt.Fatalf("%v\n%+v", err, m)
		}
	})
}

func TestAMonstrousAlertIsCutToWhatSlackTakes(t *testing.T) {
	t.Parallel()
	server := slacktest.Start(t)
	m := toSRE()
	huge := string(make([]byte, 100)) + "&<😀"
	for len(huge) < 1<<20 {
		huge += huge
	}
	a := m.Alert
	a.Title, a.Description, a.Service, a.Team, a.Source, a.Priority, a.Link, a.Runbook = huge, huge, huge, huge, huge, huge, "https://x/"+huge, huge
	a.Labels = map[string]string{}
	for i := range 1000 {
		a.Labels[string(rune('a'+i%26))+time.Duration(i).String()] = huge[:5000]
	}
	m.NextText = huge
	send(t, sender(t, server), m)
	if server.Messages()[0].Button(slack.ActionAck) == nil {
		t.Error("the button is gone")
	}
}

func decoded(t *testing.T, body string) string {
	t.Helper()
	var answer struct {
		Type string `json:"response_type"`
		Text string `json:"text"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Type != "ephemeral" {
		t.Fatalf("answered %q: %v; want an ephemeral message", body, err)
	}
	return answer.Text
}
