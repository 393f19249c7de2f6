package report_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/report"
)

func TestTheTableOpensSafelyInASpreadsheet(t *testing.T) {
	t.Parallel()
	a, b := began(1, noon), began(2, noon.Add(time.Minute))
	a.Integration, a.DedupKey, a.Team = "=cmd|' /C calc'!A0", "say \"hi\",\nthere", "@SUM(1+1)"
	b.Integration, b.DedupKey, b.Team = a.Integration, a.DedupKey, a.Team
	a.AckedAt = noon.Add(90 * time.Second)
	var out strings.Builder
	if err := report.WriteCSV(&out, inApril(t, report.Input{By: report.ByTeam}, records{Alerts: []*alert.State{a, b}})); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\r\n") {
		t.Error("lines end otherwise than RFC 4180 says")
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll() // all rows have as many cells
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, row := range rows {
		for _, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") {
				t.Errorf("a spreadsheet takes %q for a formula", cell)
			}
		}
		found[row[0]+"/"+row[1]+"/"+row[2]] = strings.Join(row[4:], " ")
	}
	for name, want := range map[string]string{
		"period//alerts":                    "2026-04-01T00:00:00Z 2026-05-01T00:00:00Z 2 2  ",
		"period before//alerts":             "2026-03-01T00:00:00Z 2026-04-01T00:00:00Z 0 0  ",
		"period//mtta":                      "2026-04-01T00:00:00Z 2026-05-01T00:00:00Z 1 90 90 90",
		"period//mttr":                      "2026-04-01T00:00:00Z 2026-05-01T00:00:00Z 0   ",
		"trend/2026-04-01/alerts":           "2026-04-01T00:00:00Z 2026-04-02T00:00:00Z 2 2  ",
		"team/'@SUM(1+1)/alerts":            "2026-04-01T00:00:00Z 2026-05-01T00:00:00Z 2 2  ",
		"acknowledged by step/never/alerts": "2026-04-01T00:00:00Z 2026-05-01T00:00:00Z 1 1  ",
	} {
		if found[name] != want {
			t.Errorf("%s is %q, want %q", name, found[name], want)
		}
	}
}
