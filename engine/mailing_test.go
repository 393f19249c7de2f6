package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

const telling = `
rules: [{to: "policy:standard"}]
incident:
  audiences:
    - name: stakeholders
      channels: [sre]
      email: [cto@example.com, "user:jason", "team:west", Jason@example.com]
      every: {P1: 30m}
      templates: {investigating: "We are looking into {{ incident.title }} ({{ incident.severity }}). Next update by {{ update.next }}."}
    - {name: customers, public: true}
`

// tell sends a status update by the first replica.
func (tw *town) tell(name, audience string, phase incident.Phase, text string) {
	tw.Helper()
	tw.do(name, incident.Action{Do: incident.Tell, By: "jason", Via: "api", Draft: incident.Draft{Audience: audience, Phase: phase, Text: text}})
}

// mailed are the updates that arrived since, by whom they reached, in the order of their names.
func (tw *town) mailed() []string {
	var list []string
	for _, m := range tw.phones.got {
		if m.Kind == page.Update {
			list = append(list, fmt.Sprintf("%s %s %q", m.Via, m.Address, m.Text))
		}
	}
	slices.Sort(list)
	return list
}

func (tw *town) subscribe(name, audience string, emails ...string) {
	tw.Helper()
	refused, err := tw.engines[0].Subscribe(context.Background(), name, audience, emails, "api:ops")
	if err != nil || len(refused) > 0 {
		tw.Fatal(refused, err)
	}
	tw.settle()
}

func (tw *town) subscribers(name, audience string) []*subscriber.State {
	tw.Helper()
	list, _, err := tw.engines[len(tw.engines)-1].Subscribers(context.Background(), name, audience, store.Cursor{}, 1000)
	if err != nil {
		tw.Fatal(err)
	}
	return list
}

func TestAStatusUpdateReachesEverybodyOfItsAudienceOnce(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, telling)
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	tw.subscribe(inc.Name(), "stakeholders", "ceo@example.com", "CTO@example.com")
	tw.tell(inc.Name(), "stakeholders", incident.Investigating, "")
	tw.wait(time.Minute)
	const text = `"We are looking into Payments fail (SEV1). Next update by 03:30 UTC."`
	want(t, strings.Join(tw.mailed(), "\n")+"\n", `
email CTO@example.com `+text+`
email amir@example.com `+text+`
email ceo@example.com `+text+`
email darren@example.com `+text+`
email ethan@example.com `+text+`
email jason@example.com `+text+`
slack #sre `+text+`
`)
	for _, m := range tw.phones.got {
		switch own := m.Address == "ceo@example.com" || m.Address == "CTO@example.com"; {
		case m.Kind != page.Update:
		case m.Via == "email" && m.Title != "Investigating: Payments fail":
			t.Errorf("the subject is %q", m.Title)
		case own != (m.Unsubscribe != "") || m.Link != "":
			t.Errorf("%s may leave by %q", m.Address, m.Unsubscribe)
		case m.Via == "slack" && (m.Update == nil || m.Update.N != 1 || m.Incident == nil):
			t.Errorf("the channel does not get the update itself: %+v", m.Update)
		}
	}
	if len(tw.incident(inc.Name()).Errands) > 0 {
		t.Error("it is still to be mailed")
	}
}

func TestEverybodyGetsEveryUpdateOnceAndInOrderWhateverTheStoreDoes(t *testing.T) {
	t.Parallel()
	for n := range 8 {
		tw := newTown(t, 2, telling)
		inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
		tw.subscribe(inc.Name(), "customers", "a@example.com", "b@example.com")
		tw.faults[1].refused, tw.faults[1].lost = n, n
		for k := range 3 {
			act := incident.Action{Do: incident.Tell, By: "jason", Draft: incident.Draft{
				Audience: "customers", Phase: incident.Investigating, Text: fmt.Sprint("update ", k), Request: fmt.Sprint("request-", k)}}
			for range 20 { // whoever gets an error tries again
				if _, err := tw.engines[1].ActOnIncident(context.Background(), inc.Name(), act); err == nil {
					break
				}
			}
		}
		tw.wait(5 * time.Minute)
		for _, to := range []string{"a@example.com", "b@example.com"} {
			var got []string
			for _, m := range tw.phones.got {
				if m.Address == to && !slices.Contains(got, m.Text) {
					got = append(got, m.Text)
				}
			}
			if !slices.Equal(got, []string{"update 0", "update 1", "update 2"}) {
				t.Errorf("%d faults: %s got %q", n, to, got)
			}
		}
		if u := tw.incident(inc.Name()).Updates; len(u) != 3 {
			t.Errorf("%d faults: %d updates, want 3", n, len(u))
		}
	}
}

func TestAMailingSurvivesTheReplicaThatBeganIt(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, telling)
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	var many []string
	for n := range 300 {
		many = append(many, fmt.Sprintf("user%d@example.com", n))
	}
	tw.subscribe(inc.Name(), "customers", many...)
	commits := 0
	tw.faults[0].loaded = func() { // dies when it has told some of them
		if commits++; commits == 3 {
			tw.faults[0].away = true
		}
	}
	_, _ = tw.engines[0].ActOnIncident(context.Background(), inc.Name(), incident.Action{Do: incident.Tell, By: "jason",
		Draft: incident.Draft{Audience: "customers", Text: "We look into it."}})
	tw.crash(1)
	begun := 0
	for _, s := range tw.subscribers(inc.Name(), "customers") {
		begun += s.Told
	}
	if begun == 0 || begun == 300 {
		t.Fatalf("it died when it had told %d: this shows nothing", begun)
	}
	tw.wait(5 * time.Minute)
	seen := map[string]int{}
	for _, m := range tw.phones.got {
		seen[m.Address]++
	}
	if len(seen) != 300 {
		t.Errorf("%d were told, want 300", len(seen))
	}
	if size := len(fmt.Sprint(tw.incident(inc.Name()))); size > 10_000 {
		t.Errorf("the incident has %d bytes: it grows with its subscribers", size)
	}
}

func TestWhoeverUnsubscribesGetsNothingMoreAndIsNotSubscribedAgain(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, telling)
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	tw.subscribe(inc.Name(), "customers", "a@example.com", "b@example.com")
	tw.tell(inc.Name(), "customers", incident.Investigating, "one")
	e := tw.engines[0]
	for _, m := range tw.phones.got {
		if m.Address != "a@example.com" {
			continue
		}
		tok, err := tw.signer.Open(m.Unsubscribe[strings.LastIndex(m.Unsubscribe, "/")+1:], tw.clock.t.AddDate(0, 6, 0))
		if err != nil {
			t.Fatal("the link does not work half a year later:", err)
		}
		if _, err := e.LeaveByLink(context.Background(), store.ID(tok.Subject)); err != nil {
			t.Fatal(err)
		}
	}
	refused, err := e.Subscribe(context.Background(), inc.Name(), "customers", []string{"a@example.com", "c@example.com"}, "api:ops")
	if err != nil || !slices.Equal(refused, []string{"a@example.com"}) {
		t.Errorf("refused %v, %v", refused, err)
	}
	if err := e.Unsubscribe(context.Background(), inc.Name(), "customers", "B@example.com"); err != nil {
		t.Error(err)
	}
	tw.tell(inc.Name(), "customers", incident.Monitoring, "two")
	tw.subscribe(inc.Name(), "customers", "b@example.com") // somebody with a key changes their mind
	tw.tell(inc.Name(), "customers", incident.Monitoring, "three")
	want(t, strings.Join(tw.mailed(), "\n")+"\n", `
email a@example.com "one"
email b@example.com "one"
email b@example.com "three"
email c@example.com "three"
email c@example.com "two"
`)
}

func TestAMailThatIsTriedAgainIsNotOvertakenByTheNext(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, telling)
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	tw.subscribe(inc.Name(), "customers", "a@example.com")
	tw.phones.refuse("email", errors.New("connection refused"))
	tw.tell(inc.Name(), "customers", incident.Investigating, "one")
	tw.wait(8 * time.Second)
	tw.phones.fail = nil
	tw.tell(inc.Name(), "customers", incident.PhaseOfResolved, "two") // while the first waits to be tried again
	tw.wait(time.Minute)
	var got []string
	for _, m := range tw.phones.got {
		got = append(got, m.Text)
	}
	if !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("arrived: %q", got)
	}
}

func TestAudiencesAreToldThoughTheMailServerIsAwayForHalfAnHour(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, telling)
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	tw.subscribe(inc.Name(), "customers", "a@example.com")
	tw.phones.refuse("email", errors.New("connection refused"))
	tw.tell(inc.Name(), "customers", incident.Investigating, "one")
	tw.wait(30 * time.Minute)
	tw.phones.fail = nil
	tw.wait(6 * time.Minute)
	if got := tw.mailed(); len(got) != 1 {
		t.Errorf("arrived: %q", got)
	}
}

func TestThousandsOfSubscribersKeepNobodyWaitingWhoIsPaged(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, telling+`
policies: [{name: amir, steps: [{notify: ["user:amir"]}], exhausted_after: 24h}]
`)
	setup := tw.setup()
	setup.Limits = map[string]deliver.Limit{"email": {Rate: 2}}
	tw.engines[0].Delivery.Configure(setup)
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	var many []string
	for n := range 600 {
		many = append(many, fmt.Sprintf("user%d@example.com", n))
	}
	tw.subscribe(inc.Name(), "customers", many...)
	tw.tell(inc.Name(), "customers", incident.Investigating, "We look into it.")
	tw.act(tw.fire(disk), alert.Action{Do: alert.Assign, By: "jason", Target: target(t, "user:amir")})
	tw.wait(2 * time.Second)
	if n := tw.phones.to("amir", "email"); n != 1 {
		t.Errorf("amir got %d pages while %d mails to subscribers wait", n, 600-len(tw.mailed()))
	}
	tw.wait(6 * time.Minute)
	if n := len(tw.mailed()); n != 600 {
		t.Errorf("%d subscribers were told, want all 600", n)
	}
}

func TestWhomTheConfigurationNamesNobodyTakesOut(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, telling)
	e := tw.engines[0]
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	tw.subscribe(inc.Name(), "stakeholders", "cto@example.com", "b@example.com")
	var refused *subscriber.Refused
	if err := e.Unsubscribe(context.Background(), inc.Name(), "stakeholders", "cto@example.com"); !errors.As(err, &refused) {
		t.Errorf("taking out whom the configuration names: %v", err)
	}
	if err := e.Unsubscribe(context.Background(), inc.Name(), "stakeholders", "b@example.com"); err != nil {
		t.Fatal(err)
	}
	tw.tell(inc.Name(), "stakeholders", incident.Investigating, "one")
	tw.reload(func(d *directory.Directory) { d.Incident.Audience("stakeholders").Emails = []string{"b@example.com"} }) // it names them now
	tw.tell(inc.Name(), "stakeholders", incident.Investigating, "two")
	var got []string
	for _, line := range tw.mailed() {
		if strings.Contains(line, " b@") {
			got = append(got, line)
		}
	}
	want(t, strings.Join(got, "\n"), `
email b@example.com "two"`)
}

func TestTheCommunicationsLeadIsRemindedOverTheirOwnWays(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, telling)
	inc := tw.declare(incident.Opening{Title: "Payments fail", Priority: "P1", By: "jason"})
	tw.do(inc.Name(), incident.Action{Do: incident.SetRole, By: "jason", Role: "communications", User: "ethan"})
	tw.tell(inc.Name(), "stakeholders", incident.Identified, "Known.")
	tw.phones.got = nil
	tw.wait(29 * time.Minute)
	if len(tw.phones.got) > 0 {
		t.Fatalf("too early:\n%s", tw.phones.log())
	}
	tw.wait(time.Minute)
	if len(tw.phones.got) != 1 || tw.phones.to("ethan", "slack") != 1 || tw.phones.got[0].Kind != page.Reminder {
		t.Errorf("arrived:\n%s", tw.phones.log())
	}
}
