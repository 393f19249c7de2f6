package promlabels

import (
	"encoding/json"
	"testing"
	"time"
)

// Both fingerprints are as a real Alertmanager sent them.
func TestFingerprintIsThatOfPrometheus(t *testing.T) {
	t.Parallel()
	for want, labels := range map[string]map[string]string{
		"33940eace324b4da": {"alertname": "Watchdog", "cluster": "west-1", "replica": "a", "severity": "none"},
		"0b6228b792195964": {
			"alertname": "HighErrorRate", "cluster": "west-1", "replica": "a", "service": "banking-transaction", "severity": "critical", "team": "it-west",
		},
	} {
		if got := Fingerprint(labels); got != want {
			t.Errorf("%v: %s, want %s", labels, got, want)
		}
	}
}

func TestPresentDropsEmptyValuesAndLeavesTheArgument(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"a": "b", "c": ""}
	if got := Present(labels); len(got) != 1 || got["a"] != "b" || len(labels) != 2 {
		t.Errorf("got %v, argument %v", got, labels)
	}
	if got := Present(nil); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestTimestampsNeverFail(t *testing.T) {
	t.Parallel()
	good := time.Date(2026, 11, 20, 8, 4, 50, 568e6, time.UTC)
	for _, c := range []struct {
		in         string
		want       time.Time
		unreadable string
	}{
		{`"2026-11-20T08:04:50.568Z"`, good, ""},
		{`"2026-11-20T09:04:50.568+01:00"`, good, ""},
		{`null`, time.Time{}, ""},
		{`""`, time.Time{}, ""},
		{`"0001-01-01T00:00:00Z"`, time.Time{}, ""},
		{`"0001-01-01T00:00:00-02:00"`, time.Time{}, "0001-01-01T00:00:00-02:00"},
		{`"1999-12-31T23:59:59Z"`, time.Time{}, "1999-12-31T23:59:59Z"},
		{`"soon"`, time.Time{}, "soon"},
		{`1795161890`, time.Time{}, "1795161890"},
		{`{"a":[1]}`, time.Time{}, `{"a":[1]}`},
	} {
		var got Timestamp
		if err := json.Unmarshal([]byte(c.in), &got); err != nil || got.Time != c.want || got.Unreadable != c.unreadable {
			t.Errorf("%s: %v %q %v; want %v %q", c.in, got.Time, got.Unreadable, err, c.want, c.unreadable)
		}
	}
}
