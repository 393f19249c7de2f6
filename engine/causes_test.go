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
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// outage opens an incident of payments, which harms since the start.
func (tw *town) outage() *incident.State {
	tw.Helper()
	inc, _, err := tw.engines[0].OpenIncident(context.Background(), incident.Opening{Title: "Payments fail", Service: "payments", Priority: "P1", By: "ethan"})
	if err != nil {
		tw.Fatal(err)
	}
	return inc
}

// causes are the candidates in words.
func (tw *town) causes(name string, q engine.CausesQuery) (got engine.Causes, words []string) {
	tw.Helper()
	got, err := tw.engines[0].Causes(context.Background(), name, q)
	if err != nil {
		tw.Fatal(err)
	}
	for _, c := range got.Candidates {
		words = append(words, fmt.Sprintf("%s %s %v", c.Name(), c.When, c.Path))
	}
	return got, words
}

func TestAnIncidentShowsWhatWasDeployedOfItsServicesAndOfWhatTheyNeed(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services)
	tw.deploys("payments", "production", -26*time.Hour)
	tw.deploys("payments", "production", -2*time.Hour)
	tw.deploys("database", "prod-eu", -time.Hour)
	tw.deploys("payments", "staging", -50*time.Minute)
	tw.deploys("ledger", "production", -5*time.Minute, func(r *deployment.Report) {
		r.External, r.Status, r.FinishedAt = "l1", deployment.Started, time.Time{}
	})
	tw.deploys("ledger", "frankfurt", -4*time.Hour)
	tw.outage()
	tw.wait(30 * time.Minute)
	tw.deploys("payments", "production", 20*time.Minute)

	got, words := tw.causes("INC-1", engine.CausesQuery{})
	want(t, strings.Join(words, "\n"), `
DEP-7 during [payments]
DEP-5 running [payments ledger]
DEP-3 before [payments ledger database]
DEP-2 before [payments]
DEP-6 before [payments ledger]`)
	if !got.Harm.Equal(start) || !got.Since.Equal(start.Add(-24*time.Hour)) {
		t.Errorf("looked from %s for a harm since %s", got.Since, got.Harm)
	}
	if _, words := tw.causes("INC-1", engine.CausesQuery{LookBack: 48 * time.Hour, All: true}); len(words) != 7 {
		t.Errorf("all of two days are %v", words)
	}
}

func TestWhatIsDeployedDuringALongIncidentHidesNothingOfWhatCameBefore(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services)
	tw.deploys("ledger", "production", -3*time.Hour)
	tw.deploys("database", "production", -time.Hour)
	tw.outage()
	tw.wait(4 * time.Hour)
	for n := range 2100 {
		tw.deploys("payments", "production", time.Duration(n+1)*6*time.Second)
	}
	got, words := tw.causes("INC-1", engine.CausesQuery{})
	if len(words) != 50 || got.Left == 0 || words[49] != "DEP-1 before [payments ledger]" || words[48] != "DEP-2 before [payments ledger database]" {
		t.Errorf("%d are shown and %d left, the earliest %q", len(words), got.Left, words[max(0, len(words)-2):])
	}
	if !slices.IsSortedFunc(got.Candidates, func(a, b engine.Candidate) int { return b.StartedAt.Compare(a.StartedAt) }) {
		t.Errorf("not the latest first: %q", words)
	}
	if _, err := tw.engines[0].MarkCause(context.Background(), "INC-1", "DEP-2100", incident.Action{By: "ethan"}); err != nil {
		t.Fatal(err)
	}
	if got, words := tw.causes("INC-1", engine.CausesQuery{}); !got.Candidates[0].Cause {
		t.Errorf("what was marked is not shown: %q", words[:2])
	}
}

func TestAnIncidentShowsOpenAlertsOfWhatItNeeds(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services)
	tw.take(1, event.Event{DedupKey: "db", Title: "Replication lags", Service: "database", Priority: "P3"})
	tw.take(1, event.Event{DedupKey: "l", Title: "Ledger is slow", Service: "ledger", Priority: "P3"})
	tw.take(1, event.Event{DedupKey: "x", Title: "Elsewhere", Priority: "P3"})
	tw.outage()
	got, _ := tw.causes("INC-1", engine.CausesQuery{})
	var words []string
	for _, a := range got.Alerts {
		words = append(words, fmt.Sprint(a.Title, a.Path))
	}
	if want := []string{"Replication lags[payments ledger database]", "Ledger is slow[payments ledger]"}; !slices.Equal(words, want) {
		t.Errorf("related are %q, want %q", words, want)
	}
}

func TestTheCauseStaysWithTheIncidentWhenItsDeploymentIsDeleted(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services+"\nretention: {deployments: 7d}\n")
	ctx, e := context.Background(), tw.engines[0]
	tw.deploys("ledger", "production", -time.Hour, func(r *deployment.Report) {
		r.Version, r.By = "2.0", "amir"
		r.Commits = []deployment.Commit{{SHA: "0a1b2c3d4e5f6071829", Title: "Retry less", Author: "amir"}}
	})
	tw.outage()
	inc, err := e.MarkCause(ctx, "INC-1", "DEP-1", incident.Action{By: "darren", Note: "connections ran out"})
	if err != nil {
		t.Fatal(err)
	}
	if c := inc.Cause; c.Title != "ledger 2.0 to production" || !slices.Equal(c.Path, []string{"payments", "ledger"}) || c.MarkedBy != "darren" || len(c.Commits) != 1 {
		t.Errorf("the cause is %+v", c)
	}
	if last := inc.Timeline[len(inc.Timeline)-1]; last.Kind != "cause" || last.Text != "caused by DEP-1, ledger 2.0 to production: connections ran out" {
		t.Errorf("the timeline says %+v", last)
	}
	if got, _ := tw.causes("INC-1", engine.CausesQuery{}); !got.Candidates[0].Cause {
		t.Error("the candidate does not say that it is the cause")
	}
	tw.jump(8 * 24 * time.Hour)
	if _, err := e.Deployment(ctx, "DEP-1"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("it is still there: %v", err)
	}
	inc, err = e.Incident(ctx, "INC-1")
	if err != nil || inc.Cause.Deployment != "DEP-1" || inc.Cause.Commits[0].Title != "Retry less" {
		t.Errorf("%v: the cause is %+v", err, inc.Cause)
	}
	if text := incident.Markdown(inc, nil, 0, e.Env()); !strings.Contains(text, "## Cause\n\nDEP-1: ledger 2.0 to production, by amir") || !strings.Contains(text, "`0a1b2c3d4e` Retry less (amir)") {
		t.Errorf("the export says\n%s", text)
	}
	if inc, err = e.ActOnIncident(ctx, "INC-1", incident.Action{Do: incident.UnmarkCause, By: "darren"}); err != nil || !inc.Cause.IsZero() {
		t.Errorf("%v: the cause is %+v", err, inc.Cause)
	}
	var refused *incident.Refused
	if _, err := e.ActOnIncident(ctx, "INC-1", incident.Action{Do: incident.MarkCause}); !errors.As(err, &refused) {
		t.Errorf("no deployment at all: %v", err)
	}
	if _, err := e.MarkCause(ctx, "INC-1", "DEP-1", incident.Action{}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("one that is gone: %v", err)
	}
}

func TestWhatIsDeployedDuringAnIncidentIsInItsTimeline(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services)
	tw.deploys("payments", "production", -time.Hour)
	tw.outage()
	tw.wait(30 * time.Minute)
	tw.deploys("payments", "production", 10*time.Minute, func(r *deployment.Report) { r.By, r.Version = "amir", "1.4.3" })
	tw.deploys("ledger", "production", 11*time.Minute)
	_, lines, _, err := tw.engines[0].IncidentTimeline(context.Background(), "INC-1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		if l.Kind == "deployment" {
			got = append(got, l.At.Format("15:04 ")+l.By+" "+l.Text)
		}
	}
	want(t, strings.Join(got, "\n"), `
03:10 amir DEP-2 began: payments 1.4.3 to production
03:11 amir DEP-2 succeeded: payments 1.4.3 to production`)
}

func TestAPostmortemBeginsWithWhatWasDeployedAndWithTheCause(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services+"\npostmortem: {required_when: 'true'}\n")
	ctx, e := context.Background(), tw.engines[0]
	tw.deploys("payments", "production", -2*time.Hour)
	tw.deploys("ledger", "production", -time.Hour, func(r *deployment.Report) {
		r.Version, r.By, r.Commits = "2.0", "amir", []deployment.Commit{{SHA: "0a1b2c3d4e5f6071829", Title: "Retry less"}}
	})
	tw.outage()
	if _, err := e.MarkCause(ctx, "INC-1", "DEP-2", incident.Action{By: "darren", Note: "connections ran out"}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ActOnIncident(ctx, "INC-1", incident.Action{Do: incident.Close, By: "darren"}); err != nil {
		t.Fatal(err)
	}
	pm, err := e.Postmortem(ctx, "PM-1")
	if err != nil {
		t.Fatal(err)
	}
	want(t, pm.Sections["lead_up"], `
- 2026-03-09 01:00:00Z DEP-1: payments to production, 2 hours before the harm began
- 2026-03-09 02:00:00Z DEP-2: ledger 2.0 to production, by amir, 1 hour before the harm began, needed by payments (the cause)`)
	want(t, pm.Sections["fault"], `
- Caused by DEP-2: ledger 2.0 to production, by amir, 2026-03-09 02:00:00Z: connections ran out
  - 0a1b2c3d4e Retry less`)
}

func TestTheLeadUpHasWhatCameBeforeRatherThanTheLatest(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services+"\npostmortem: {required_when: 'true'}\n")
	tw.deploys("payments", "production", -2*time.Hour)
	tw.deploys("ledger", "production", -time.Hour)
	tw.outage()
	tw.wait(time.Hour)
	for n := range 30 {
		tw.deploys("payments", "production", time.Duration(n+1)*time.Minute)
	}
	if _, err := tw.engines[0].ActOnIncident(context.Background(), "INC-1", incident.Action{Do: incident.Close, By: "darren"}); err != nil {
		t.Fatal(err)
	}
	pm, err := tw.engines[0].Postmortem(context.Background(), "PM-1")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(pm.Sections["lead_up"]), "\n")
	if len(lines) != 21 || lines[0] != "- 12 other deployments" || !strings.Contains(lines[1], "DEP-1:") || !strings.Contains(lines[2], "DEP-2:") || !strings.Contains(lines[20], "DEP-20:") {
		t.Errorf("it begins with\n%s", pm.Sections["lead_up"])
	}
}

func TestAnIncidentIsClosedThoughDeploymentsCannotBeRead(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services+"\npostmortem: {required_when: 'true'}\n")
	tw.outage()
	tw.faults[0].unlisted = true
	if _, err := tw.engines[0].ActOnIncident(context.Background(), "INC-1", incident.Action{Do: incident.Close, By: "darren"}); err != nil {
		t.Error(err)
	}
	tw.faults[0].unlisted = false
	if pm, err := tw.engines[0].Postmortem(context.Background(), "PM-1"); err != nil || pm.Sections["lead_up"] != "" {
		t.Errorf("%v: it begins with %q", err, pm.Sections["lead_up"])
	}
}
