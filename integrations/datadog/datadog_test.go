package datadog

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

var (
	update = flag.Bool("update", false, "write the golden files anew")
	now    = time.Date(2026, 11, 20, 8, 6, 0, 0, time.UTC)
)

func TestWebhooksBecomeEvents(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"triggered", "recovered", "default-payload"} {
		got, err := json.MarshalIndent(one(t, read(t, name+".json")), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden := "testdata/" + name + ".golden.json"
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestEveryTransitionFiresOrResolves(t *testing.T) {
	t.Parallel()
	for transition, want := range map[string]event.Status{
		"Triggered": event.Firing, "Re-Triggered": event.Firing, "Warn": event.Firing, "Re-Warn": event.Firing,
		"No Data": event.Firing, "Re-No Data": event.Firing, "Renotify": event.Firing, "Recovered": event.Resolved,
		"recovered": event.Resolved, "Null": event.Firing, "$ALERT_TRANSITION": event.Firing, "Something New": event.Firing,
	} {
		e := one(t, `{"alert_cycle_key":"k","alert_title":"Disk","alert_transition":"`+transition+`"}`)
		if e.Status != want || e.DedupKey != "k" {
			t.Errorf("%s: %s %s, want %s", transition, e.Status, e.DedupKey, want)
		}
	}
}

func TestWithoutTransitionTheTitleAndThenTheTypeDecide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		title, kind string
		want        event.Status
	}{
		{"[Triggered] Disk", "", event.Firing},
		{"[Recovered] Disk", "", event.Resolved},
		{"[P3] [Recovered on {host:a,env:b}] Disk", "", event.Resolved},
		{"[TEST] [No Data] Disk", "", event.Firing},
		{"[Re-Triggered on {host:a}] Disk", "success", event.Firing},
		{"Disk [Recovered]", "", event.Firing},
		{"Disk", "success", event.Resolved},
		{"Disk", "info", event.Firing},
		{"Disk", "", event.Firing},
	} {
		if e := one(t, `{"id":"1","title":"`+c.title+`","alert_type":"`+c.kind+`"}`); e.Status != c.want {
			t.Errorf("%s, type %q: %s, want %s", c.title, c.kind, e.Status, c.want)
		}
	}
}

func TestDedupKeyIsTheMostStableThatThereIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cycle, aggregation, alert, scope, title, id, want string }{
		{"c", "a", "1", "host:x", "[Triggered] T", "9", "c"},
		{"$ALERT_CYCLE_KEY", "a", "1", "host:x", "[Triggered] T", "9", "a"},
		{"", "$AGGREG_KEY", "1", "host:x", "[Triggered] T", "9", "1:host:x"},
		{"", "", "1", "$ALERT_SCOPE", "[Triggered] T", "9", "1"},
		{"", "", "$ALERT_ID", "", "[Triggered on {host:x}] T", "9", "T {host:x}"},
		{"", "", "", "", "[Recovered on {host:x}] T", "10", "T {host:x}"},
		{"", "", "", "", "T", "9", "9"},
	} {
		body, err := json.Marshal(map[string]string{
			"alert_cycle_key": c.cycle, "aggregation_key": c.aggregation, "alert_id": c.alert, "alert_scope": c.scope, "alert_title": c.title, "event_id": c.id,
		})
		if err != nil {
			t.Fatal(err)
		}
		if e := one(t, string(body)); e.DedupKey != c.want {
			t.Errorf("%+v: key %q", c, e.DedupKey)
		}
	}
}

func TestPriorityIsTheMonitorsAndElseTheTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ monitor, priority, kind, title, want string }{
		{"P1", "normal", "warning", "T", "P1"},
		{"p4", "", "", "T", "P4"},
		{"$ALERT_PRIORITY", "P2", "info", "T", "P2"},
		{"", "normal", "error", "T", "P2"},
		{"", "low", "error", "T", "P5"},
		{"", "", "warning", "T", "P3"},
		{"", "", "info", "T", "P5"},
		{"", "", "success", "T", ""},
		{"", "$PRIORITY", "$ALERT_TYPE", "[P4] [Triggered] T", "P4"},
		{"P9", "", "", "T", ""},
	} {
		e := one(t, `{"event_id":"1","alert_priority":"`+c.monitor+`","priority":"`+c.priority+`","alert_type":"`+c.kind+`","title":"`+c.title+`"}`)
		if e.Priority != c.want {
			t.Errorf("%+v: got %q", c, e.Priority)
		}
	}
}

func TestPrefixesLeaveTheTitleAndTheMonitorsOwnBracketsStay(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"[P1] [Triggered on {host:a}] Host is Down": "Host is Down",
		"[TEST] [Triggered] [Memory Alert]":         "[Memory Alert]",
		"[Billing] Queue":                           "[Billing] Queue",
		"[Triggered]":                               "[Triggered]",
	} {
		if e := one(t, `{"event_id":"1","title":"`+in+`"}`); e.Title != want {
			t.Errorf("%q became %q, want %q", in, e.Title, want)
		}
	}
}

// An administrator who pastes the template sends at least these: each must make a difference when Datadog fills it
// in, and none when it does not.
func TestEveryVariableOfTheTemplateIsUnderstood(t *testing.T) {
	t.Parallel()
	variable := regexp.MustCompile(`\$[A-Z_]+(\[[a-z]+\])?`)
	filled := map[string]string{
		"$ALERT_TRANSITION": "Recovered", "$ALERT_TYPE": "error", "$ALERT_PRIORITY": "P1", "$PRIORITY": "low", "$DATE": "1795161890000",
		"$LAST_UPDATED": "1795161890000", "$TAGS": "a:b,c", "$ID": "7",
	}
	for _, file := range []string{"template.json", "template-long.json"} {
		template := read(t, file)
		const key = "$ALERT_CYCLE_KEY"
		nothing := one(t, strings.Replace(template, key, "the-key", 1))
		if nothing.Title != "Datadog event" || len(nothing.Tags) > 0 || len(nothing.Labels) > 0 || len(nothing.Details) != 1 || nothing.Link != "" || nothing.Service != "" {
			t.Errorf("%s: unsubstituted variables show: %+v", file, nothing)
		}
		for _, v := range variable.FindAllString(template, -1) {
			value := filled[v]
			if value == "" {
				value = "filled"
			}
			body := strings.Replace(template, `"`+v+`"`, `"`+value+`"`, 1)
			if v != key {
				body = strings.Replace(body, key, "the-key", 1)
			}
			if cmp.Equal(nothing, one(t, body)) {
				t.Errorf("%s: %s makes no difference", file, v)
			}
		}
	}
}

func TestDollarSignsInTextAreNoVariables(t *testing.T) {
	t.Parallel()
	e := one(t, `{"event_id":"1","title":"costs $ALERT_ID dollars","event_msg":"$ID and more","hostname":"$5"}`)
	if e.Title != "costs $ALERT_ID dollars" || e.Description != "$ID and more" || e.Source != "$5" {
		t.Errorf("%+v", e)
	}
}

func TestWhatIsNoWebhookIsExplained(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``: "the body is empty", `{"a"`: "not valid JSON", `[]`: "not a JSON object", `{}`: "nothing identifies the alert", `{"event_id":"$ID"}`: "nothing identifies the alert",
	} {
		events, err := Decode([]byte(body), now)
		if err == nil || !strings.Contains(err.Error(), want) || events != nil {
			t.Errorf("%s: got %v, %v; want %q", body, events, err, want)
		}
	}
}

func TestNonsenseDatesAndNumbersForTextAreTaken(t *testing.T) {
	t.Parallel()
	e := one(t, `{"alert_id":1234,"title":"T","date":"soon","last_updated":1795161890000,"tags":null,"hostname":["a"]}`)
	if e.DedupKey != "1234" || e.StartsAt.UnixMilli() != 1795161890000 || e.Source != "" {
		t.Errorf("%+v", e)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	body, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func one(t *testing.T, body string) event.Event {
	t.Helper()
	events, err := Decode([]byte(body), now)
	if err != nil || len(events) != 1 {
		t.Fatalf("Decode(%s) = %v, %v; want one event", body, events, err)
	}
	return events[0]
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"alert_cycle_key":"k","alert_transition":"Re-Warn","tags":"a:b,c,:,d:","date":"1795161890000","org":{"id":1}}`,
		`{"id":"1","title":"[P1] [Triggered on {host:a}]","logs_sample":{"a":[1]}}`, `{"id":1e999}`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := Decode(body, now)
		if (err == nil) != (len(events) == 1) {
			t.Errorf("%v, %v", events, err)
		}
		for _, e := range events {
			if e.DedupKey == "" || e.Title == "" || e.StartsAt.IsZero() {
				t.Errorf("incomplete: %+v", e)
			}
		}
	})
}
