package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// Duration is a time span of the configuration: Go's, plus d (24 hours) and w (7 days), such as 30s, 1h30m or 7d. It is
// never negative.
type Duration time.Duration

// units of a duration, the longer names first where one begins with the other.
var units = []struct {
	name  string
	value time.Duration
}{
	{"ns", time.Nanosecond}, {"us", time.Microsecond}, {"µs", time.Microsecond}, {"ms", time.Millisecond},
	{"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", day}, {"w", week},
}

// durationPattern is the form of a duration, for the schema.
const durationPattern = `^(0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w))+)$`

// ParseDuration reads a duration such as 90s, 1h30m, 7d or 1w2d. A bare 0 needs no unit.
func ParseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	bad := fmt.Errorf("%q is not a duration; write for example 30s, 10m, 1h30m or 7d", s)
	if _, err := strconv.Atoi(s); err == nil {
		return 0, fmt.Errorf("%q has no unit; write for example %sm for minutes, or s, h, d, w", s, s)
	}
	if s == "" {
		return 0, bad
	}
	total := 0.0
	exact := time.Duration(0)
	for rest := s; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		n, err := strconv.ParseFloat(rest[:digits], 64)
		if err != nil {
			return 0, bad
		}
		unit, length := unitOf(rest[digits:])
		if length == 0 {
			return 0, bad
		}
		if total += n * float64(unit); total >= math.MaxInt64 {
			return 0, errors.New("the duration is longer than 292 years")
		}
		if whole, err := strconv.ParseInt(rest[:digits], 10, 64); err == nil {
			exact += time.Duration(whole) * unit
		} else {
			exact += time.Duration(math.Round(n * float64(unit)))
		}
		rest = rest[digits+length:]
	}
	return exact, nil
}

func unitOf(s string) (unit time.Duration, length int) {
	for _, u := range units {
		if strings.HasPrefix(s, u.name) {
			return u.value, len(u.name)
		}
	}
	return 0, 0
}

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(b []byte) error {
	parsed, err := ParseDuration(string(b))
	*d = Duration(parsed)
	return err
}

// MarshalText writes a duration as ParseDuration reads it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String writes the duration with d for what are whole days, and without units that are nought: 7d, 1h30m, 0s.
func (d Duration) String() string {
	whole, rest := time.Duration(d)/day, time.Duration(d)%day
	out := ""
	if whole > 0 {
		out = fmt.Sprintf("%dd", whole)
	}
	if rest != 0 || out == "" {
		short := rest.String()
		if strings.HasSuffix(short, "m0s") {
			short = strings.TrimSuffix(short, "0s")
		}
		if strings.HasSuffix(short, "h0m") {
			short = strings.TrimSuffix(short, "0m")
		}
		out += short
	}
	return out
}

// Keep is how long something is kept: a duration, or Forever.
type Keep time.Duration

// Forever is written as forever.
const Forever Keep = -1

// UnmarshalText reads a duration or forever.
func (k *Keep) UnmarshalText(b []byte) error {
	if string(b) == "forever" {
		*k = Forever
		return nil
	}
	d, err := ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%w, or forever", err)
	}
	if d == 0 {
		return errors.New("nothing can be kept for no time; write for example 90d, or forever")
	}
	*k = Keep(d)
	return nil
}

// MarshalText writes it as UnmarshalText reads it.
func (k Keep) MarshalText() ([]byte, error) {
	if k == Forever {
		return []byte("forever"), nil
	}
	return Duration(k).MarshalText()
}
