package metrics

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/heartbeat"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// Engine is what is looked up.
type Engine interface {
	Counts(ctx context.Context) (byStatus map[alert.Status]map[string]int, exhausted int, err error)
	HeldCounts(ctx context.Context) (map[alert.HoldReason]int, error)
	IncidentCounts(ctx context.Context) (engine.IncidentCounts, error)
	PostmortemCounts(ctx context.Context) (counts map[postmortem.Status]int, overdue int, err error)
	Heartbeats(ctx context.Context) ([]*heartbeat.State, error)
	Canary(ctx context.Context) (*canary.State, error)
	Health(ctx context.Context) (warnings []string, err error)
	Directory() *directory.Directory
	Sources() []engine.Source
	Now() time.Time
}

const (
	fresh    = 5 * time.Second // how old counts may be
	patience = 2 * time.Second // how long a scrape waits for the store
)

// stock is what there is in the store. While the store is away, tocsin_store_up is 0 and the counts are left out:
// a count of long ago would be believed.
type stock struct {
	engine Engine
	log    *slog.Logger

	alerts, exhausted, held, incidents, untold, failing, postmortems, overdue, up, warnings *prometheus.Desc

	watching watching

	mu      sync.Mutex
	latest  counts
	ended   time.Time     // when the latest counts were complete
	running chan struct{} // closed when the count under way ends; nil when none is
}

// counts are one look at the store.
type counts struct {
	alerts      map[alert.Status]map[string]int
	exhausted   int
	held        map[alert.HoldReason]int
	incidents   engine.IncidentCounts
	postmortems map[postmortem.Status]int
	overdue     int
	warnings    int
	heartbeats  []*heartbeat.State
	canary      *canary.State // nil for none
	err         error
}

func newStock(e Engine, log *slog.Logger) *stock {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &stock{
		engine: e, log: log,
		alerts:      desc("tocsin_alerts", "Alerts that are kept by state and priority; closed ones are not told apart by priority.", "state", "priority"),
		exhausted:   desc("tocsin_exhausted_alerts", "Open alerts for which everything was tried and nobody acknowledged."),
		held:        desc("tocsin_alerts_held", "Open alerts that wait before they page, by what for; one that waits for several counts for each.", "reason"),
		incidents:   desc("tocsin_incidents", "Incidents that are kept by state.", "state"),
		untold:      desc("tocsin_status_updates_overdue", "Status updates that an audience of an incident waits for longer than was promised."),
		failing:     desc("tocsin_incident_tasks_failing", "Incidents that have something to do at a provider which was refused there and is tried again.", "provider"),
		postmortems: desc("tocsin_postmortems", "Postmortems by state.", "state"),
		overdue:     desc("tocsin_postmortems_overdue", "Postmortems that are owed after their due date."),
		up:          desc("tocsin_store_up", "Whether the store can be written."),
		warnings:    desc("tocsin_store_warnings", "How many settings of the store put the state at risk; the log names them."),
		watching:    newWatching(desc),
	}
}

// Describe implements prometheus.Collector.
func (s *stock) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{s.alerts, s.exhausted, s.held, s.incidents, s.untold, s.failing, s.postmortems, s.overdue, s.up, s.warnings} {
		ch <- d
	}
	s.watching.describe(ch)
}

// Collect implements prometheus.Collector.
func (s *stock) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, n int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	c := s.current()
	if c.err != nil {
		gauge(s.up, 0)
		return
	}
	gauge(s.up, 1)
	gauge(s.warnings, c.warnings)
	for status, byPriority := range c.alerts {
		for priority, n := range byPriority {
			gauge(s.alerts, n, string(status), priority)
		}
	}
	gauge(s.exhausted, c.exhausted)
	for _, reason := range alert.HoldReasons {
		gauge(s.held, c.held[reason], string(reason))
	}
	for status, n := range c.incidents.ByStatus {
		gauge(s.incidents, n, string(status))
	}
	gauge(s.untold, c.incidents.Untold)
	for provider, n := range c.incidents.Failing {
		gauge(s.failing, n, provider)
	}
	for status, n := range c.postmortems {
		gauge(s.postmortems, n, string(status))
	}
	gauge(s.overdue, c.overdue)
	s.watching.collect(ch, c)
}

// current gives counts that are fresh, or an error after patience. However many scrape, one count is under way: a
// store that hangs collects no callers.
func (s *stock) current() counts {
	s.mu.Lock()
	if !s.ended.IsZero() && time.Since(s.ended) < fresh {
		defer s.mu.Unlock()
		return s.latest
	}
	if s.running == nil {
		s.running = make(chan struct{})
		go s.look(s.running)
	}
	running := s.running
	s.mu.Unlock()

	timer := time.NewTimer(patience + patience/4)
	defer timer.Stop()
	select {
	case <-running:
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.latest
	case <-timer.C:
		return counts{err: context.DeadlineExceeded}
	}
}

func (s *stock) look(done chan struct{}) {
	defer close(done)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := s.count(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.err != nil && s.latest.err == nil {
		s.log.Warn("the store could not be counted for metrics", "error", c.err)
	}
	s.latest, s.ended, s.running = c, time.Now(), nil
}

func (s *stock) count(ctx context.Context) (c counts) {
	warnings, err := s.engine.Health(ctx)
	if err != nil {
		return counts{err: err}
	}
	c.warnings = len(warnings)
	if c.alerts, c.exhausted, c.err = s.engine.Counts(ctx); c.err != nil {
		return c
	}
	if c.held, c.err = s.engine.HeldCounts(ctx); c.err != nil {
		return c
	}
	if c.incidents, c.err = s.engine.IncidentCounts(ctx); c.err != nil {
		return c
	}
	if c.postmortems, c.overdue, c.err = s.engine.PostmortemCounts(ctx); c.err != nil {
		return c
	}
	if c.heartbeats, c.err = s.engine.Heartbeats(ctx); c.err != nil {
		return c
	}
	if c.canary, c.err = s.engine.Canary(ctx); errors.Is(c.err, engine.ErrNotFound) {
		c.canary, c.err = nil, nil
	}
	return c
}
