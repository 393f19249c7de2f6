package metrics_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/integrations/metrics"
	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// noon is when every test begins: a Monday.
var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

var quiet = slog.New(slog.DiscardHandler)

// rotaSpec has ethan on call from nine to five on working days, amir at the weekend, and whom a calendar names.
var rotaSpec = schedules.Spec{Name: "office", Rotations: []schedules.RotationSpec{
	{Name: "week", Participants: [][]string{{"ethan"}},
		Restrict: []schedules.RestrictionSpec{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"}}},
	{Name: "weekend", Participants: [][]string{{"amir"}}, Restrict: []schedules.RestrictionSpec{{Days: []string{"sat", "sun"}}}},
	{Name: "outlook", Calendar: &schedules.CalendarSpec{}},
}}

func rota(t *testing.T) *schedules.Schedule {
	t.Helper()
	s, problems := schedules.New(rotaSpec)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

func directoryOf(t *testing.T) *directory.Directory {
	return &directory.Directory{
		Calendars: map[string]directory.Calendar{"c": {ID: "c", URL: "https://calendar.example.com/s3cr3t", Host: "calendar.example.com", Every: time.Hour}},
		Imported:  map[string]directory.Imported{"office": {Spec: rotaSpec, Calendars: map[int]string{2: "c"}}},
		Users:     map[string]directory.User{"ethan": {Name: "ethan", Phone: "+15550100"}, "amir": {Name: "amir"}},
		Schedules: map[string]*schedules.Schedule{"office": rota(t)},
		Policies: map[string]policy.Policy{"standard": {Name: "standard", Steps: []policy.Step{
			{After: time.Hour, Notify: []policy.Target{{Kind: policy.Schedule, Name: "office"}}},
		}}},
		Fallback:   "standard",
		Heartbeats: map[string]directory.Heartbeat{"nightly": {Every: time.Hour}, "weekly": {Every: time.Minute}},
		Canary:     directory.Canary{Every: time.Hour, User: "ethan", Via: []string{"sms"}},
		Vias:       map[string]bool{"sms": true},
		Postmortem: directory.Postmortem{
			Required: func(directory.IncidentFacts) (bool, error) { return true, nil }, Due: time.Hour,
		},
	}
}

// world is a real engine that is counted.
type world struct {
	engine *engine.Engine
	store  *mem.Store
	reg    *prometheus.Registry
	m      *metrics.Metrics
	now    time.Time
	site   site
}

func begin(t *testing.T) *world {
	t.Helper()
	router, problems := rules.Compile(rules.Spec{Fallback: "standard"})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w := &world{reg: prometheus.NewPedanticRegistry(), now: noon}
	w.m = metrics.New(w.reg, "1.2.3")
	w.store = mem.New(func() time.Time { return w.now })
	w.engine = engine.New(engine.Options{
		Store: w.store, Replica: "one", World: &engine.World{Dir: directoryOf(t), Router: router},
		Run: func(f func()) { f() }, Fetch: &w.site, Pick: func(int) int { return 0 }, Watch: w.m, Log: quiet,
	})
	metrics.Watch(w.reg, w.engine, quiet)
	return w
}

// everything makes each metric have a value.
func (w *world) everything(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	if _, err := w.engine.Ingest(ctx, "ping", []event.Event{
		{Status: event.Firing, DedupKey: "a", Title: "a", Priority: "P1"},
		{Status: event.Firing, DedupKey: "b", Title: "b", Priority: "P2"},
	}); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(20 * time.Second)
	if _, err := w.engine.Act(ctx, "1", alert.Action{Do: alert.Ack, By: "amir"}); err != nil {
		t.Fatal(err)
	}
	for _, title := range []string{"one", "two"} {
		if _, _, err := w.engine.OpenIncident(ctx, incident.Opening{Title: title}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"INC-1", "INC-2"} {
		if _, err := w.engine.ActOnIncident(ctx, name, incident.Action{Do: incident.Close, By: "amir"}); err != nil {
			t.Fatal(err)
		}
	}
	w.now = w.now.Add(2 * time.Hour) // the postmortems are overdue, ethan is still on call
	w.m.Received("ping", "firing", 2)
	w.m.Delivered("sms", "sent", 120*time.Millisecond)
	w.m.Bundled(7)
	w.m.Woken(3 * time.Millisecond)
	w.m.Unreachable(1)
	w.m.RuleErrors("ping", 2)
	w.m.HandedOff("on")
	w.m.Repaired(1)
	w.m.Loaded("abc123", noon)
}

// watched gives those of heartbeats, the canary and the dead man's switch a value.
func (w *world) watched(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	w.m.Beat("")
	w.m.Beat(engine.UnfitDelivery)
	if _, err := w.engine.Keep(ctx, w.now); err != nil {
		t.Fatal(err)
	}
	if err := w.engine.Ping(ctx, "nightly"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.engine.Step(ctx, w.now); err != nil { // sends the test pages, which fail: there is no provider
		t.Fatal(err)
	}
}

func (w *world) is(t *testing.T, want string, names ...string) {
	t.Helper()
	if err := testutil.GatherAndCompare(w.reg, strings.NewReader(want), names...); err != nil {
		t.Error(err)
	}
}

func scrape(t *testing.T, reg *prometheus.Registry) string {
	t.Helper()
	rec := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if rec.Code != http.StatusOK {
		t.Fatalf("a scrape answered %d: %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

func TestAllMetricsAreThereAndWellNamed(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.everything(t)
	w.watched(t)
	problems, err := testutil.GatherAndLint(w.reg)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	text := scrape(t, w.reg)
	for _, name := range strings.Fields(`
		tocsin_events_received_total{integration="ping",status="firing"} tocsin_alerts{priority="P1",state="acked"}
		tocsin_wakeup_lateness_seconds_bucket{le="0.001"} tocsin_wakeup_lateness_seconds_bucket{le="60"}
		tocsin_deliveries_total{channel="sms",outcome="sent"} tocsin_delivery_duration_seconds_count{channel="sms"}
		tocsin_bundles_total tocsin_bundled_alerts_total
		tocsin_ack_duration_seconds_count{priority="P1"} tocsin_rule_errors_total{integration="ping"} tocsin_unreachable_steps_total tocsin_exhausted_alerts
		tocsin_handoff_notices_total{notice="on"}
		tocsin_oncall{schedule="office",user="ethan"} tocsin_coverage_gap_seconds{schedule="office"}
		tocsin_config_reload_success tocsin_config_reload_success_timestamp_seconds tocsin_config_info{hash="abc123"}
		tocsin_store_up tocsin_store_warnings tocsin_store_repaired_wakeups_total
		tocsin_incidents{state="open"} tocsin_status_updates_overdue tocsin_incident_tasks_failing{provider="jira"}
		tocsin_postmortems{state="open"} tocsin_postmortems_overdue
		tocsin_heartbeat_last_ping_timestamp_seconds{integration="nightly"} tocsin_heartbeats_late
		tocsin_canary_success{channel="sms"} tocsin_canary_timestamp_seconds{channel="sms"}
		tocsin_calendar_refresh_success{rotation="outlook",schedule="office"} tocsin_calendar_unknown_events{rotation="outlook",schedule="office"}
		tocsin_dead_man_beats_total tocsin_dead_man_silent{reason="delivery"}`) {
		if !strings.Contains(text, "\n"+name+" ") {
			t.Errorf("there is no %s", name)
		}
	}
	if !strings.Contains(text, `,version="1.2.3"} 1`) {
		t.Error("there is no tocsin_build_info")
	}
}

func TestPromtoolFindsNothingWrong(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed; the same rules are checked by TestAllMetricsAreThereAndWellNamed")
	}
	w := begin(t)
	w.everything(t)
	w.watched(t)
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = strings.NewReader(scrape(t, w.reg))
	var said bytes.Buffer
	check.Stdout, check.Stderr = &said, &said
	if err := check.Run(); err != nil || said.Len() > 0 {
		t.Errorf("%v: %s", err, said.String())
	}
}

func TestTheStockIsCounted(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.everything(t)
	w.is(t, `
# HELP tocsin_alerts Alerts that are kept by state and priority; closed ones are not told apart by priority.
# TYPE tocsin_alerts gauge
tocsin_alerts{priority="",state="closed"} 0
tocsin_alerts{priority="P1",state="acked"} 1
tocsin_alerts{priority="P1",state="open"} 0
tocsin_alerts{priority="P1",state="snoozed"} 0
tocsin_alerts{priority="P2",state="acked"} 0
tocsin_alerts{priority="P2",state="open"} 1
tocsin_alerts{priority="P2",state="snoozed"} 0
tocsin_alerts{priority="P3",state="acked"} 0
tocsin_alerts{priority="P3",state="open"} 0
tocsin_alerts{priority="P3",state="snoozed"} 0
tocsin_alerts{priority="P4",state="acked"} 0
tocsin_alerts{priority="P4",state="open"} 0
tocsin_alerts{priority="P4",state="snoozed"} 0
tocsin_alerts{priority="P5",state="acked"} 0
tocsin_alerts{priority="P5",state="open"} 0
tocsin_alerts{priority="P5",state="snoozed"} 0
# HELP tocsin_alerts_held Open alerts that wait before they page, by what for; one that waits for several counts for each.
# TYPE tocsin_alerts_held gauge
tocsin_alerts_held{reason="delay"} 0
tocsin_alerts_held{reason="dependency"} 0
tocsin_alerts_held{reason="group_wait"} 0
tocsin_alerts_held{reason="maintenance"} 0
tocsin_alerts_held{reason="quiet_hours"} 0
tocsin_alerts_held{reason="require"} 0
tocsin_alerts_held{reason="throttle"} 0
# HELP tocsin_exhausted_alerts Open alerts for which everything was tried and nobody acknowledged.
# TYPE tocsin_exhausted_alerts gauge
tocsin_exhausted_alerts 0
# HELP tocsin_incident_tasks_failing Incidents that have something to do at a provider which was refused there and is tried again.
# TYPE tocsin_incident_tasks_failing gauge
tocsin_incident_tasks_failing{provider="github"} 0
tocsin_incident_tasks_failing{provider="jira"} 0
tocsin_incident_tasks_failing{provider="slack"} 0
tocsin_incident_tasks_failing{provider="statuspage"} 0
# HELP tocsin_incidents Incidents that are kept by state.
# TYPE tocsin_incidents gauge
tocsin_incidents{state="closed"} 2
tocsin_incidents{state="mitigated"} 0
tocsin_incidents{state="open"} 0
tocsin_incidents{state="resolved"} 0
# HELP tocsin_postmortems Postmortems by state.
# TYPE tocsin_postmortems gauge
tocsin_postmortems{state="completed"} 0
tocsin_postmortems{state="open"} 2
tocsin_postmortems{state="waived"} 0
# HELP tocsin_postmortems_overdue Postmortems that are owed after their due date.
# TYPE tocsin_postmortems_overdue gauge
tocsin_postmortems_overdue 2
# HELP tocsin_store_up Whether the store can be written.
# TYPE tocsin_store_up gauge
tocsin_store_up 1
# HELP tocsin_store_warnings How many settings of the store put the state at risk; the log names them.
# TYPE tocsin_store_warnings gauge
tocsin_store_warnings 1
`, "tocsin_alerts", "tocsin_alerts_held", "tocsin_exhausted_alerts", "tocsin_incidents", "tocsin_incident_tasks_failing", "tocsin_postmortems", "tocsin_postmortems_overdue", "tocsin_store_up", "tocsin_store_warnings")
}

func TestTheFirstAcknowledgementIsTimed(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.everything(t)
	text := scrape(t, w.reg)
	for _, want := range []string{
		`tocsin_ack_duration_seconds_sum{priority="P1"} 20`, `tocsin_ack_duration_seconds_bucket{priority="P1",le="30"} 1`,
		`tocsin_ack_duration_seconds_bucket{priority="P1",le="15"} 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("there is no %s", want)
		}
	}
}

func TestARefusedConfigurationLeavesTheOldOneInForce(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.m.Loaded("first", noon)
	w.m.Loaded("second", noon.Add(time.Minute))
	w.m.LoadFailed()
	w.is(t, `
# HELP tocsin_config_info The configuration in force, by the hash of its files; always 1.
# TYPE tocsin_config_info gauge
tocsin_config_info{hash="second"} 1
# HELP tocsin_config_reload_success 1 when the latest attempt to load the configuration succeeded, 0 when the one before it is still in force.
# TYPE tocsin_config_reload_success gauge
tocsin_config_reload_success 0
# HELP tocsin_config_reload_success_timestamp_seconds When the configuration in force was loaded, in Unix time.
# TYPE tocsin_config_reload_success_timestamp_seconds gauge
tocsin_config_reload_success_timestamp_seconds 1.77305766e+09
`, "tocsin_config_info", "tocsin_config_reload_success", "tocsin_config_reload_success_timestamp_seconds")
}

func TestWhoIsOnCallFollowsTheClock(t *testing.T) {
	t.Parallel()
	w := begin(t)
	for at, want := range map[time.Time]string{
		noon: `tocsin_oncall{schedule="office",user="ethan"} 1`,
		noon.Add(5*24*time.Hour + 30*time.Second): `tocsin_oncall{schedule="office",user="amir"} 1`,
	} {
		w.now = at
		if text := scrape(t, w.reg); !strings.Contains(text, want) || strings.Count(text, "\ntocsin_oncall{") != 1 {
			t.Errorf("at %s there is not %s alone:\n%s", at, want, text)
		}
	}
	w.now = noon.Add(5*time.Hour - time.Second)
	first := scrape(t, w.reg)
	w.now = w.now.Add(time.Second) // the shift ends within a minute that was looked up already
	if second := scrape(t, w.reg); !strings.Contains(first, "tocsin_oncall{") || strings.Contains(second, "tocsin_oncall{") {
		t.Error("the end of a shift is not seen at once")
	}
}

func TestTimeWithoutAnybodyOnCallIsAGap(t *testing.T) {
	t.Parallel()
	w := begin(t)
	// In two weeks there are ten working days, each with sixteen hours without anybody.
	w.is(t, `
# HELP tocsin_coverage_gap_seconds How much of the next 14 days nobody is on call.
# TYPE tocsin_coverage_gap_seconds gauge
tocsin_coverage_gap_seconds{schedule="office"} 576000
`, "tocsin_coverage_gap_seconds")
	dir := directoryOf(t)
	always, problems := schedules.New(schedules.Spec{Name: "office", Rotations: []schedules.RotationSpec{{Participants: [][]string{{"amir"}}}}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	dir.Schedules, dir.Imported = map[string]*schedules.Schedule{"office": always}, nil
	w.engine.Reload(&engine.World{Dir: dir, Router: w.engine.World().Router})
	w.is(t, `
# HELP tocsin_coverage_gap_seconds How much of the next 14 days nobody is on call.
# TYPE tocsin_coverage_gap_seconds gauge
tocsin_coverage_gap_seconds{schedule="office"} 0
`, "tocsin_coverage_gap_seconds")
}

func TestADeadStoreFailsNoScrape(t *testing.T) {
	t.Parallel()
	w := begin(t)
	w.everything(t)
	w.store.Close()
	text := scrape(t, w.reg)
	for _, want := range []string{"tocsin_store_up 0", `tocsin_oncall{schedule="office",user="ethan"} 1`, "tocsin_deliveries_total{"} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
	for _, unknown := range []string{"tocsin_alerts{", "tocsin_postmortems{", "tocsin_exhausted_alerts "} {
		if strings.Contains(text, "\n"+unknown) {
			t.Errorf("%s is told, though it is not known", unknown)
		}
	}
}
