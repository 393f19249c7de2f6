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
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const looking = `
rules: [{to: "policy:standard"}]
incident:
  audiences:
    - {name: stakeholders, email: [cto@example.com]}
    - {name: customers, public: true}
postmortem:
  required_when: "true"
  retrospective: {to: ["team:west", "channel:sre", quality@example.com, CTO@example.com]}
`

// looked is an outage that is over, with subscribers, and its postmortem that is published.
func (tw *town) looked(customers ...string) {
	tw.Helper()
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	tw.subscribe(inc.Name(), "stakeholders", "board@example.com", "Ethan@example.com", "leaver@example.com")
	if len(customers) > 0 {
		tw.subscribe(inc.Name(), "customers", customers...)
	}
	tw.do(inc.Name(), incident.Action{Do: incident.Close, By: "jason"})
	tw.onPostmortem("PM-1", postmortem.Action{Do: postmortem.EditRetrospective, By: "jason", Letter: postmortem.Letter{Subject: "What we learned", Text: "We learned **much**."}})
	tw.onPostmortem("PM-1", postmortem.Action{Do: postmortem.Complete, By: "jason"})
	tw.settle()
	tw.phones.got = nil
}

func (tw *town) sendRetrospective(replica int) error {
	_, err := tw.engines[replica].ActOnPostmortem(context.Background(), "PM-1", postmortem.Action{Do: postmortem.SendRetrospective, By: "jason"})
	return err
}

// learnt is to whom the retrospective came, each with how often.
func (tw *town) learnt() []string {
	n := map[string]int{}
	for _, m := range tw.phones.got {
		if m.Kind == page.Update && m.Title == "What we learned" && m.Text == "We learned **much**." && m.Markdown {
			n[m.Address]++
		}
	}
	var list []string
	for to, times := range n {
		list = append(list, strings.TrimSuffix(fmt.Sprint(to, " ", times), " 1"))
	}
	slices.Sort(list)
	return list
}

// everybody is who gets it: nobody twice, and no customer.
const everybody = "#sre CTO@example.com Ethan@example.com amir@example.com board@example.com darren@example.com jason@example.com leaver@example.com quality@example.com"

func TestTheRetrospectiveReachesEverybodyOnceThoughTwoPressAtOnceAndTheStoreFails(t *testing.T) {
	t.Parallel()
	for n := range 8 {
		tw := newTown(t, 2, looking)
		tw.looked("customer@example.com")
		tw.faults[0].refused, tw.faults[0].lost, tw.faults[1].conflicts = n/2, n-n/2, n
		ok := 0
		for range 20 { // both press until they are told that it is sent
			for i := range tw.engines {
				switch err := tw.sendRetrospective(i); {
				case err == nil:
					ok++
				case errors.As(err, new(*postmortem.Refused)) && !strings.Contains(err.Error(), "sent by jason already"):
					t.Error(err)
				}
			}
		}
		tw.wait(5 * time.Minute)
		if got := strings.Join(tw.learnt(), " "); strings.ReplaceAll(got, " 2", "") != everybody || n == 0 && got != everybody {
			t.Errorf("%d faults: it reached %s", n, got)
		}
		if ok > 1 {
			t.Errorf("%d faults: it was sent %d times", n, ok)
		}
		pm, err := tw.engines[1].Postmortem(context.Background(), "PM-1")
		if err != nil || pm.Retrospective.To != 8 || !pm.Retrospective.MailAt.IsZero() {
			t.Errorf("%d faults: %+v, %v", n, pm.Retrospective, err)
		}
	}
}

func TestTheRetrospectiveSurvivesTheReplicaThatHandsItOut(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, strings.Replace(looking, "retrospective: {", "retrospective: {audience: customers, ", 1))
	var many []string
	for n := range 300 {
		many = append(many, fmt.Sprintf("user%d@example.com", n))
	}
	tw.looked(many...)
	if err := tw.sendRetrospective(0); err != nil {
		t.Fatal(err)
	}
	commits := 0
	tw.frozen[1] = true
	tw.faults[0].loaded = func() { // dies when it has told some of them
		if commits++; commits == 4 {
			tw.faults[0].away = true
		}
	}
	_, _ = tw.engines[0].Step(context.Background(), tw.clock.t)
	tw.crash(1)
	tw.frozen[1] = false
	begun := 0
	for _, s := range tw.subscribers("INC-1", "customers") {
		if _, got := s.GotRetrospective("PM-1"); got {
			begun++
		}
	}
	if begun == 0 || begun == 300 {
		t.Fatalf("it died when it had told %d: this shows nothing", begun)
	}
	tw.wait(5 * time.Minute)
	if got := len(tw.learnt()); got != 309 {
		t.Errorf("%d were told, want 309", got)
	}
	pm, _ := tw.engines[1].Postmortem(context.Background(), "PM-1")
	if size := len(fmt.Sprint(pm)); size > 10_000 {
		t.Errorf("the postmortem has %d bytes: it grows with who gets it", size)
	}
}

func TestWhoeverHasUnsubscribedGetsNoRetrospectiveWhoeverNamesThem(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, strings.Replace(looking, "quality@", "leaver@", 1))
	tw.looked()
	for _, s := range tw.subscribers("INC-1", "stakeholders") {
		if s.Email == "leaver@example.com" {
			if _, err := tw.engines[0].LeaveByLink(context.Background(), s.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tw.sendRetrospective(0); err != nil {
		t.Fatal(err)
	}
	tw.wait(time.Minute)
	if got := tw.learnt(); slices.ContainsFunc(got, func(to string) bool { return strings.HasPrefix(to, "leaver") }) || len(got) != 7 {
		t.Errorf("it reached %v", got)
	}
	for _, m := range tw.phones.got {
		if m.Title == "What we learned" && (m.Unsubscribe != "") != (m.Address == "board@example.com" || m.Address == "Ethan@example.com") {
			t.Errorf("%s may leave by %q", m.Address, m.Unsubscribe)
		}
	}
	pm, _ := tw.engines[0].Postmortem(context.Background(), "PM-1")
	if last := pm.Timeline[len(pm.Timeline)-1].Text; last != "the retrospective goes to 6 addresses; not to 1 other that has unsubscribed" {
		t.Errorf("said: %s", last)
	}
}

func TestThoseWhoCannotBeReachedAreShownAndOthersGetIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, looking)
	tw.looked()
	tw.phones.fail = func(m deliver.Message) error {
		if m.Address == "board@example.com" {
			return deliver.Permanent("mailbox full")
		}
		return nil
	}
	if err := tw.sendRetrospective(0); err != nil {
		t.Fatal(err)
	}
	tw.wait(time.Minute)
	pm, _ := tw.engines[0].Postmortem(context.Background(), "PM-1")
	readers, err := tw.engines[0].RetrospectiveReaders(context.Background(), pm)
	if err != nil {
		t.Fatal(err)
	}
	failed := func(r engine.Reader) bool { p, _ := r.State.GotRetrospective("PM-1"); return p.Status == page.Failed }
	if i := slices.IndexFunc(readers.List, failed); len(readers.List) != 8 || i < 0 || readers.List[i].Email != "board@example.com" {
		t.Errorf("readers: %+v", readers.List)
	}
	// Who is subscribed now is too late for it.
	tw.subscribe("INC-1", "stakeholders", "late@example.com")
	tw.wait(time.Hour)
	if readers, _ = tw.engines[0].RetrospectiveReaders(context.Background(), pm); len(readers.List) != 8 || slices.Contains(tw.learnt(), "late@example.com") {
		t.Errorf("readers: %+v", readers.List)
	}
}

func TestARetrospectiveThatCannotBeReadIsSentLater(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, looking)
	tw.looked()
	if err := tw.sendRetrospective(0); err != nil {
		t.Fatal(err)
	}
	tw.settleStep()
	tw.settleStep()
	tw.faults[0].away = true
	tw.send()
	tw.faults[0].away = false
	tw.wait(10 * time.Minute)
	if got := strings.Join(tw.learnt(), " "); got != everybody {
		t.Errorf("it reached %s", got)
	}
	if list, _, err := tw.engines[0].Postmortems(context.Background(), nil, store.Cursor{}, 10); err != nil || len(list) != 1 {
		t.Error(list, err)
	}
}
