// Package metrics counts what Tocsin does, for Prometheus. What happens is counted as it happens; what there is
// (alerts, postmortems, who is on call) is looked up when it is scraped, behind caches and deadlines, so that a scrape
// neither waits for a store that is away nor fails with it. All labels come from the configuration or from fixed lists.
package metrics

import (
	"log/slog"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/tocsin-oncall/tocsin/engine"
)

// Metrics counts what happens. Its methods may be called concurrently.
type Metrics struct {
	events      *prometheus.CounterVec
	lateness    prometheus.Histogram
	deliveries  *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	bundles     prometheus.Counter
	bundled     prometheus.Counter
	acks        *prometheus.HistogramVec
	unreachable prometheus.Counter
	ruleErrors  *prometheus.CounterVec
	handoffs    *prometheus.CounterVec
	repaired    prometheus.Counter
	beats       prometheus.Counter
	silent      *prometheus.GaugeVec

	reloadSuccess prometheus.Gauge
	reloadTime    prometheus.Gauge
	configInfo    *prometheus.GaugeVec
}

var _ engine.Observer = (*Metrics)(nil)

// New registers all metrics but those of Watch. version is that of the program.
func New(reg prometheus.Registerer, version string) *Metrics {
	f := promauto.With(reg)
	m := &Metrics{
		events: f.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_events_received_total",
			Help: "Events received by integration: firing and resolved ones that were stored, pings of heartbeats, and requests that were rejected, unauthorized or failed."},
			[]string{"integration", "status"}),
		lateness: f.NewHistogram(prometheus.HistogramOpts{Name: "tocsin_wakeup_lateness_seconds",
			Help:    "How long after its time a record was woken.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}),
		deliveries: f.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_deliveries_total",
			Help: "Messages handed to providers by way and outcome: sent, retry, limited, failed; edit_… for edits of messages."},
			[]string{"channel", "outcome"}),
		duration: f.NewHistogramVec(prometheus.HistogramOpts{Name: "tocsin_delivery_duration_seconds",
			Help:    "How long a provider took to answer.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}},
			[]string{"channel"}),
		bundles: f.NewCounter(prometheus.CounterOpts{Name: "tocsin_bundles_total",
			Help: "Messages that told one person of several alerts."}),
		bundled: f.NewCounter(prometheus.CounterOpts{Name: "tocsin_bundled_alerts_total",
			Help: "Alerts that were told together with others in one message."}),
		acks: f.NewHistogramVec(prometheus.HistogramOpts{Name: "tocsin_ack_duration_seconds",
			Help:    "From an alert's creation to its first acknowledgement.",
			Buckets: []float64{5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400}},
			[]string{"priority"}),
		ruleErrors: f.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_rule_errors_total",
			Help: "Conditions and templates of rules that failed while an alert was routed."}, []string{"integration"}),
		unreachable: f.NewCounter(prometheus.CounterOpts{Name: "tocsin_unreachable_steps_total",
			Help: "Steps of policies that reached nobody, so that the next one was taken at once."}),
		handoffs: f.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_handoff_notices_total",
			Help: "Notices of hand-offs: on and off for those who were told, gap for a schedule left with nobody, withdrawn for what was over before it was sent, failed for a message, unreachable for a person."},
			[]string{"notice"}),
		repaired: f.NewCounter(prometheus.CounterOpts{Name: "tocsin_store_repaired_wakeups_total",
			Help: "Wake-ups that the store had lost and a sweep armed again."}),
		beats: f.NewCounter(prometheus.CounterOpts{Name: "tocsin_dead_man_beats_total",
			Help: "Calls of the dead man's switch that were answered."}),
		silent: f.NewGaugeVec(prometheus.GaugeOpts{Name: "tocsin_dead_man_silent",
			Help: "1 for the reason why the dead man's switch was silent when it was last due: store, wheel, delivery, url. Only where one is configured."},
			[]string{"reason"}),
		reloadSuccess: f.NewGauge(prometheus.GaugeOpts{Name: "tocsin_config_reload_success",
			Help: "1 when the latest attempt to load the configuration succeeded, 0 when the one before it is still in force."}),
		reloadTime: f.NewGauge(prometheus.GaugeOpts{Name: "tocsin_config_reload_success_timestamp_seconds",
			Help: "When the configuration in force was loaded, in Unix time."}),
		configInfo: f.NewGaugeVec(prometheus.GaugeOpts{Name: "tocsin_config_info",
			Help: "The configuration in force, by the hash of its files; always 1."}, []string{"hash"}),
	}
	f.NewGaugeVec(prometheus.GaugeOpts{Name: "tocsin_build_info",
		Help: "The program that runs; always 1."}, []string{"version", "goversion"}).WithLabelValues(version, runtime.Version()).Set(1)
	return m
}

// Received counts events that an integration sent, or requests that came to nothing. The integration must be one
// of the configuration.
func (m *Metrics) Received(integration, status string, n int) {
	m.events.WithLabelValues(integration, status).Add(float64(n))
}

// Delivered counts a message that was handed to a provider.
func (m *Metrics) Delivered(via, outcome string, took time.Duration) {
	m.deliveries.WithLabelValues(via, outcome).Inc()
	m.duration.WithLabelValues(via).Observe(took.Seconds())
}

// Bundled counts a message that tells of several alerts.
func (m *Metrics) Bundled(alerts int) {
	m.bundles.Inc()
	m.bundled.Add(float64(alerts))
}

// Woken counts a wake-up.
func (m *Metrics) Woken(late time.Duration) { m.lateness.Observe(late.Seconds()) }

// RuleErrors counts parts of rules that failed.
func (m *Metrics) RuleErrors(integration string, failed int) {
	m.ruleErrors.WithLabelValues(integration).Add(float64(failed))
}

// Unreachable counts steps that reached nobody.
func (m *Metrics) Unreachable(steps int) { m.unreachable.Add(float64(steps)) }

// Acked counts the first acknowledgement of an alert.
func (m *Metrics) Acked(priority string, after time.Duration) {
	m.acks.WithLabelValues(priority).Observe(after.Seconds())
}

// HandedOff counts a notice of a hand-off.
func (m *Metrics) HandedOff(notice string) { m.handoffs.WithLabelValues(notice).Inc() }

// Repaired counts wake-ups that had been lost.
func (m *Metrics) Repaired(n int) { m.repaired.Add(float64(n)) }

// Beat counts a beat of the dead man's switch, or says why there was none.
func (m *Metrics) Beat(why engine.Unfit) {
	if why == "" {
		m.beats.Inc()
	}
	for _, reason := range engine.Unfits {
		m.silent.WithLabelValues(string(reason)).Set(0)
	}
	if why != "" {
		m.silent.WithLabelValues(string(why)).Set(1)
	}
}

// Loaded says that a configuration came into force.
func (m *Metrics) Loaded(hash string, at time.Time) {
	m.reloadSuccess.Set(1)
	m.reloadTime.Set(float64(at.UnixMilli()) / 1000)
	m.configInfo.Reset()
	m.configInfo.WithLabelValues(hash).Set(1)
}

// LoadFailed says that a configuration was refused, and the one before it is still in force.
func (m *Metrics) LoadFailed() { m.reloadSuccess.Set(0) }

// Shards registers how many shards of the state this replica watches closely; those of all replicas add up to 16
// while none joins or leaves.
func Shards(reg prometheus.Registerer, owned func() int) {
	promauto.With(reg).NewGaugeFunc(prometheus.GaugeOpts{Name: "tocsin_shards_owned",
		Help: "Shards of the state that this replica watches closely."}, func() float64 { return float64(owned()) })
}

// Watch registers the metrics that look an engine up when they are scraped.
func Watch(reg prometheus.Registerer, e Engine, log *slog.Logger) {
	reg.MustRegister(newStock(e, log), newRota(e), newCalendars(e), newUpkeep(e))
}
