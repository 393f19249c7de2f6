package metrics

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

// auditEach is how often the audit is made for scrapes, at most.
const auditEach = 5 * time.Minute

// findings is what the coverage audit finds in the time ahead.
type findings struct {
	report func(ctx context.Context, from, to time.Time) (coverage.Report, error)
	now    func() time.Time
	log    *slog.Logger
	desc   *prometheus.Desc

	mu     sync.Mutex // guards what follows, and keeps audits from running side by side
	madeAt time.Time
	failed bool
	counts map[[2]string]int // by kind and severity
}

// Coverage registers how many findings the coverage audit has. report audits the time from from until to.
func Coverage(reg prometheus.Registerer, report func(ctx context.Context, from, to time.Time) (coverage.Report, error), now func() time.Time, log *slog.Logger) {
	reg.MustRegister(&findings{report: report, now: now, log: log, desc: prometheus.NewDesc("tocsin_coverage_findings",
		"What the coverage audit finds in the next 14 days, by kind and severity; what the configuration accepts is left out.", []string{"finding", "severity"}, nil)})
}

// Describe implements prometheus.Collector.
func (f *findings) Describe(ch chan<- *prometheus.Desc) { ch <- f.desc }

// Collect implements prometheus.Collector. While the store is away there is no count: one of long ago would be believed.
func (f *findings) Collect(ch chan<- prometheus.Metric) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); f.madeAt.IsZero() || now.Sub(f.madeAt) >= auditEach || f.failed {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		report, err := f.report(ctx, now, now.Add(ahead))
		f.madeAt, f.failed, f.counts = now, err != nil, map[[2]string]int{}
		if err != nil {
			f.log.Warn("the coverage audit could not be made for a scrape", "error", err)
		}
		for _, found := range report.Findings {
			f.counts[[2]string{string(found.Kind), string(found.Severity)}]++
		}
	}
	if f.failed {
		return
	}
	for labels, n := range f.counts {
		ch <- prometheus.MustNewConstMetric(f.desc, prometheus.GaugeValue, float64(n), labels[0], labels[1])
	}
}
