package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

const owing = `
postmortem: {required_when: "true", due: 7d}
`

// tillNine is how long it is to the time of reminders on the first day.
const tillNine = 6 * time.Hour

// owe closes so many incidents of the west team: jason, its admin, owes their postmortems.
func (tw *town) owe(n int) {
	tw.Helper()
	for i := range n {
		inc, _, err := tw.engines[0].OpenIncident(context.Background(), incident.Opening{Title: fmt.Sprintf("Outage %d", i+1), Priority: "P1", Team: "west"})
		if err != nil {
			tw.Fatal(err)
		}
		if _, err := tw.engines[0].ActOnIncident(context.Background(), inc.Name(), incident.Action{Do: incident.Close, By: "jason"}); err != nil {
			tw.Fatal(err)
		}
		tw.settle()
	}
}

// reminded says when somebody was reminded, over what, and of which postmortems.
func (tw *town) reminded() (got string) {
	for i, m := range tw.phones.got {
		if m.Kind != page.Reminder {
			continue
		}
		var names []string
		for n := range 10 {
			if strings.Contains(m.Text, postmortem.Name(uint64(n))+" ") {
				names = append(names, postmortem.Name(uint64(n)))
			}
		}
		got += fmt.Sprintf("%v %s %s: %s\n", tw.phones.at[i].Sub(start).Truncate(time.Second), m.User.Name, m.Via, strings.Join(names, " "))
	}
	return got
}

func TestOneMessageRemindsOfEverythingThatAPersonOwes(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, owing)
	tw.owe(3)
	tw.wait(tillNine + time.Minute)
	want(t, tw.reminded(), "\n6h0m0s jason email: PM-1 PM-2 PM-3\n")
	m := tw.phones.got[len(tw.phones.got)-1]
	if m.Title != "3 postmortems want something of you" || m.Link != "" {
		t.Errorf("title %q, link %q", m.Title, m.Link)
	}
	for _, s := range tw.owed() {
		if p := s.Pages[0]; p.Status != page.Sent || p.Attempts != 1 {
			t.Errorf("%s: page %s after %d attempts", s.Name(), p.Status, p.Attempts)
		}
	}
	tw.wait(24 * time.Hour)
	want(t, tw.reminded(), "\n6h0m0s jason email: PM-1 PM-2 PM-3\n30h0m0s jason email: PM-1 PM-2 PM-3\n")
}

func (tw *town) owed() []*postmortem.State {
	tw.Helper()
	var list []*postmortem.State
	for n := range uint64(3) {
		s, err := tw.engines[len(tw.engines)-1].Postmortem(context.Background(), postmortem.Name(n+1))
		if err != nil {
			tw.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func TestWhatIsDoneBetweenTheReminderAndItsSendingIsNotInIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, owing)
	tw.owe(3)
	tw.clock.t = start.Add(tillNine)
	tw.step(1) // they are made, and wait for each other
	for _, name := range []string{"PM-1", "PM-3"} {
		if _, err := tw.engines[0].ActOnPostmortem(context.Background(), name, postmortem.Action{Do: postmortem.Waive, By: "jason", Note: "a drill"}); err != nil {
			t.Fatal(err)
		}
	}
	tw.wait(time.Minute)
	want(t, tw.reminded(), "\n6h0m0s jason email: PM-2\n")
	if m := tw.phones.got[len(tw.phones.got)-1]; m.Title != "PM-2, postmortem: Outage 2" {
		t.Errorf("title %q", m.Title)
	}
}

func TestTwoReplicasThatComeForTheSameRemindersSendOneMessage(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, owing)
	tw.owe(3)
	tw.clock.t = start.Add(tillNine)
	tw.step(1)
	tw.step(2)
	tw.clock.t = start.Add(tillNine + time.Second)
	tw.faults[0].before = func() { // between r1's look and its commit
		if _, err := tw.engines[1].Delivery.Step(context.Background(), tw.clock.t); err != nil {
			t.Error(err)
		}
	}
	if _, err := tw.engines[0].Delivery.Step(context.Background(), tw.clock.t); err != nil {
		t.Error(err)
	}
	tw.wait(time.Minute)
	want(t, tw.reminded(), "\n6h0m1s jason email: PM-1 PM-2 PM-3\n")
}

func TestRemindersComeOnceWhateverTheStoreDoes(t *testing.T) {
	t.Parallel()
	for n := range 5 {
		tw := newTown(t, 2, owing)
		tw.owe(3)
		tw.clock.t = start.Add(tillNine)
		tw.faults[0].lost, tw.faults[1].refused, tw.faults[1].conflicts = n, n, n
		tw.wait(5 * time.Minute)
		if got := strings.Count(tw.reminded(), "\n"); got != 1 || !strings.Contains(tw.reminded(), "PM-1 PM-2 PM-3") {
			t.Errorf("%d faults: reminded\n%s", n, tw.reminded())
		}
	}
}

func TestRemindersOutliveTheReplicaThatWasAboutToSendThem(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, owing)
	tw.owe(3)
	tw.clock.t = start.Add(tillNine)
	tw.frozen[1] = true
	tw.step(1)
	tw.crash(1)
	tw.frozen[1] = false
	tw.wait(5 * time.Minute)
	if got := tw.reminded(); !strings.HasSuffix(got, "jason email: PM-1 PM-2 PM-3\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("reminded\n%s", got)
	}
}

func TestAMessageThatIsRefusedIsTriedAgainAsOne(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, owing)
	tw.owe(3)
	refused := false
	tw.phones.fail = func(deliver.Message) error {
		if !refused {
			refused = true
			return deliver.RetryAfter(time.Minute, "the mail server is full")
		}
		return nil
	}
	tw.wait(tillNine + 5*time.Minute)
	want(t, tw.reminded(), "\n6h1m0s jason email: PM-1 PM-2 PM-3\n")
}
