package metrics

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// ahead is how far gaps in a schedule are looked for.
const ahead = 14 * 24 * time.Hour

// rota is who is on call. It needs no store.
type rota struct {
	engine       Engine
	onCall, gaps *prometheus.Desc

	mu     sync.Mutex
	of     *directory.Directory // what was looked up, and in which minute
	minute time.Time
	found  []standing
}

// standing is one schedule as it stands.
type standing struct {
	schedule string
	users    []string
	gap      time.Duration
}

func newRota(e Engine) *rota {
	return &rota{
		engine: e,
		onCall: prometheus.NewDesc("tocsin_oncall", "Who is on call now, by schedule; always 1.", []string{"schedule", "user"}, nil),
		gaps: prometheus.NewDesc("tocsin_coverage_gap_seconds", "How much of the next 14 days nobody is on call.",
			[]string{"schedule"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (r *rota) Describe(ch chan<- *prometheus.Desc) { ch <- r.onCall; ch <- r.gaps }

// Collect implements prometheus.Collector.
func (r *rota) Collect(ch chan<- prometheus.Metric) {
	for _, s := range r.current() {
		for _, user := range s.users {
			ch <- prometheus.MustNewConstMetric(r.onCall, prometheus.GaugeValue, 1, s.schedule, user)
		}
		ch <- prometheus.MustNewConstMetric(r.gaps, prometheus.GaugeValue, s.gap.Seconds(), s.schedule)
	}
}

// current looks up once a minute, and anew for another configuration. Who is on call is looked up each time.
func (r *rota) current() []standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	dir, now := r.engine.Directory(), r.engine.Now()
	if minute := now.Truncate(time.Minute); dir != r.of || !minute.Equal(r.minute) {
		r.of, r.minute, r.found = dir, minute, nil
		for _, name := range slices.Sorted(maps.Keys(dir.Schedules)) {
			r.found = append(r.found, standing{schedule: name, gap: gapIn(dir.Schedules[name], minute)})
		}
	}
	out := slices.Clone(r.found)
	for i := range out {
		out[i].users = dir.Schedules[out[i].schedule].OnCall(now)
	}
	return out
}

// gapIn is how long nobody is on call within the time ahead.
func gapIn(s *schedules.Schedule, from time.Time) (gap time.Duration) {
	for _, interval := range s.Intervals(from, from.Add(ahead)) {
		if len(interval.Shifts) == 0 {
			gap += interval.To.Sub(interval.From)
		}
	}
	return gap
}
