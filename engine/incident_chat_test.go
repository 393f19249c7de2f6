package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

const chats = `
rules: [{to: "policy:standard"}]
incident: {slack: {}, conference: "https://meet.example.com/{{ incident.name }}"}
`

// rooms is a Slack that makes channels, one for each incident however often it is asked.
func (tw *town) rooms() {
	tw.phones.does = func(m deliver.Message) map[string]string {
		switch incident.ChatTask(m.Task.Do) {
		case incident.ChatCreate:
			id := fmt.Sprint("C", m.Incident.Number)
			return map[string]string{incident.ResultChannel: id, incident.ResultName: m.Task.Args["name"], incident.ResultURL: "https://example.slack.com/archives/" + id}
		case incident.ChatSummary:
			return map[string]string{incident.ResultTS: "1.1"}
		}
		return nil
	}
}

// tasks are what was done in Slack, in order.
func (tw *town) done() (did []string) {
	for _, m := range tw.phones.got {
		if m.Task != nil {
			did = append(did, m.Task.Do)
		}
	}
	return did
}

func TestAnIncidentIsFoundByItsChannelAndSaysWherePeopleMeet(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, chats)
	tw.rooms()
	inc := tw.declare(incident.Opening{Title: "Checkout fails", Priority: "P2", By: "ethan"})
	tw.wait(time.Minute)
	if did := tw.done(); !slices.Equal(did, []string{"create", "summary", "invite", "post"}) {
		t.Errorf("in Slack: %v", did)
	}
	found, err := tw.engines[1].IncidentInChat(context.Background(), "C1")
	if err != nil || found.Name() != inc.Name() || found.Chat.Name != "inc-1-checkout-fails" {
		t.Errorf("found %v, %v", found, err)
	}
	if _, err := tw.engines[1].IncidentInChat(context.Background(), "C2"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("another channel: %v", err)
	}
	tw.do(inc.Name(), incident.Action{Do: incident.AddResponder, User: "amir", By: "ethan"})
	if a := tw.stored(tw.call(inc, "user:amir").Alert); !strings.Contains(a.Description, "Conference: https://meet.example.com/INC-1") {
		t.Errorf("amir is told %q", a.Description)
	}
	said := incident.Message{At: start, By: "darren", Text: "all of APAC", Ref: incident.MessageRef("C1", "1.2"), LoggedBy: "ethan", Via: "slack"}
	if _, err := tw.engines[0].AddMessage(context.Background(), inc.Name(), said); err != nil {
		t.Fatal(err)
	}
	var refused *incident.Refused
	if _, err := tw.engines[1].AddMessage(context.Background(), inc.Name(), said); !errors.As(err, &refused) {
		t.Errorf("the same message again: %v", err)
	}
}

func TestAReplicaThatCrashesInTheMiddleLeavesTheChannelToAnother(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, chats)
	tw.rooms()
	hung := false
	tw.phones.hang = func(m deliver.Message) bool {
		if m.Task == nil || m.Task.Do != string(incident.ChatCreate) || hung {
			return false
		}
		hung = true
		return true
	}
	inc := tw.declare(incident.Opening{Title: "Checkout fails", By: "ethan"})
	tw.crash(1)
	tw.wait(time.Minute)
	if did := tw.done(); !slices.Equal(did, []string{"create", "summary", "invite", "post"}) {
		t.Errorf("in Slack: %v", did)
	}
	if again := tw.phones.got[0].Again; !again {
		t.Error("the second attempt does not know that it is one")
	}
	if got := tw.incident(inc.Name()); got.Chat.Status != incident.ChatOpen {
		t.Errorf("the channel is %+v", got.Chat)
	}
}

func TestSlackChannelsThatHangDelayNoPageInSlack(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, chats)
	tw.phones.hang = func(m deliver.Message) bool { return m.Task != nil }
	for i := range 40 { // more than may be under way at once
		tw.declare(incident.Opening{Title: fmt.Sprint("incident ", i), By: "ethan"})
	}
	tw.fire(event.Event{DedupKey: "disk", Title: "Disk full", Priority: "P1"})
	if n := tw.phones.to("ethan", "slack"); n != 1 {
		t.Errorf("ethan got %d pages in Slack while its channels hang", n)
	}
}
