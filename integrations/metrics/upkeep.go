package metrics

import "github.com/prometheus/client_golang/prometheus"

// upkeep is how many maintenances there are that are not over. It needs no store.
type upkeep struct {
	engine Engine
	count  *prometheus.Desc
}

func newUpkeep(e Engine) *upkeep {
	return &upkeep{e, prometheus.NewDesc("tocsin_maintenances", "Maintenances and silences that are not over, by whether they hold alerts now (in_force) or later (to_come).",
		[]string{"state"}, nil)}
}

// Describe implements prometheus.Collector.
func (u *upkeep) Describe(ch chan<- *prometheus.Desc) { ch <- u.count }

// Collect implements prometheus.Collector.
func (u *upkeep) Collect(ch chan<- prometheus.Metric) {
	inForce, toCome := 0, 0
	now := u.engine.Now()
	for _, m := range u.engine.Directory().Maintenance {
		switch next, more := m.Times.Next(now); {
		case !more:
		case next.From.After(now):
			toCome++
		default:
			inForce++
		}
	}
	ch <- prometheus.MustNewConstMetric(u.count, prometheus.GaugeValue, float64(inForce), "in_force")
	ch <- prometheus.MustNewConstMetric(u.count, prometheus.GaugeValue, float64(toCome), "to_come")
}
