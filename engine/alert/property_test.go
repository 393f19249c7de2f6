package alert_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
)

// life is a random alert to which anything may happen at any time.
type life struct {
	s      *alert.State
	env    directory.Env
	before alert.Status
	input  string // what happened last
	checks int
	stayed bool // it was never anything but open, and nobody chose its steps by hand
}

var targets = []string{"user:ethan", "user:amir", "user:jason", "user:gone", "team:west", "team:none", "channel:sre", "channel:gone"}

// people can be reached but for jason; the fallback is one of the policies.
func people() *directory.Directory {
	fast := []directory.Method{{Via: "slack"}, {Via: "sms", After: time.Minute}, {Via: "voice", After: 3 * time.Minute}}
	return &directory.Directory{
		Users: map[string]directory.User{
			"ethan": {Name: "ethan", Slack: "U1", Phone: "+1", Email: "e@example.com"},
			"amir":  {Name: "amir", Email: "a@example.com", Notify: &directory.Plans{High: []directory.Method{{Via: "email"}}}},
			"jason": {Name: "jason"},
		},
		Teams:         map[string]directory.Team{"west": {Name: "west", Members: []directory.Member{{User: "ethan"}, {User: "jason"}}}},
		Channels:      map[string]directory.Channel{"sre": {Name: "sre", Type: "slack", To: "#sre"}},
		Policies:      map[string]policy.Policy{},
		DefaultNotify: directory.Plans{High: fast}, HighUrgency: []string{"P1"},
		Vias: map[string]bool{"slack": true, "sms": true, "voice": true, "email": true},
		Zone: time.UTC, Fallback: "fallback",
		Retention: directory.Retention{Alerts: 90 * 24 * time.Hour},
	}
}

func drawPolicy(t *rapid.T, name string) policy.Policy {
	minutes := func(what string, least, most int) time.Duration {
		return time.Duration(rapid.IntRange(least, most).Draw(t, what)) * time.Minute
	}
	p := policy.Policy{Name: name, AckTimeout: minutes("ack timeout", 0, 60), ExhaustedAfter: minutes("grace", 0, 10)}
	var after time.Duration
	for range rapid.IntRange(1, 4).Draw(t, "steps") {
		step := policy.Step{After: after, Unless: rapid.SampledFrom([]policy.Unless{policy.UnlessAcked, policy.UnlessClosed}).Draw(t, "unless")}
		for range rapid.IntRange(1, 3).Draw(t, "targets") {
			step.Notify = append(step.Notify, drawTarget(t))
		}
		p.Steps = append(p.Steps, step)
		after += minutes("gap", 0, 30)
	}
	if rapid.Bool().Draw(t, "repeats") {
		p.Repeat = policy.Repeat{Every: minutes("every", 1, 90), Times: rapid.IntRange(1, 3).Draw(t, "times"), From: rapid.IntRange(0, len(p.Steps)-1).Draw(t, "from")}
	}
	return p
}

func drawTarget(t *rapid.T) policy.Target {
	target, err := policy.ParseTarget(rapid.SampledFrom(targets).Draw(t, "target"))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestWhateverHappensToAnAlertItsPromisesHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := born(t)
		l.check(t)
		t.Repeat(map[string]func(*rapid.T){
			"time":   l.time,
			"claim":  l.claim,
			"settle": l.settle,
			"report": l.report,
			"edit":   l.edit,
			"act":    l.act,
			"event":  l.event,
			"hold":   l.hold,
			"":       l.check,
		})
	})
}

func born(t *rapid.T) *life {
	dir := people()
	for _, name := range []string{"p", "fallback"} {
		dir.Policies[name] = drawPolicy(t, name)
	}
	if rapid.IntRange(0, 4).Draw(t, "no fallback") == 0 {
		dir.Fallback = ""
	}
	l := &life{env: directory.Env{Now: time.Date(2026, 3, 8, 9, 0, 0, 0, time.UTC), Dir: dir, Pick: func(int) int { return 0 }}, stayed: true}
	ev := event.Event{Status: event.Firing, DedupKey: "k", Title: "Disk full", Priority: "P1", ExpiresAt: l.expiry(t)}
	d := alert.Routing{Policy: rapid.SampledFrom([]string{"p", "fallback", "unknown"}).Draw(t, "policy"), Rule: "r", Incident: rapid.Bool().Draw(t, "incident")}
	switch rapid.IntRange(0, 9).Draw(t, "how") {
	case 0:
		d.Nobody = true
	case 1:
		d.Delay = time.Hour
	case 2, 3:
		d.GroupKey = "g"
		d.Group = rules.Group{Wait: time.Minute * time.Duration(rapid.IntRange(0, 2).Draw(t, "wait")), Limit: rapid.IntRange(0, 2).Draw(t, "limit")}
	case 4:
		d.Require = &rules.Require{Events: rapid.IntRange(2, 4).Draw(t, "required"), Within: time.Hour}
	case 5:
		d.AutoClose = time.Duration(rapid.IntRange(1, 300).Draw(t, "auto close")) * time.Minute
	case 6:
		dir.QuietHours = []directory.Quiet{{Window: "nights", Hours: nights(t), Priorities: []string{"P1"}}}
	}
	l.s, _ = alert.New(store.NewID(store.KindAlert, 3), 1, "prom", "k", ev, d, l.env)
	l.before, l.input = l.s.Status, "new"
	return l
}

func (l *life) expiry(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "expires") {
		return l.env.Now.Add(time.Duration(rapid.IntRange(1, 300).Draw(t, "expires after")) * time.Minute)
	}
	return time.Time{}
}

func (l *life) apply(t *rapid.T, name string, in alert.Input) {
	l.before, l.input = l.s.Status, name
	if _, err := alert.Apply(l.s, in, l.env); err != nil {
		if refused := new(alert.Refused); !errors.As(err, &refused) {
			t.Fatalf("%s: %v", name, err)
		}
	}
	l.stayed = l.stayed && l.s.Status == alert.Open && (l.input == "time" || l.input == "settle" || l.input == "report" || l.input == "claim")
}

func (l *life) time(t *rapid.T) {
	at := record.Wake(l.s, l.env)
	if at.IsZero() || rapid.Bool().Draw(t, "late") {
		at = l.env.Now.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "seconds")) * time.Second)
	}
	if at.After(l.env.Now) {
		l.env.Now = at
	}
	l.apply(t, "time", alert.Woken{})
}

// claim does what delivery does in the commit of a wake-up.
func (l *life) claim(t *rapid.T) {
	l.apply(t, "claim", alert.Woken{})
	for i := range l.s.Pages {
		p := &l.s.Pages[i]
		if !p.Due(l.env.Now) {
			continue
		}
		if unwanted(l.s, p) {
			t.Fatalf("page %+v may be claimed of an alert that is %s", p, l.s.Status)
		}
		p.Claim("r", l.env.Now)
	}
	for i := range l.s.Posts {
		if p := &l.s.Posts[i]; p.Due(l.env.Now) {
			p.Claim("r", l.env.Now)
		}
	}
}

func (l *life) pick(t *rapid.T, what string, of func(page.Page) bool) *page.Page {
	var found []int
	for i, p := range l.s.Pages {
		if of(p) {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		t.Skip("no page " + what)
	}
	return &l.s.Pages[rapid.SampledFrom(found).Draw(t, what)]
}

func (l *life) settle(t *rapid.T) {
	p := l.pick(t, "claimed", func(p page.Page) bool { return p.Attempts > 0 })
	out := page.Outcome{N: p.N, Fence: rapid.IntRange(max(1, p.Attempts-1), p.Attempts).Draw(t, "fence"), Ref: fmt.Sprint(p.N), Rev: l.s.Rev, Editable: p.Via == "slack"}
	switch rapid.IntRange(0, 3).Draw(t, "outcome") {
	case 0:
		out.Error, out.Permanent = "no such user", true
	case 1:
		out.Error, out.Wait = "busy", time.Duration(rapid.IntRange(0, 100).Draw(t, "wait"))*time.Second
	}
	l.apply(t, "settle", alert.Settled{Outcome: out})
}

func (l *life) report(t *rapid.T) {
	p := l.pick(t, "sent", func(p page.Page) bool { return p.Attempts > 0 })
	l.apply(t, "report", alert.Reported{Page: p.N, Ref: p.Ref, Delivered: rapid.Bool().Draw(t, "delivered"), Reason: "filtered"})
}

func (l *life) edit(t *rapid.T) {
	if len(l.s.Posts) == 0 {
		t.Skip("no posts")
	}
	p := rapid.SampledFrom(l.s.Posts).Draw(t, "post")
	in := alert.Posted{Via: p.Via, Ref: p.Ref, Fence: p.Attempts, Rev: l.s.Rev}
	if rapid.Bool().Draw(t, "fails") {
		in.Error, in.Permanent = "gone", rapid.Bool().Draw(t, "for good")
	}
	l.apply(t, "edit", in)
}

func (l *life) act(t *rapid.T) {
	do := rapid.SampledFrom([]alert.Do{alert.Ack, alert.Unack, alert.Snooze, alert.Escalate, alert.Assign, alert.AddResponder, alert.Note, alert.Close}).Draw(t, "do")
	l.apply(t, string(do), alert.Action{
		Do: do, By: rapid.SampledFrom([]string{"ethan", "amir"}).Draw(t, "by"), Note: "n", Target: drawTarget(t),
		Until: l.env.Now.Add(time.Duration(rapid.IntRange(-5, 90).Draw(t, "until")) * time.Minute),
	})
}

func (l *life) event(t *rapid.T) {
	ev := event.Event{Status: event.Firing, DedupKey: rapid.SampledFrom([]string{"k", "k2"}).Draw(t, "key"), ExpiresAt: l.expiry(t)}
	switch {
	case rapid.Bool().Draw(t, "resolved"):
		l.apply(t, "resolved", alert.Resolved{Event: ev, Keep: rapid.IntRange(0, 3).Draw(t, "keep") == 0})
	case l.s.Active() || l.s.Reopens(24*time.Hour, l.env.Now):
		l.apply(t, "fired", alert.Fired{Event: ev, ReopenWithin: 24 * time.Hour})
	case l.s.WantIncident:
		l.apply(t, "joined", alert.IncidentJoined{Incident: "INC-1"})
	}
}

func unwanted(s *alert.State, p *page.Page) bool {
	switch {
	case p.Kind != page.Escalation || s.Status == alert.Open:
		return false
	case s.Status == alert.Acked:
		return !p.Always
	case s.Status == alert.Snoozed:
		return !p.Always || p.Step > 0
	}
	return true
}

func (l *life) check(t *rapid.T) {
	s, now := l.s, l.env.Now
	l.checkStatus(t)
	seen := map[int]bool{}
	claimable := s.WantIncident
	for i := range s.Pages {
		p := &s.Pages[i]
		if seen[p.N] || p.N < 1 || p.N > s.Paged {
			t.Fatalf("page %d is there twice, or was never made", p.N)
		}
		seen[p.N] = true
		if p.Status == page.Pending && unwanted(s, p) {
			t.Fatalf("page %d to %s over %s is pending though the alert is %s", p.N, p.User, p.Via, s.Status)
		}
		claimable = claimable || p.Due(now)
	}
	for i := range s.Posts {
		claimable = claimable || s.Posts[i].Due(now)
	}
	wake := record.Wake(s, l.env)
	if gone := s.GoneAt(l.env); !claimable && !wake.IsZero() && wake.Before(now) && (gone.IsZero() || gone.After(now)) {
		t.Fatalf("wants to be woken at %v, which is over; it is %v", wake, now)
	}
	l.checkHeld(t)
	if s.Status == alert.Open && wake.IsZero() && s.ExhaustedAt.IsZero() && s.Policy != "" && (!s.Held() || !s.HeldUntil().IsZero()) {
		t.Fatalf("open, not exhausted, and waits for nothing: %+v", s.Runs)
	}
	if len(s.Timeline) > 400 || len(s.Pages) > 700 || len(s.Posts) > 50 {
		t.Fatalf("it grows: %d lines, %d pages, %d posts", len(s.Timeline), len(s.Pages), len(s.Posts))
	}
	if l.stayed {
		l.checkPeople(t)
	}
	l.checkEncoding(t)
}

func (l *life) checkStatus(t *rapid.T) {
	from, to := l.before, l.s.Status
	var by string
	switch {
	case from == to:
		return
	case from == alert.Closed:
		by = "fired"
	case to == alert.Acked:
		by = "ack"
	case to == alert.Snoozed:
		by = "snooze"
	default:
		return // closing and opening are possible in many ways, and by the passing of time
	}
	if l.input != by {
		t.Fatalf("%s made of %s what is %s", l.input, from, to)
	}
}

// checkPeople holds every step that was taken against what became of those it names.
func (l *life) checkPeople(t *rapid.T) {
	for _, run := range l.s.Runs {
		for n := range run.Next {
			if run.Round > 0 && n < run.Policy.Repeat.From {
				continue
			}
			who := l.env.Dir.Resolve(run.Policy.Steps[n].Notify, l.env.Now, l.env.Pick)
			for _, user := range who.Users {
				paged := slices.ContainsFunc(l.s.Pages, func(p page.Page) bool {
					return p.User == user && p.Run == run.ID && p.Round == run.Round && p.Step == n+1
				})
				if !paged && !slices.ContainsFunc(l.s.Timeline, func(e alert.Entry) bool {
					return e.Kind == "unreachable" && strings.HasPrefix(e.Text, user+" ")
				}) {
					t.Fatalf("step %d of %s names %s, who was neither paged nor written down as unreachable", n+1, run.Policy.Name, user)
				}
			}
		}
	}
}

func (l *life) checkEncoding(t *rapid.T) {
	data, err := json.Marshal(l.s)
	if err != nil {
		t.Fatal(err)
	}
	var back alert.State
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || !bytes.Equal(data, again) {
		t.Fatalf("stored twice it differs (error %v)\n%s\n%s", err, data, again)
	}
	if l.checks++; l.checks%16 != 1 {
		return // comparing every field takes its time
	}
	if diff := cmp.Diff(l.s, &back, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("it is not what was stored (-was +is)\n%s", diff)
	}
}
