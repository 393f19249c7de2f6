package config

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDurationsAreReadWithDaysAndWeeks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "30s": 30 * time.Second, "10m": 10 * time.Minute, "1h30m": 90 * time.Minute, "7d": 7 * 24 * time.Hour,
		"2w": 14 * 24 * time.Hour, "1w2d3h": 219 * time.Hour, "1.5h": 90 * time.Minute, "250ms": 250 * time.Millisecond,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "m", "-5m", "+5m", "5 m", "5M", "1y", "1.2.3s", ".s", "5mm", "300000000w", "1h-5m"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

func TestDurationsAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := Duration(rapid.Int64Range(0, 1<<62).Draw(t, "duration"))
		if got, err := ParseDuration(want.String()); err != nil || Duration(got) != want {
			t.Fatalf("%d is written %s and read %d (%v)", want, want, got, err)
		}
	})
	for d, want := range map[time.Duration]string{0: "0s", 90 * time.Minute: "1h30m", 48 * time.Hour: "2d", 36 * time.Hour: "1d12h", time.Minute: "1m", 3605 * time.Second: "1h0m5s"} {
		if got := Duration(d).String(); got != want {
			t.Errorf("%d is written %s, want %s", d, got, want)
		}
	}
}
