package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
)

// calendars is how the calendars of rotations are. It needs no store: the engine knows.
type calendars struct {
	engine                     Engine
	success, fetched, mistaken *prometheus.Desc
}

func newCalendars(e Engine) *calendars {
	labels := []string{"schedule", "rotation"}
	return &calendars{
		engine:  e,
		success: prometheus.NewDesc("tocsin_calendar_refresh_success", "Whether the calendar of a rotation could be refreshed when that was tried last.", labels, nil),
		fetched: prometheus.NewDesc("tocsin_calendar_last_success_timestamp_seconds",
			"When the calendar of a rotation was refreshed, so that the copy in force was good, in Unix time; 0 for never.", labels, nil),
		mistaken: prometheus.NewDesc("tocsin_calendar_unknown_events", "Events in the calendar of a rotation that name no user, or make no sense.", labels, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *calendars) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.success
	ch <- c.fetched
	ch <- c.mistaken
}

// Collect implements prometheus.Collector.
func (c *calendars) Collect(ch chan<- prometheus.Metric) {
	for _, s := range c.engine.Sources() {
		gauge := func(d *prometheus.Desc, v float64) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, s.Schedule, s.Rotation)
		}
		ok := 0.0
		if s.Error == "" && s.Known && s.Err == nil {
			ok = 1
		}
		gauge(c.success, ok)
		gauge(c.fetched, unix(s.FetchedAt))
		gauge(c.mistaken, float64(len(s.Unknown)+len(s.Problems)))
	}
}
