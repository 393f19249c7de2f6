package payload

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnyKeepsTheDigitsOfLongIDs(t *testing.T) {
	t.Parallel()
	got, err := Any([]byte(`{"id":9007199254740993,"ratio":0.5,"huge":1e999,"list":[1,null,true]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"id": 9007199254740993, "ratio": 0.5, "huge": "1e999", "list": []any{1, nil, true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsSayWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``:                           "the body is empty",
		"  \n":                       "the body is empty",
		`{"alerts":[}`:               "not valid JSON at byte 12",
		`{"alerts":[`:                "not valid JSON",
		`{"alerts":[]} {}`:           "not valid JSON",
		`{"alerts":[{"labels":[]}]}`: "Alerts.Labels: JSON array is not what belongs here (at byte 22)",
		`[]`:                         "wrong shape: got JSON array",
	} {
		var into struct {
			Alerts []struct{ Labels map[string]string }
		}
		if err := Unmarshal([]byte(body), &into); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Unmarshal(%s): got error %v, want %q in it", body, err, want)
		}
	}
	for body, want := range map[string]string{
		``: "the body is empty", `{"a":`: "ends too early", `{"a":]`: "at byte 6", `{} {}`: "more follows", `{}]`: "more follows",
	} {
		if _, err := Any([]byte(body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Any(%s): got error %v, want %q in it", body, err, want)
		}
	}
}

func TestTextOfScalars(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   any
		want string
		ok   bool
	}{
		{nil, "", true}, {"x", "x", true}, {true, "true", true}, {1700000000000, "1700000000000", true}, {1e6, "1000000", true},
		{0.25, "0.25", true}, {int64(-4), "-4", true}, {time.Minute, "1m0s", true}, {[]any{}, "", false}, {map[string]any{}, "", false},
	} {
		if got, ok := Text(c.in); got != c.want || ok != c.ok {
			t.Errorf("Text(%#v) = %q, %v; want %q, %v", c.in, got, ok, c.want, c.ok)
		}
	}
}

func TestTimeTellsUnitsApart(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 11, 20, 8, 4, 50, 0, time.UTC)
	for _, in := range []any{
		"2026-11-20T08:04:50Z", "2026-11-20T09:04:50+01:00", "2026-11-20T08:04:50+0000", " 1795161890 ", "1795161890000",
		1795161890, int64(1795161890), 1795161890.0, 1795161890000, 1795161890000000, 1795161890000000000,
		want.In(time.FixedZone("", 3600)),
	} {
		got, err := Time(in)
		if err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("Time(%v) = %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []any{nil, "", "  "} {
		if got, err := Time(in); err != nil || !got.IsZero() {
			t.Errorf("Time(%q) = %v, %v; want the zero time", in, got, err)
		}
	}
	for _, in := range []any{"yesterday", math.NaN(), math.Inf(-1), 1e300, "NaN", []any{}, true} {
		if got, err := Time(in); err == nil {
			t.Errorf("Time(%v) = %v; want an error", in, got)
		}
	}
}
