package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

const firingRules = `groups:
  - name: stories
    interval: 1s
    rules:
      - alert: HighErrorRate
        expr: vector(%d) > 0
        labels: {severity: critical, service: checkout}
        annotations: {summary: Checkout answers with errors, description: 5%% of the requests fail.}
`

// monitoring is a real Prometheus that evaluates a rule each second and sends what fires to a real Alertmanager,
// and also straight to Tocsin, to two integrations.
type monitoring struct {
	t          *testing.T
	dir, url   string
	prometheus *programtest.Process
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func monitor(t *testing.T, s *server) *monitoring {
	t.Helper()
	need(t, "prometheus", "prometheus")
	need(t, "prometheus-alertmanager", "prometheus-alertmanager")
	dir, own, am := t.TempDir(), programtest.FreePort(t), programtest.FreePort(t)
	write(t, filepath.Join(dir, "alertmanager.yml"), fmt.Sprintf(`
route: {receiver: tocsin, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 5s}
receivers:
  - name: tocsin
    webhook_configs:
      - {url: %q, send_resolved: true, http_config: {authorization: {credentials: %s}}}
`, s.URL+"/in/alertmanager", programtest.SenderKey))
	programtest.Start(t, dir, "prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path="+filepath.Join(dir, "am"),
		"--web.listen-address="+am, "--cluster.listen-address=", "--log.level=warn")

	write(t, filepath.Join(dir, "prometheus.yml"), fmt.Sprintf(`
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - static_configs: [{targets: [%[1]q]}]
    - static_configs: [{targets: [%[2]q]}]
      authorization: {credentials: direct-%[3]s}
    - static_configs: [{targets: [%[2]q]}]
      path_prefix: /in/named
      authorization: {credentials: named-%[3]s}
scrape_configs:
  - job_name: tocsin
    static_configs: [{targets: [%[2]q]}]
`, am, s.Address, programtest.SenderKey))
	m := &monitoring{t: t, dir: dir, url: "http://" + own}
	m.rule(1)
	m.prometheus = programtest.Start(t, dir, "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+own, "--web.enable-lifecycle", "--rules.alert.resend-delay=1s", "--log.level=warn")
	return m
}

// rule makes the rule fire with 1, and no more with 0.
func (m *monitoring) rule(fires int) {
	write(m.t, filepath.Join(m.dir, "rules.yml"), fmt.Sprintf(firingRules, fires))
}

func (m *monitoring) reload() {
	m.t.Helper()
	r, err := http.Post(m.url+"/-/reload", "", nil)
	if err != nil {
		m.t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusOK {
		m.t.Fatalf("Prometheus does not reload: %s", r.Status)
	}
}

// knows asks Prometheus whether a query has an answer.
func (m *monitoring) knows(query string) bool {
	r, err := http.Get(m.url + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return false
	}
	p := readPage(m.t, r)
	return strings.Contains(p.body, `"value":[`)
}

// alertFrom is the alert of an integration.
func alertFrom(s *server, integration string) (found alertView) {
	s.t.Helper()
	for _, a := range s.alerts("") {
		if a.Integration == integration {
			found = a
		}
	}
	return found
}

func TestARuleThatFiresInPrometheusPagesUntilTheLinkIsUsedAndClosesWithIt(t *testing.T) {
	t.Parallel()
	slack, twilio := slacktest.Start(t), twiliotest.Start(t)
	s := serve(t, people+`
fallback: urgent
default_notify: {high: [{via: slack}, {via: sms, after: 2s}, {via: voice, after: 60s}]}
policies:
  - name: urgent
    steps:
      - {after: 0s, notify: ["user:ethan"]}
      - {after: 90s, notify: ["user:amir"]}
  - {name: direct, steps: [{after: 0s, notify: ["channel:feed"]}]}
channels: [{name: feed, type: slack, to: "#feed"}]
rules:
  - when: labels.severity == "critical"
    set: {priority: P1}
    continue: true
  - when: integration != "alertmanager"
    to: policy:direct
integrations:
  - {name: alertmanager, type: alertmanager, key: `+programtest.SenderKey+`}
  - {name: direct, type: prometheus, key: direct-`+programtest.SenderKey+`}
  - {name: named, type: prometheus, key: named-`+programtest.SenderKey+`}
`+providers(slackProvider(slack), twilioProvider(twilio)))
	m := monitor(t, s)

	message := slackMessage(t, slack, "the page to ethan", func(m slacktest.Message) bool {
		return m.Asked == "U01ETHAN" && m.Contains("Checkout answers with errors")
	})
	sms := texted(t, twilio, ethansPhone, containing("P1", "Checkout answers with errors", "/a/"))

	link := linkIn(t, sms.Body())
	page := open(t, link)
	paged := alertFrom(s, "alertmanager")
	if page.status != http.StatusOK || paged.Status != "open" {
		t.Fatalf("opening the link answered %d, and the alert is %s", page.status, paged.Status)
	}
	for _, want := range []string{"Checkout answers with errors", "5% of the requests fail.", "Nobody has it yet.", "Ethan Z. Slack", "Ethan Z. text", "amir at "} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page does not say %q: %s", want, page.text)
		}
	}
	if done := page.press(t, link, "Acknowledge"); !strings.Contains(done.text, "Acknowledged. It is yours now.") {
		t.Errorf("after the button: %s", done.text)
	}
	acked := s.alert(paged.Number)
	if acked.Status != "acked" || acked.AckedBy != "ethan" || acked.page("ethan", "voice").Status != "cancelled" {
		t.Errorf("after the ack: %+v", acked)
	}
	slackMessage(t, slack, "edited to say who has it", func(m slacktest.Message) bool {
		return m.TS == message.TS && m.Edits > 0 && m.Contains("Acknowledged by ethan")
	})

	// Prometheus sends every second: that raises the count, and pages nobody again.
	for _, name := range []string{"direct", "named"} {
		until(t, "resends to "+name, func() (bool, any) { a := alertFrom(s, name); return a.Count >= 4, a })
		if a := alertFrom(s, name); len(a.Pages) != 1 || a.Status != "open" {
			t.Errorf("%s after %d times: %s with pages %+v", name, a.Count, a.Status, a.Pages)
		}
	}

	checkScrape(t, s)
	until(t, "Prometheus to have scraped Tocsin", func() (bool, any) {
		return m.knows(`tocsin_events_received_total{integration="alertmanager",status="firing"} > 0`) && m.knows(`up{job="tocsin"} == 1`), nil
	})

	m.rule(0)
	m.reload()
	for _, name := range []string{"alertmanager", "direct", "named"} {
		until(t, "the end of the rule to close the alert of "+name, func() (bool, any) { a := alertFrom(s, name); return a.Status == "closed", a })
	}
	slackMessage(t, slack, "edited to say that it is over", func(m slacktest.Message) bool {
		return m.TS == message.TS && m.Contains("Closed")
	})
	if n := len(s.alerts("")); n != 3 {
		t.Errorf("there are %d alerts, want one for each integration", n)
	}
	for _, sent := range twilio.Sent() {
		if sent.Call || sent.To() != ethansPhone {
			t.Errorf("paged after the ack: %+v", sent)
		}
	}
}

func checkScrape(t *testing.T, s *server) {
	t.Helper()
	need(t, "promtool", "prometheus")
	check := exec.Command("promtool", "check", "metrics")
	check.Stdin = strings.NewReader(s.Do(http.MethodGet, "/metrics", "", "", nil).Body)
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool: %v: %s", err, out)
	}
}
