package schedules

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The short way to read a time gives what time.Parse gives, and leaves everything else to it.
func TestTimesToTheMinuteAreReadAsTimeParseReadsThem(t *testing.T) {
	t.Parallel()
	same := func(t interface{ Errorf(string, ...any) }, s string) {
		want, err := time.Parse("2006-01-02T15:04", s)
		if got, ok := parseMinute(s); ok && (err != nil || got != wall(want.Unix())) {
			t.Errorf("%q is read as %d; time.Parse gives %v, %v", s, got, want, err)
		}
	}
	for s, short := range map[string]bool{
		"2026-03-09T09:00": true, "2024-02-29T23:59": true, "2000-02-29T00:00": true, "1900-01-01T00:00": true, "2999-12-31T23:59": true,
		"2026-02-29T09:00": false, "1900-02-29T00:00": false, "2026-04-31T09:00": false, "2026-13-01T09:00": false, "2026-00-10T09:00": false,
		"2026-03-09T24:00": false, "2026-03-09T09:60": false, "1899-12-31T23:59": false, "3000-01-01T00:00": false,
		"2026-03-09 09:00": false, "+026-03-09T09:00": false, "2026-03-09T09:0Z": false, "2026-03-09": false, "": false,
	} {
		if _, ok := parseMinute(s); ok != short {
			t.Errorf("%q is read the short way: %t", s, ok)
		}
		same(t, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		same(t, rapid.StringMatching(`(19|20|29)[0-9]{2}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]`).Draw(t, "time"))
	})
}
