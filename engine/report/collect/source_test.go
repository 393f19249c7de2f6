package collect_test

import (
	"context"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/report"
	"github.com/tocsin-oncall/tocsin/engine/report/collect"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// shelf has records, the newest first, and gives one at a time.
type shelf struct {
	alerts      []*alert.State
	incidents   []*incident.State
	deployments []*deployment.State
	read        int // incidents that were read
}

// one is the record at a place, and the place of the next.
func one[S any](list []S, at store.Cursor) ([]S, store.Cursor, error) {
	n := int(at.Order)
	if n >= len(list) {
		return nil, store.Cursor{}, nil
	}
	return list[n : n+1], store.Cursor{Order: at.Order + 1}, nil
}

func (s *shelf) Alerts(_ context.Context, _ engine.Filter, _ store.Cursor, _ int) ([]*alert.State, store.Cursor, error) {
	return s.alerts, store.Cursor{}, nil
}

func (s *shelf) Incidents(_ context.Context, _ []incident.Status, before store.Cursor, _ int) ([]*incident.State, store.Cursor, error) {
	s.read++
	return one(s.incidents, before)
}

func (s *shelf) Postmortems(context.Context, []postmortem.Status, store.Cursor, int) ([]*postmortem.State, store.Cursor, error) {
	return nil, store.Cursor{}, nil
}

func (s *shelf) Deployments(_ context.Context, _ deployment.Filter, before store.Cursor, _ int) ([]*deployment.State, store.Cursor, error) {
	return one(s.deployments, before)
}

func number(t *testing.T, r *report.Report, name string) report.Number {
	t.Helper()
	for _, n := range r.Numbers {
		if n.Name == name {
			return n
		}
	}
	t.Fatalf("no number %s", name)
	return report.Number{}
}

func TestIncidentsAreReadAsFarBackAsThePeriodBefore(t *testing.T) {
	t.Parallel()
	opened := func(at time.Time) *incident.State { return &incident.State{OpenedAt: at} }
	s := &shelf{incidents: []*incident.State{
		opened(april.AddDate(0, 0, 3)), opened(april.AddDate(0, 0, -3)), opened(april.AddDate(0, -1, -3)), opened(april.AddDate(0, -1, -5)),
		opened(april.AddDate(0, -3, 0)), opened(april.AddDate(0, -4, 0)), opened(april.AddDate(0, -5, 0)),
	}}
	r, err := collect.Report(context.Background(), s, report.Input{Period: march(t), Zone: time.UTC}, directory.Env{Now: april, Dir: &directory.Directory{}})
	if err != nil {
		t.Fatal(err)
	}
	if n := number(t, r, "incidents"); *n.Now.Value != 1 || *n.Before.Value != 2 {
		t.Errorf("%g incidents, %g before", *n.Now.Value, *n.Before.Value)
	}
	if s.read != 5 {
		t.Errorf("%d incidents were read, want none that is older than the first that is too old", s.read)
	}
}

func TestTheDirectorySaysWhereNightsAreAndWhoseAServiceIs(t *testing.T) {
	t.Parallel()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	dir := &directory.Directory{
		Users:    map[string]directory.User{"amir": {Name: "amir", Zone: tokyo}, "ethan": {Name: "ethan"}},
		Services: map[string]directory.Service{"payments": {Name: "payments", Team: "west"}},
	}
	at := april.AddDate(0, 0, -3).Add(18 * time.Hour) // three in the morning in Tokyo
	sent := func(n int, user string) page.Page {
		return page.Page{N: n, User: user, Via: "sms", Step: 1, Status: page.Sent, SentAt: at}
	}
	s := &shelf{
		alerts:      []*alert.State{{CreatedAt: at, Pages: []page.Page{sent(1, "amir"), sent(2, "ethan")}}},
		deployments: []*deployment.State{{Service: "payments", Status: deployment.Succeeded, FinishedAt: at}, {Service: "search", Status: deployment.Succeeded, FinishedAt: at}},
	}
	in := report.Input{Period: march(t), Zone: time.UTC}
	r, err := collect.Report(context.Background(), s, in, directory.Env{Now: april, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if n := number(t, r, "night_pages"); *n.Now.Value != 1 || r.People[0].User != "amir" {
		t.Errorf("%g pages at night, first of %+v", *n.Now.Value, r.People)
	}
	in.Filter.Teams = []string{"west"}
	if r, err = collect.Report(context.Background(), s, in, directory.Env{Now: april, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if n := number(t, r, "deployment_frequency"); n.Now.Of != 1 {
		t.Errorf("%d deployments of the team, want one", n.Now.Of)
	}
	in.Filter = report.Filter{Priorities: []string{"P1"}}
	if r, err = collect.Report(context.Background(), s, in, directory.Env{Now: april, Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if n := number(t, r, "deployment_frequency"); n.Now.Of != 0 {
		t.Errorf("%d deployments of a priority, want none", n.Now.Of)
	}
}
