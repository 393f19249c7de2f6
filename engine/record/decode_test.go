package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// golden is a record that a released format wrote.
func golden(t *testing.T, name string) store.Record {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.TrimSpace(data)
	var head struct{ ID store.ID }
	if err := json.Unmarshal(data, &head); err != nil {
		t.Fatal(err)
	}
	return store.Record{ID: head.ID, Version: 1, Data: data}
}

// lost names what is in a, and not the same in b. b may have more.
func lost(path string, a, b any) (names []string) {
	was, ok := a.(map[string]any)
	if !ok {
		if !cmp.Equal(a, b) {
			names = append(names, path)
		}
		return names
	}
	is, _ := b.(map[string]any)
	for name, v := range was {
		names = append(names, lost(path+"."+name, v, is[name])...)
	}
	return names
}

func TestRecordsOfTheFirstFormatAreReadWithEverythingTheyHold(t *testing.T) {
	t.Parallel()
	const pool = `throttle|policy:standard|"links"|labels.cluster="west"`
	for _, g := range []struct{ name, lists, keys string }{ // a row each, unaligned, so that two who add one do not meet
		{"acked-alert", "acked/P1 paged/darren", "dedup/api\x00disk-db-3 number/1"},
		{"snoozed-alert", "snoozed/P2 paged/darren", "dedup/api\x00queue number/3"},
		{"closed-alert", "closed", "dedup/api\x00cert number/2"},
		{"grouped-alert", "open/P2", "dedup/prom\x00disks number/9"},
		{"incident-issues", "incidents/open incidents/failing/jira", "name/INC-12"},
		{"open-incident", "incidents/open", "name/INC-2 incident/team/ops"},
		{"closed-incident", "incidents/closed", "name/INC-1"},
		{"called-incident", "incidents/mitigated", "name/INC-1 incident/service/db"},
		{"published-incident", "incidents/open incidents/failing/statuspage", "name/INC-7"},
		{"chat-incident", "incidents/closed", "name/INC-7 slack/C7"},
		{"responder-alert", "open/P1 exhausted paged/ethan paged/amir paged/darren paged/jason", "dedup/tocsin:incident\x00INC-1 user:ethan number/3"},
		{"postmortem", "postmortems/open", "name/PM-1"},
		{"pm-followed", "postmortems/completed", "name/PM-3"},
		{"pm-tagged", "postmortems/completed", "name/PM-3"},
		{"pm-issues", "postmortems/open", "name/PM-3"},
		{"alike-incident", "incidents/open", "name/INC-2 incident/team/ops"},
		{"planned-postmortem", "postmortems/completed", "name/PM-31"},
		{"pm-sent", "postmortems/completed", "name/PM-32"},
		{"subscriber-learned", "subscribers/INC-1/@retrospective", "subscriber/INC-1/@retrospective/08168cd80dfd534ab0f10af10f1303fe"},
		{"review-digest", "", "review-digest"},
		{"heartbeat", "heartbeats heartbeats/late", "heartbeat/backup"},
		{"canary", "", "canary"},
		{"handoff", "handoffs", "handoff/primary"},
		{"override", "overrides/cancelled overrides/counting", "name/OVR-4"},
		{"absence", "absences/active", "name/AWAY-1"},
		{"absence-asked", "absences/active", "name/AWAY-2"},
		{"contact", "contacts", "contact/sms/ethan"},
		{"feed", "", "feed/user/ethan"},
		{"entry", "trail", ""},
		{"waiting-alert", "open/P1 held/maintenance held/dependency", "dedup/prom\x00checkout number/5"},
		{"blocking-alert", "open/P1 blocking blocking/high/database", "dedup/prom\x00db number/6"},
		{"held-alert", "open/P1 held/delay held/require", "dedup/prom\x00queue number/4"},
		{"summary-alert", "open/P4 held/throttle", "dedup/prom\x00" + pool + "|2026-03-09T03:10:00Z number/3 member/prom\x00" + pool + "\x00west-2 member/prom\x00" + pool + "\x00west-3"},
		{"throttle", "", `throttle/policy:standard|"links"|labels.cluster="west"`},
		{"swap", "swaps/accepted", "name/SWAP-2"},
		{"swap-asked", "swaps/proposed", "name/SWAP-3"},
		{"aggregate", "aggregates", "aggregate/wide"},
		{"counted-alert", "open/P2", "dedup/prom\x00search number/7"},
		{"maintenance", "maintenance/cancelled", "name/MNT-3"},
		{"maintenance-on", "maintenance/active", "name/MNT-4"},
		{"calendar", "calendars", "calendar/6f1e8a2b3c4d5e6f708192a3b4c5d6e7"},
		{"calendar-text", "", ""},
		{"told-incident", "incidents/open", "name/INC-1"},
		{"subscriber", "subscribers/INC-1/stakeholders", "subscriber/INC-1/stakeholders/08168cd80dfd534ab0f10af10f1303fe"},
		{"deployment", "deployments deployments/of/payments deployments/in/production deployments/of/payments/in/production deployments/tier/production deployments/of/payments/tier/production",
			"deployment/github\x00acme/payments/901 name/DEP-5"},
		{"attachment", "", ""},
	} {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			r := golden(t, "v1/"+g.name+".json")
			rec, err := record.Decode(r)
			if err != nil {
				t.Fatal(err)
			}
			if rec.Identity() != r.ID || rec.Born().IsZero() {
				t.Errorf("it is %s, born %v", rec.Identity(), rec.Born())
			}
			if lists, keys := strings.Join(rec.Lists(), " "), strings.Join(rec.Keys(), " "); lists != g.lists || keys != g.keys {
				t.Errorf("it is found in %q by %q, want %q by %q", lists, keys, g.lists, g.keys)
			}
			again, err := json.Marshal(rec)
			if err != nil {
				t.Fatal(err)
			}
			var was, is any
			if err := errors.Join(json.Unmarshal(r.Data, &was), json.Unmarshal(again, &is)); err != nil {
				t.Fatal(err)
			}
			if names := lost("", was, is); len(names) > 0 {
				t.Errorf("the next commit would lose or change %v", names)
			}
		})
	}
}

func TestWhatANewerVersionWroteIsRefusedAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	r := golden(t, "v1/acked-alert.json")
	for what, newer := range map[string]store.Record{
		"a later format":                     {ID: r.ID, Data: bytes.Replace(r.Data, []byte(`"v":1`), []byte(`"v":7`), 1)},
		"a later format with another shape":  {ID: r.ID, Data: []byte(`{"v":7,"id":["a"],"status":4}`)},
		"a kind of records that is not here": {ID: "z02-06gzh7rfw1xmbfcs8d2raep1f0", Data: []byte(`{"v":1}`)},
	} {
		_, err := record.Decode(newer)
		if !errors.Is(err, record.ErrNewer) || !strings.Contains(err.Error(), string(newer.ID)) || !strings.Contains(err.Error(), "use that version") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWhatIsNoRecordIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	id := golden(t, "v1/acked-alert.json").ID
	for _, data := range []string{``, `null`, `[]`, `{}`, `{"v":0}`, `{"v":"1"}`, `{"v":1,"id":4}`, `{"v":1`} {
		_, err := record.Decode(store.Record{ID: id, Data: []byte(data)})
		if err == nil || errors.Is(err, record.ErrNewer) || !strings.Contains(err.Error(), string(id)) {
			t.Errorf("%s: %v", data, err)
		}
	}
}

func TestADecodedAlertIsWhatWasStored(t *testing.T) {
	t.Parallel()
	rec, err := record.Decode(golden(t, "v1/acked-alert.json"))
	if err != nil {
		t.Fatal(err)
	}
	a := rec.(*alert.State)
	if a.Number != 1 || a.Status != alert.Acked || a.AckedBy != "ethan" || a.Title != "Disk of db-3 is full" || a.Count != 2 || len(a.Pages) == 0 || len(a.Timeline) == 0 {
		t.Errorf("it is %+v", a)
	}
}
