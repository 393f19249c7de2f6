package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// garbage are bodies that are refused, and what the answer must say.
var garbage = map[string]struct {
	integration, body string
	status            int
	says              string
}{
	"malformed JSON":      {"json", `{"id": "x",`, 400, "invalid_body"},
	"not JSON":            {"alertmanager", "<xml/>", 400, "invalid_body"},
	"nothing":             {"json", "", 400, "invalid_body"},
	"two documents":       {"json", `{"id":"x"} {"id":"y"}`, 400, "invalid_body"},
	"10 MB":               {"json", `{"id":"x","description":"` + strings.Repeat("x", 10<<20) + `"}`, 413, "too_large"},
	"deep nesting":        {"json", `{"id":"x","details":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}", 413, "too_deep"},
	"no dedup key":        {"json", `{"id":""}`, 400, "dedup"},
	"no id at all":        {"json", `{"title":"x"}`, 400, "dedup_key"},
	"unknown integration": {"nothing", `{"id":"x"}`, 404, "no integration"},
	"the wrong type":      {"alertmanager", `{"alerts":"many"}`, 400, "invalid_body"},
}

func TestGarbageIsRefusedWithAReasonAndNothingIsStored(t *testing.T) {
	t.Parallel()
	s := serve(t, people+reach("{via: console}")+standard(`0s: "user:ethan"`)+
		integrations("  - {name: alertmanager, type: alertmanager, key: "+programtest.SenderKey+"}\n")+providers(consoleProvider))
	for name, c := range garbage {
		a := s.send(c.integration, c.body)
		if a.Status != c.status || !strings.Contains(a.Body, c.says) || len(a.Body) > 6000 {
			t.Errorf("%s: answered %d, want %d with %q: %.500s", name, a.Status, c.status, c.says, a.Body)
		}
		if err := as[struct {
			Error struct{ Code, Message string }
		}](t, a, a.Status).Error; err.Code == "" || err.Message == "" {
			t.Errorf("%s: no code or message: %s", name, a.Body)
		}
	}
	for name, key := range map[string]string{"wrong": "x" + programtest.SenderKey[1:], "none": "", "an API key": programtest.AdminKey} {
		if a := s.Do(http.MethodPost, "/in/json", key, "application/json", []byte(`{"id":"x"}`)); a.Status != http.StatusUnauthorized || strings.Contains(a.Body, programtest.SenderKey) {
			t.Errorf("key %s: answered %d: %s", name, a.Status, a.Body)
		}
	}
	if a := s.Do(http.MethodGet, "/in/json", programtest.SenderKey, "", nil); a.Status != http.StatusMethodNotAllowed {
		t.Errorf("GET: answered %d", a.Status)
	}
	if list := s.alerts(""); len(list) > 0 {
		t.Errorf("stored all the same: %+v", list)
	}
	if n := s.metric(`tocsin_events_received_total{integration="json",status="rejected"`); n < 5 {
		t.Errorf("%v refusals were counted", n)
	}
}

func TestStrangeEventsAreCutToSizeAndPageAllTheSame(t *testing.T) {
	t.Parallel()
	s := serve(t, people+reach("{via: console}")+unbundled+standard(`0s: "user:ethan"`)+integrations()+providers(consoleProvider))
	var labels strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&labels, `"l%06d":"v",`, i)
	}
	for name, body := range map[string]string{
		"far past":      `{"id":"far past","starts_at":"0001-01-01T00:00:00Z"}`,
		"far future":    `{"id":"far future","starts_at":"9999-12-31T23:59:59Z"}`,
		"invalid UTF-8": "{\"id\":\"invalid UTF-8\",\"title\":\"disk \xff\xfe full\"}",
		"controls":      `{"id":"controls","title":"\u001b[2Jgone\u0000\u202e"}`,
		"many labels":   `{"id":"many labels","labels":{` + labels.String() + `"severity":"critical"}}`,
		"long title":    `{"id":"long title","title":"` + strings.Repeat("long ", 100_000) + `"}`,
	} {
		got := as[receipts](t, s.send("json", body), http.StatusAccepted)
		a := s.alert(got.Alerts[0].Number)
		if a.DedupKey != name || a.Title == "" || len(a.Title) > 2500 || strings.ContainsAny(a.Title, "\x00\x1b") {
			t.Errorf("%s became %.300q with key %q", name, a.Title, a.DedupKey)
		}
		if when := at(t, a.CreatedAt); when.Year() < 2020 || when.Year() > 2200 {
			t.Errorf("%s was created %s", name, a.CreatedAt)
		}
		s.untilAlert(a.Number, name+" to be paged", func(a alertView) bool { return a.page("ethan", "console").Status == "delivered" })
	}
}

func TestAWebhookOfFiveThousandAlertsIsAcceptedAndItsPagesAreBundled(t *testing.T) {
	t.Parallel()
	const many = 5000
	s := serve(t, people+reach("{via: console}")+standard(`0s: "user:ethan"`)+"storm: {messages: 3, per: 8s}\n"+
		integrations("  - {name: alertmanager, type: alertmanager, key: "+programtest.SenderKey+"}\n")+providers(consoleProvider))
	var b strings.Builder
	b.WriteString(`{"version":"4","status":"firing","receiver":"tocsin","alerts":[`)
	for i := range many {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"status":"firing","fingerprint":"%016x","startsAt":"2026-03-09T14:00:00Z","labels":{"alertname":"Flood","instance":"host-%d","job":"node","severity":"critical"},"annotations":{"summary":"host-%d is under water"}}`, i+1, i, i)
	}
	b.WriteString("]}")
	got := as[receipts](t, s.send("alertmanager", b.String()), http.StatusAccepted)
	if len(got.Alerts) != many {
		t.Fatalf("%d alerts were taken", len(got.Alerts))
	}
	// The first page did not wait for the storm's end; the rest comes in few messages.
	paged := func(status string) int { return int(s.metric(`tocsin_alerts{` + status)) }
	until(t, "all to be counted as open", func() (bool, any) { n := paged(`priority="P3",state="open"`); return n == many, n })
	s.Out.WaitFor(t, "alerts to ethan by console")
	until(t, "all but the first three to be bundled", func() (bool, any) {
		n := s.metric("tocsin_bundled_alerts_total")
		return n >= many-3, n
	})
	until(t, "a page for every alert", func() (bool, any) {
		waiting := 0
		for _, a := range s.alerts("") {
			if p := a.page("ethan", "console"); p.Status != "delivered" {
				waiting++
			}
		}
		return waiting == 0, waiting
	})
	text := s.Out.String()
	if n := strings.Count(text, " to ethan by console"); n > 12 {
		t.Errorf("ethan got %d messages", n)
	}
	first := regexp.MustCompile(`PAGE for ([0-9]+) alerts to ethan by console`).FindStringSubmatchIndex(text)
	bundled, link := text[first[2]:first[3]], linkIn(t, text[first[0]:])
	page := open(t, link)
	if page.status != http.StatusOK || !strings.Contains(page.text, bundled+" alerts") {
		t.Fatalf("the bundle's link answers %d: %.300s", page.status, page.text)
	}
	began := time.Now()
	done := page.press(t, link, "Acknowledge all")
	t.Logf("acknowledging %s alerts by one button took %s; the page has %d bytes", bundled, time.Since(began).Round(time.Millisecond), len(page.body))
	if done.status != http.StatusOK || !strings.Contains(done.text, "None of them waits for anybody") {
		t.Errorf("after the button: %d %.300s", done.status, done.text)
	}
	if n := itoa(len(s.alerts("status=acked"))); n != bundled {
		t.Errorf("one button acknowledged %s alerts, want the %s of its bundle", n, bundled)
	}
}
