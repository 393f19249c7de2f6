package payload

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Time reads a point in time: RFC 3339 text, or seconds, milliseconds, microseconds or nanoseconds since 1970 as a
// number or digits, told apart by their size (1e11 seconds are in the year 5138). Null and "" are the zero time.
func Time(v any) (time.Time, error) {
	switch v := v.(type) {
	case nil:
		return time.Time{}, nil
	case time.Time:
		return v.UTC(), nil
	case int:
		return epoch(float64(v))
	case int64:
		return epoch(float64(v))
	case float64:
		return epoch(v)
	case string:
		s := strings.TrimSpace(v)
		if s == "" {
			return time.Time{}, nil
		}
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			return t.UTC(), nil
		}
		if t, err := time.Parse("2006-01-02T15:04:05Z0700", s); err == nil { // +0000, as many senders write
			return t.UTC(), nil
		}
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			return epoch(n)
		}
		return time.Time{}, fmt.Errorf("%.40q is not a time: RFC 3339 (2026-03-09T09:00:00Z) or seconds or milliseconds since 1970 are", v)
	}
	return time.Time{}, fmt.Errorf("a %T is not a time: RFC 3339 text or a number since 1970 is", v)
}

func epoch(n float64) (time.Time, error) {
	size := math.Abs(n)
	switch {
	case math.IsNaN(n) || size >= 9e18:
		return time.Time{}, fmt.Errorf("%g is not a time: no unit since 1970 makes sense of it", n)
	case size < 1e11:
		// Microseconds are what a float64 of seconds can hold.
		return time.UnixMicro(int64(math.Round(n * 1e6))).UTC(), nil
	case size < 1e14:
		return time.UnixMicro(int64(math.Round(n * 1e3))).UTC(), nil
	case size < 1e17:
		return time.UnixMicro(int64(n)).UTC(), nil
	}
	return time.Unix(0, int64(n)).UTC(), nil
}
