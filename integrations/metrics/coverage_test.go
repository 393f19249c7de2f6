package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-oncall/tocsin/integrations/metrics"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

func TestFindingsAreCountedByKindAndNotForEachScrape(t *testing.T) {
	t.Parallel()
	now, made := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC), 0
	var fail error
	reg := prometheus.NewRegistry()
	metrics.Coverage(reg, func(_ context.Context, from, to time.Time) (coverage.Report, error) {
		made++
		if to.Sub(from) != 14*24*time.Hour {
			t.Errorf("it looks from %s to %s", from, to)
		}
		return coverage.Report{Findings: []coverage.Finding{
			{Kind: coverage.Gap, Severity: coverage.Error}, {Kind: coverage.Gap, Severity: coverage.Error}, {Kind: coverage.NoPhone, Severity: coverage.Warning},
		}}, fail
	}, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	want := `
# HELP tocsin_coverage_findings What the coverage audit finds in the next 14 days, by kind and severity; what the configuration accepts is left out.
# TYPE tocsin_coverage_findings gauge
tocsin_coverage_findings{finding="gap",severity="error"} 2
tocsin_coverage_findings{finding="no-phone",severity="warning"} 1
`
	for range 3 {
		if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
			t.Error(err)
		}
	}
	if made != 1 {
		t.Errorf("audited %d times", made)
	}
	now, fail = now.Add(5*time.Minute), errors.New("away")
	if n, err := testutil.GatherAndCount(reg); n != 0 || err != nil || made != 2 {
		t.Errorf("without the store there are %d (%v), audited %d times", n, err, made)
	}
}
