package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const services = standard + `
services: [{name: payments, team: west, depends_on: [ledger]}, {name: ledger, team: west, depends_on: [database]}, {name: database, team: west}]
`

// deploys reports a deployment that began so long after the start.
func (tw *town) deploys(service, environment string, after time.Duration, more ...func(*deployment.Report)) *deployment.State {
	tw.Helper()
	r := deployment.Report{Integration: "api", Service: service, Environment: environment, StartedAt: start.Add(after), FinishedAt: start.Add(after + time.Minute), Status: deployment.Succeeded}
	for _, f := range more {
		f(&r)
	}
	s, _, err := tw.engines[0].Deploy(context.Background(), r)
	if err != nil {
		tw.Fatal(err)
	}
	return s
}

func (tw *town) deployed(f deployment.Filter) (names []string) {
	tw.Helper()
	var before store.Cursor
	for {
		list, next, err := tw.engines[0].Deployments(context.Background(), f, before, 2)
		if err != nil {
			tw.Fatal(err)
		}
		for _, s := range list {
			names = append(names, s.Name())
		}
		if before = next; next == (store.Cursor{}) {
			return names
		}
	}
}

func TestADeploymentIsReportedByItsSendersIdUntilItIsOver(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services)
	ctx, e := context.Background(), tw.engines[0]
	r := deployment.Report{Integration: "ci", External: "build-7", Service: "payments", Environment: "production", Version: "1.4.2", Status: deployment.Started}
	first, fresh, err := e.Deploy(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	tw.wait(5 * time.Minute)
	again, more, err := e.Deploy(ctx, deployment.Report{Integration: "ci", External: "build-7", Status: deployment.Succeeded})
	if err != nil {
		t.Fatal(err)
	}
	if !fresh || more || again.Name() != "DEP-1" || again.ID != first.ID || again.Status != deployment.Succeeded || again.FinishedAt.Sub(again.StartedAt) != 5*time.Minute || again.Version != "1.4.2" {
		t.Errorf("it is %+v", again)
	}
	r.Integration = "other" // has ids of its own
	if other, _, err := e.Deploy(ctx, r); err != nil || other.Name() != "DEP-2" {
		t.Errorf("another integration's is %v, %v", other, err)
	}
	if found, err := e.Deployment(ctx, "DEP-1"); err != nil || found.External != "build-7" {
		t.Errorf("by name: %+v, %v", found, err)
	}
	if found, err := e.DeploymentOf(ctx, "ci", "build-7"); err != nil || found.Name() != "DEP-1" {
		t.Errorf("by the sender's id: %+v, %v", found, err)
	}
	if _, err := e.Deployment(ctx, "DEP-9"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("one that there is not: %v", err)
	}
}

func TestDeploymentsAreListedByServiceEnvironmentAndTime(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services)
	tw.deploys("payments", "production", -3*time.Hour)
	tw.deploys("payments", "staging", -2*time.Hour)
	tw.deploys("ledger", "prod-eu", -time.Hour)
	tw.deploys("payments", "production", -30*time.Minute)
	tw.deploys("payments", "production", -90*time.Minute) // told late
	for _, c := range []struct {
		f    deployment.Filter
		want string
	}{
		{deployment.Filter{}, "[DEP-4 DEP-3 DEP-5 DEP-2 DEP-1]"},
		{deployment.Filter{Service: "payments"}, "[DEP-4 DEP-5 DEP-2 DEP-1]"},
		{deployment.Filter{Service: "payments", Environment: "production"}, "[DEP-4 DEP-5 DEP-1]"},
		{deployment.Filter{Tier: deployment.Production}, "[DEP-4 DEP-3 DEP-5 DEP-1]"},
		{deployment.Filter{Since: start.Add(-2 * time.Hour), Until: start.Add(-time.Hour)}, "[DEP-5 DEP-2]"},
		{deployment.Filter{Service: "database"}, "[]"},
	} {
		if got := fmt.Sprint(tw.deployed(c.f)); got != c.want {
			t.Errorf("%+v: %s, want %s", c.f, got, c.want)
		}
	}
}

func TestADeploymentThatWaitedForItsApprovalIsFoundByWhenItBegan(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services)
	ctx, e := context.Background(), tw.engines[0]
	r := deployment.Report{Integration: "ci", External: "1", Service: "payments", Status: deployment.Pending}
	if _, _, err := e.Deploy(ctx, r); err != nil {
		t.Fatal(err)
	}
	tw.jump(48 * time.Hour)
	hour := deployment.Filter{Since: tw.clock.t.Add(-time.Hour), Until: tw.clock.t.Add(time.Hour)}
	if got := tw.deployed(hour); got != nil {
		t.Errorf("%v is there before it began", got)
	}
	r.Status = deployment.Started
	if _, _, err := e.Deploy(ctx, r); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(tw.deployed(hour)); got != "[DEP-1]" {
		t.Errorf("%s is there", got)
	}
}

func TestADeploymentGoesAtTheEndOfItsRetention(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services+"\nretention: {deployments: 7d}\n")
	tw.deploys("payments", "production", -time.Hour)
	tw.jump(6 * 24 * time.Hour)
	if got := tw.deployed(deployment.Filter{}); len(got) != 1 {
		t.Errorf("after six days: %v", got)
	}
	tw.jump(25 * time.Hour)
	if got := tw.deployed(deployment.Filter{}); len(got) != 0 {
		t.Errorf("after a week: %v", got)
	}
}

func TestNoDeploymentIsTakenWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, services)
	tw.faults[0].away = true
	_, _, err := tw.engines[0].Deploy(context.Background(), deployment.Report{Integration: "ci", Service: "payments"})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("it says %v", err)
	}
}
