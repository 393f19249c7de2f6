package promlabels

import (
	"strings"
	"time"
)

// earliest is the oldest time that is believed: no alert has been firing since before then, but clocks that were
// never set and epochs gone negative say so.
var earliest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Timestamp is an RFC 3339 time that never fails to decode, because one odd clock must not cost a batch of alerts.
// What cannot be read, or lies before the year 2000, is the zero time and stays in Unreadable. The zero time itself,
// null and "" mean "not given".
type Timestamp struct {
	time.Time
	Unreadable string
}

// UnmarshalJSON implements json.Unmarshaler. It returns no error.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*t = Timestamp{}
		return nil
	}
	s, ok := strings.CutPrefix(string(b), `"`)
	if !ok { // a number, an object: kept as it came
		*t = Timestamp{Unreadable: s}
		return nil
	}
	s = strings.TrimSuffix(s, `"`) // escapes are not undone: no time is written with any
	parsed, err := time.Parse(time.RFC3339, s)
	switch {
	case s == "" || err == nil && parsed.IsZero():
		*t = Timestamp{}
	case err != nil || parsed.Before(earliest):
		*t = Timestamp{Unreadable: s}
	default:
		*t = Timestamp{Time: parsed.UTC()}
	}
	return nil
}
