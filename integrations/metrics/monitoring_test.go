package metrics_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/integrations/metrics"
)

// monitoring is where the files for operators are.
const monitoring = "../../docs/monitoring"

// families are the names of all metrics that a scrape can have; those of a histogram as its parts.
func families(t *testing.T) map[string]bool {
	t.Helper()
	w := begin(t)
	metrics.Shards(w.reg, w.engine.Wheel.Owned)
	w.everything(t)
	w.watched(t)
	found := map[string]bool{}
	for line := range strings.Lines(scrape(t, w.reg)) {
		if name := metricName.FindString(line); strings.HasPrefix(line, name) && name != "" {
			found[name] = true
		}
	}
	if len(found) < 20 {
		t.Fatalf("only %d metrics were scraped", len(found))
	}
	return found
}

var metricName = regexp.MustCompile(`\btocsin_[a-z_]+`)

// family is a metric's name without the part of a histogram.
func family(name string) string {
	for _, part := range []string{"_bucket", "_count", "_sum"} {
		name = strings.TrimSuffix(name, part)
	}
	return name
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheRulesForPrometheusAreGoodAndFireForEachIllness(t *testing.T) {
	t.Parallel()
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: install Prometheus to check the rules")
	}
	for _, args := range [][]string{
		{"check", "rules", "--lint-fatal", filepath.Join(monitoring, "tocsin.rules.yml")},
		{"test", "rules", "testdata/tocsin.rules.test.yml"},
	} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

var runbook = regexp.MustCompile(`runbook_url: \S+/docs/operations\.md#(\S+)`)

func TestEveryRuleUsesMetricsThatThereAreAndLeadsToAChapterThatHelps(t *testing.T) {
	t.Parallel()
	known, rules := families(t), text(t, filepath.Join(monitoring, "tocsin.rules.yml"))
	for _, name := range metricName.FindAllString(rules, -1) {
		if !known[name] {
			t.Errorf("a rule uses %s, which no scrape has", name)
		}
	}
	chapters := map[string]bool{}
	for line := range strings.Lines(text(t, "../../docs/operations.md")) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			words := regexp.MustCompile(`[^\p{L}\p{N} -]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			chapters[strings.ReplaceAll(words, " ", "-")] = true
		}
	}
	led := runbook.FindAllStringSubmatch(rules, -1)
	if n := strings.Count(rules, "- alert: "); len(led) != n {
		t.Errorf("%d of %d rules have a runbook", len(led), n)
	}
	for _, m := range led {
		if !chapters[m[1]] {
			t.Errorf("docs/operations.md has no chapter #%s", m[1])
		}
	}
}

// dashboard is what the test needs of Grafana's model.
type dashboard struct {
	UID           string `json:"uid"`
	Title         string `json:"title"`
	SchemaVersion int    `json:"schemaVersion"`
	Templating    struct {
		List []struct{ Name, Type string } `json:"list"`
	} `json:"templating"`
	Panels []panel `json:"panels"`
}

type panel struct {
	ID         int    `json:"id"`
	Type       string `json:"type"`
	Title      string `json:"title"`
	Datasource struct{ UID string }
	GridPos    struct{ H, W, X, Y int }
	Targets    []struct{ Expr, RefID string }
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	if err := json.Unmarshal([]byte(text(t, filepath.Join(monitoring, "grafana-dashboard.json"))), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheDashboardCanBeImportedAnywhere(t *testing.T) {
	t.Parallel()
	d := readDashboard(t)
	if d.UID == "" || d.Title == "" || d.SchemaVersion < 36 || len(d.Templating.List) == 0 ||
		d.Templating.List[0].Name != "datasource" || d.Templating.List[0].Type != "datasource" {
		t.Errorf("uid %q, title %q, schema version %d, variables %v", d.UID, d.Title, d.SchemaVersion, d.Templating.List)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if p.ID == 0 || ids[p.ID] || p.Title == "" {
			t.Errorf("panel %q has the id %d, which must be its own", p.Title, p.ID)
		}
		ids[p.ID] = true
		if p.GridPos.W < 1 || p.GridPos.H < 1 || p.GridPos.X < 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %q is not within the 24 columns", p.Title)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				place := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[place]; other != "" {
					t.Fatalf("panels %q and %q overlap", p.Title, other)
				}
				taken[place] = p.Title
			}
		}
		if p.Type != "row" && (p.Datasource.UID != "${datasource}" || len(p.Targets) == 0) {
			t.Errorf("panel %q has the data source %q and %d queries", p.Title, p.Datasource.UID, len(p.Targets))
		}
	}
}

func TestTheDashboardShowsEveryMetricAndNoOther(t *testing.T) {
	t.Parallel()
	known, shown := families(t), map[string]bool{}
	var queries []string
	for _, p := range readDashboard(t).Panels {
		for _, q := range p.Targets {
			queries = append(queries, q.Expr)
			for _, name := range metricName.FindAllString(q.Expr, -1) {
				shown[family(name)] = true
				if !known[name] {
					t.Errorf("panel %q uses %s, which no scrape has", p.Title, name)
				}
			}
		}
	}
	for name := range known {
		if !shown[family(name)] {
			t.Errorf("no panel shows %s", family(name))
		}
	}
	if promtool, err := exec.LookPath("promtool"); err == nil {
		understood(t, promtool, queries)
	}
}

// understood has Prometheus parse the queries.
func understood(t *testing.T, promtool string, queries []string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("groups:\n- name: dashboard\n  rules:\n")
	for _, q := range queries {
		q = strings.NewReplacer("$__rate_interval", "5m", "$instance", ".*").Replace(q)
		quoted, err := json.Marshal(q) // JSON is YAML
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("  - record: dashboard:query\n    expr: " + string(quoted) + "\n")
	}
	file := filepath.Join(t.TempDir(), "queries.yml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(promtool, "check", "rules", "--lint=none", file).CombinedOutput(); err != nil {
		t.Errorf("a query cannot be parsed: %v\n%s", err, out)
	}
}
