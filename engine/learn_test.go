package engine_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

const learned = `
services: [{name: db, team: west}, {name: checkout, team: west, depends_on: [db]}]
rules: [{incident: 'priority == "P1"', to: "policy:standard"}]
postmortem: {required_when: 'incident.priority == "P1"', due: 7d}
retention: {incidents: 30d, postmortems: 30d}
`

// newReaders starts replicas that search.
func newReaders(t *testing.T, replicas int) *town {
	t.Helper()
	tw := newTown(t, replicas, learned)
	for i := range replicas {
		index, err := search.Open()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = index.Close() })
		tw.engines[i] = engine.New(engine.Options{
			Store: tw.faults[i], Replica: fmt.Sprintf("r%d", i+1), World: tw.world(learned), Index: index,
			Run:  func(f func()) { tw.tasks = append(tw.tasks, task{i, f}) },
			Pick: func(int) int { return 0 }, Watch: tw.counts, Log: slog.New(slog.NewTextHandler(&tw.site.log, nil)),
		})
		tw.engines[i].Delivery.Configure(tw.setup())
	}
	return tw
}

// learn lets replicas read what there is, for as long as they want to go on at once.
func (tw *town) learn() {
	tw.Helper()
	for _, e := range tw.engines {
		for range 50 {
			now := e.Now()
			next, err := e.Learn(tw.Context(), now)
			if err != nil {
				tw.Fatal(err)
			}
			if next.After(now) {
				break
			}
		}
		if _, err := e.Learn(tw.Context(), e.Now()); err != nil {
			tw.Fatal(err)
		}
	}
	tw.settle()
}

// found is what a replica finds, best first.
func (tw *town) found(replica int, query string) string {
	tw.Helper()
	q, err := search.Parse(query)
	if err != nil {
		tw.Fatal(err)
	}
	list, total, err := tw.engines[replica].Search(tw.Context(), search.Wish{Query: q, Limit: 10})
	if err != nil || total != len(list) {
		tw.Fatal(list, total, err)
	}
	var names []string
	for _, f := range list {
		if f.Incident != nil {
			names = append(names, f.Incident.Name())
		} else {
			names = append(names, f.Postmortem.Name())
		}
	}
	return strings.Join(names, " ")
}

func (tw *town) onIncident(name string, act incident.Action) *incident.State {
	tw.Helper()
	s, err := tw.engines[0].ActOnIncident(tw.Context(), name, act)
	if err != nil {
		tw.Fatal(err)
	}
	tw.settle()
	return s
}

func (tw *town) onPostmortem(name string, act postmortem.Action) *postmortem.State {
	tw.Helper()
	s, err := tw.engines[0].ActOnPostmortem(tw.Context(), name, act)
	if err != nil {
		tw.Fatal(err)
	}
	return s
}

// exhausted is an incident of 9 March whose pool was empty, with its postmortem.
func (tw *town) exhausted() {
	tw.fire(event.Event{DedupKey: "pool", Title: "Connection pool of checkout exhausted", Priority: "P1", Service: "checkout",
		Labels: map[string]string{"alertname": "PoolExhausted", "region": "apac"}, Tags: []string{"database"}})
	tw.onIncident("INC-1", incident.Action{Do: incident.Note, By: "darren", Note: "pgbouncer refuses clients"})
	tw.onIncident("INC-1", incident.Action{Do: incident.Resolve, By: "darren", Note: "rolled back to 4.1"})
	tw.onIncident("INC-1", incident.Action{Do: incident.Close, By: "darren"})
	leak := "resource leak"
	cause := "Nothing closes a connection after an error"
	tw.onPostmortem("PM-1", postmortem.Action{Do: postmortem.Update, By: "darren", Edit: postmortem.Edit{
		Sections: map[string]string{"summary": "A release leaked connections.", "dependencies_performed": "- db: it refused clients at 100 connections\n- queue:\n"},
		Causes:   []postmortem.CauseEdit{{Text: &cause, Category: &leak}}, Lessons: []postmortem.LessonEdit{{Text: "Every pool needs an alarm."}},
		AddTags: []string{"Capacity"}, RemoveTags: []string{"DATABASE"},
	}})
}

func TestNothingIsSearchedBeforeEverythingIsRead(t *testing.T) {
	t.Parallel()
	tw := newReaders(t, 1)
	tw.exhausted()
	_, _, err := tw.engines[0].Search(t.Context(), search.Wish{Kind: search.Incident, Limit: 1})
	if late := (*engine.NotLearned)(nil); !errors.As(err, &late) {
		t.Error("before:", err)
	}
	if _, err := tw.engines[0].SimilarIncidents(t.Context(), "INC-1", 3); err == nil {
		t.Error("compared with nothing")
	}
	tw.learn()
	if got := tw.found(0, "pgbouncer"); got != "INC-1" {
		t.Error("afterwards:", got)
	}
}

func TestWhatAReplicaCommitsIsFoundThereAtOnceAndElsewhereSoon(t *testing.T) {
	t.Parallel()
	tw := newReaders(t, 2)
	tw.learn()
	tw.exhausted()
	if got := tw.found(0, "connection -gadget"); got != "PM-1 INC-1" && got != "INC-1 PM-1" {
		t.Error("where it was committed:", got)
	}
	if got := tw.found(1, "connection"); got != "" {
		t.Error("elsewhere, too early:", got)
	}
	tw.clock.t = tw.clock.t.Add(5 * time.Second)
	tw.learn()
	if got := tw.found(1, "pgbouncer"); got != "INC-1" {
		t.Error("elsewhere:", got)
	}
	tw.onIncident("INC-1", incident.Action{Do: incident.Note, By: "amir", Note: "seen again in gamma"})
	tw.clock.t = tw.clock.t.Add(5 * time.Second)
	tw.learn()
	if got := tw.found(1, "gamma"); got != "INC-1" {
		t.Error("a closed one that changed elsewhere:", got)
	}
}

func TestADeletedRecordLeavesEveryIndex(t *testing.T) {
	t.Parallel()
	tw := newReaders(t, 2)
	tw.exhausted()
	tw.onPostmortem("PM-1", postmortem.Action{Do: postmortem.Complete, By: "darren"})
	tw.learn()
	if got := tw.found(1, "leaked"); got != "PM-1" {
		t.Fatal("before:", got)
	}
	tw.jump(20 * 24 * time.Hour)
	tw.jump(20 * 24 * time.Hour)
	for range 3 { // a round of each list, and one to notice
		tw.clock.t = tw.clock.t.Add(5 * time.Second)
		tw.learn()
	}
	for replica := range 2 {
		if got := tw.found(replica, "leaked") + tw.found(replica, "pgbouncer"); got != "" {
			t.Errorf("replica %d finds %s", replica, got)
		}
	}
}

func TestWhatAReplicaOfANewerVersionWroteHidesNothingElse(t *testing.T) {
	t.Parallel()
	tw := newReaders(t, 1)
	tw.exhausted()
	tw.declare(incident.Opening{Title: "pool of the shop", Priority: "P3"})
	tw.learn()
	old := tw.incident("INC-1")
	r, err := tw.store.Load(t.Context(), old.ID)
	if err != nil {
		t.Fatal(err)
	}
	newer := store.Change{ID: old.ID, Expect: r[0].Version, Data: []byte(`{"v":99}`), Join: []string{incident.ListOf(incident.Closed)}, Order: old.OpenedAt.UnixMilli()}
	if err := tw.store.Commit(t.Context(), store.Tx{newer})[0]; err != nil {
		t.Fatal(err)
	}
	if got := tw.found(0, "title:pool"); got != "INC-2 PM-1" && got != "PM-1 INC-2" {
		t.Errorf("found %s", got)
	}
	if _, err := tw.engines[0].SimilarIncidents(t.Context(), "INC-2", 3); err != nil {
		t.Error(err)
	}
	for range 10 {
		tw.clock.t = tw.clock.t.Add(5 * time.Second)
		tw.learn()
	}
	if n := strings.Count(tw.site.log.String(), "it is not searched"); n != 1 {
		t.Errorf("said %d times", n)
	}
}

func TestAnOutageOfTheStoreLosesNothingThatWasToBeLearned(t *testing.T) {
	t.Parallel()
	tw := newReaders(t, 1)
	tw.learn()
	tw.exhausted()
	tw.faults[0].away = true
	if _, _, err := tw.engines[0].Search(t.Context(), search.Wish{Kind: search.Incident, Limit: 1}); !errors.Is(err, store.ErrUnavailable) {
		t.Error(err)
	}
	tw.faults[0].away = false
	if got := tw.found(0, "pgbouncer"); got != "INC-1" {
		t.Error(got)
	}
}

func TestANewIncidentSaysOnceWhichOneItIsLikeAndWhatHelped(t *testing.T) {
	t.Parallel()
	tw := newReaders(t, 2)
	tw.exhausted()
	tw.fire(event.Event{DedupKey: "disk", Title: "Disk of db-3 full", Priority: "P1", Service: "db", Labels: map[string]string{"alertname": "DiskFull"}})
	tw.learn()
	tw.fire(event.Event{DedupKey: "pool-2", Title: "Connection pool of checkout exhausted in emea", Priority: "P1", Service: "checkout",
		Labels: map[string]string{"alertname": "PoolExhausted", "region": "emea"}, Tags: []string{"database"}})
	for range 3 {
		tw.clock.t = tw.clock.t.Add(5 * time.Second)
		tw.learn()
	}
	inc, err := tw.engines[1].Incident(t.Context(), "INC-3")
	if err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, e := range inc.Timeline {
		if e.Kind == "similar" {
			notes = append(notes, e.Text)
		}
	}
	if len(notes) != 1 || notes[0] != "similar to INC-1 (Connection pool of checkout exhausted)" {
		t.Errorf("%q", notes)
	}
	list, err := tw.engines[1].SimilarIncidents(t.Context(), "INC-3", 3)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	s := list[0]
	if s.Incident.Name() != "INC-1" || s.Postmortem.Name() != "PM-1" || s.Incident.Settlement() == "" || s.Score < 0.7 || s.Score > 1 {
		t.Errorf("%+v %q", s.Like, s.Incident.Settlement())
	}
	if why := fmt.Sprint(s.Why[0].What, s.Why[0].Shared, s.Why[1].What, s.Why[1].Shared, s.Why[2].What, s.Why[2].Shared); why != "service[checkout]label[alertname=poolexhausted]tag[database]" {
		t.Error(why)
	}
	if list, err := tw.engines[0].SimilarIncidents(t.Context(), "INC-2", 3); err != nil || len(list) != 0 {
		t.Error("a full disk is like nothing:", list, err)
	}
	if _, err := tw.engines[0].SimilarIncidents(t.Context(), "INC-9", 3); !errors.Is(err, engine.ErrNotFound) {
		t.Error(err)
	}
}

func TestOnlyAnIncidentThatIsNewAndVeryMuchLikeAnotherSaysSo(t *testing.T) {
	t.Parallel()
	tw := newReaders(t, 1)
	tw.exhausted()
	tw.fire(event.Event{DedupKey: "disk", Title: "Disk of db-3 full", Priority: "P1", Service: "db", Labels: map[string]string{"alertname": "DiskFull"}})
	tw.learn()
	tw.fire(event.Event{DedupKey: "other", Title: "Slow answers", Priority: "P1", Service: "checkout", Labels: map[string]string{"alertname": "Latency"}})
	tw.learn() // a little like the first
	tw.onIncident("INC-3", incident.Action{Do: incident.Close, By: "darren"})
	tw.fire(event.Event{DedupKey: "pool-2", Title: "Connection pool of checkout exhausted", Priority: "P1", Service: "checkout",
		Labels: map[string]string{"alertname": "PoolExhausted", "region": "apac"}, Tags: []string{"database"}})
	tw.clock.t = tw.clock.t.Add(20 * time.Minute) // no replica reads for so long
	tw.learn()
	for _, name := range []string{"INC-3", "INC-4"} {
		if list, err := tw.engines[0].SimilarIncidents(t.Context(), name, 3); err != nil || len(list) == 0 {
			t.Errorf("nothing is like %s: %v", name, err)
		}
		if to := tw.incident(name).Alike; to != "" {
			t.Errorf("%s says that it is like %s", name, to)
		}
	}
}

func TestPatternsOfPostmortems(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, learned)
	tw.exhausted()
	list, whole, err := tw.engines[0].PostmortemPatterns(t.Context(), start.Add(-time.Hour), start.AddDate(0, 0, 1))
	if err != nil || whole.Incidents != 1 {
		t.Fatal(whole, err)
	}
	var got []string
	for _, p := range list {
		got = append(got, fmt.Sprintf("%s %s %d", p.By, p.Value, p.Incidents))
	}
	if text := strings.Join(got, "; "); text != "cause resource leak 1; dependency db 1; tag capacity 1; service checkout 1" {
		t.Error(text)
	}
	if _, whole, err = tw.engines[0].PostmortemPatterns(t.Context(), start.AddDate(0, 0, 1), start.AddDate(0, 0, 3)); err != nil || whole.Incidents != 0 || whole.Before != 1 {
		t.Error("two days later:", whole, err)
	}
}
