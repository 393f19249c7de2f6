package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// watching is what is heard of others and of ourselves: heartbeats and test pages.
type watching struct{ pinged, late, success, tested *prometheus.Desc }

func newWatching(desc func(name, help string, labels ...string) *prometheus.Desc) watching {
	return watching{
		pinged:  desc("tocsin_heartbeat_last_ping_timestamp_seconds", "When a heartbeat was last heard of, in Unix time; 0 for never.", "integration"),
		late:    desc("tocsin_heartbeats_late", "Heartbeats that are late."),
		success: desc("tocsin_canary_success", "Whether the latest test page over a channel arrived, as far as the channel tells.", "channel"),
		tested:  desc("tocsin_canary_timestamp_seconds", "When the result of the latest test page over a channel was known, in Unix time.", "channel"),
	}
}

func (w watching) describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{w.pinged, w.late, w.success, w.tested} {
		ch <- d
	}
}

func (w watching) collect(ch chan<- prometheus.Metric, c counts) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	late := 0
	for _, s := range c.heartbeats {
		gauge(w.pinged, unix(s.PingedAt), s.Name)
		if s.Late() {
			late++
		}
	}
	gauge(w.late, float64(late))
	if c.canary == nil {
		return
	}
	for via, r := range c.canary.Results {
		ok := 0.0
		if r.OK {
			ok = 1
		}
		gauge(w.success, ok, via)
		gauge(w.tested, unix(r.At), via)
	}
}

// unix is a time in seconds, 0 for none.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
