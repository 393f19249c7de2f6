package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// breaks: a release of the ledger goes live, and transactions fail for the accounts of one region.
func (s *stage) breaks() {
	s.chapter("It breaks")
	s.pass("10:05")
	s.tocsin(`tocsin deploy --service banking-transaction --environment production --version 5.3.1 --message "Clearer error texts" --by ethan`)
	s.pass("13:18")
	s.deploys(41, "v2.14.0", "Release 2.14.0", "4fd2a91c", "Round amounts in the currency of the account", "in_progress")
	s.pass("13:20")
	s.tell("Release 2.14.0 of account-ledger is live; GitHub reports the deployment.")
	s.deploys(41, "v2.14.0", "Release 2.14.0", "4fd2a91c", "Round amounts in the currency of the account", "success")
	s.pass("13:32")
	s.tell("Datadog: transactions fail for APAC accounts (P1). A rule opens INC-1, its channel is made in Slack, and ethan, who is on call, is paged: Slack at once, a text after a minute, a call after three.")
	s.datadog("Triggered")
	s.pass("13:34")
	s.tell("Alertmanager: the ledger retries. That pages its own on-call, with less noise.")
	s.alertmanager("firing")
}

// deploys is what GitHub says of a deployment of the ledger.
func (s *stage) deploys(id int, version, title, sha, message, state string) {
	s.Helper()
	s.github("deployment_status", s.sample("deployment_status.json", map[string]string{
		"$ID": fmt.Sprint(id), "$VERSION": version, "$TITLE": title, "$SHA": sha, "$MESSAGE": message, "$STATE": state, "$NOW": s.now().Format("2006-01-02T15:04:05Z"),
	}))
}

// datadog is what a monitor of Datadog posts by the template of docs/sources/datadog-webhook.json.
func (s *stage) datadog(transition string) {
	s.Helper()
	template, err := os.ReadFile("../../../docs/sources/datadog-webhook.json")
	s.must(err)
	text := string(template)
	for name, value := range map[string]string{
		"ALERT_CYCLE_KEY": "8311884027", "ALERT_ID": "4711", "ALERT_TRANSITION": transition, "ALERT_TYPE": "error", "ALERT_PRIORITY": "P1",
		"EVENT_TITLE":    "[P1] [" + transition + "] Transactions fail for APAC accounts",
		"TEXT_ONLY_MSG":  "More than 5 % of the transactions of accounts in APAC ended with an error in the last 10 minutes.",
		"TAGS":           "env:prod,service:banking-transaction,team:payments,region:apac",
		"TAGS[service]":  "banking-transaction",
		"TAGS[team]":     "payments",
		"LINK":           "https://app.datadoghq.com/monitors/4711",
		"ALERT_CYCLE_ID": "1",
	} {
		text = strings.ReplaceAll(text, `"$`+name+`"`, `"`+value+`"`)
	}
	s.sends("/in/datadog", bearer("DATADOG_KEY"), []byte(text))
}

// alertmanager is what an Alertmanager posts.
func (s *stage) alertmanager(status string) {
	s.Helper()
	ends := "0001-01-01T00:00:00Z"
	if status == "resolved" {
		ends = s.now().Format("2006-01-02T15:04:05Z")
	}
	s.sends("/in/alertmanager", bearer("ALERTMANAGER_KEY"), s.sample("alertmanager.json", map[string]string{"$STATUS": status, "$ENDS": ends}))
}

func bearer(secret string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + secrets[secret]}
}

// sample is a file of testdata with values in it.
func (s *stage) sample(name string, values map[string]string) []byte {
	s.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	s.must(err)
	text := string(data)
	for from, to := range values {
		text = strings.ReplaceAll(text, from, to)
	}
	return []byte(text)
}
