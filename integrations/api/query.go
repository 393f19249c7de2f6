package api

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// How many items a page of a list has.
const (
	defaultLimit = 50
	maxLimit     = 500
)

// param is a query parameter.
type param struct {
	name, doc string
	kind      string   // of JSON Schema: string unless given
	of        []string // the possible values; any when empty
	list      bool     // several may be given, separated by commas or one by one
}

// query is what a request asks for; every name in it is known, and everything that is one thing is there once.
type query url.Values

// labelPrefix begins the parameters that give labels.
const labelPrefix = "labels."

// parseQuery refuses what is not known: a mistyped filter would show everything.
func parseQuery(raw string, params []param, labels bool) (query, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, invalid("query", "it cannot be read: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if labels && len(name) > len(labelPrefix) && strings.HasPrefix(name, labelPrefix) {
			continue
		}
		i := slices.IndexFunc(params, func(p param) bool { return p.name == name })
		if i < 0 {
			return nil, unknownParam(name, params, labels)
		}
		if err := params[i].check(values, name); err != nil {
			return nil, err
		}
	}
	return query(values), nil
}

func unknownParam(name string, params []param, labels bool) *problem {
	p := invalid(clip(name), "there is no such parameter")
	var known []string
	for _, k := range params {
		known = append(known, k.name)
	}
	if labels {
		known = append(known, labelPrefix+"NAME")
	}
	p.hint = "this path takes no parameters"
	if len(known) > 0 {
		p.hint = "this path takes " + strings.Join(known, ", ")
	}
	return p
}

// check brings the values of a list into one form, and holds them against what is possible.
func (p param) check(values url.Values, name string) error {
	if !p.list {
		if len(values[name]) > 1 {
			return invalid(name, "given %d times, once is possible", len(values[name]))
		}
	} else {
		values[name] = splitList(values[name])
	}
	for _, v := range values[name] {
		if len(p.of) > 0 && v != "" && !slices.Contains(p.of, v) {
			return invalid(name, "%q is not one of %s", clip(v), strings.Join(p.of, ", "))
		}
	}
	return nil
}

func splitList(values []string) (out []string) {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

func (q query) text(name string) string    { return url.Values(q).Get(name) }
func (q query) texts(name string) []string { return q[name] }
func (q query) yes(name string) bool       { return q.text(name) == "true" }

// choices are the values of a list parameter as a type of their own.
func choices[T ~string](q query, name string) (out []T) {
	for _, v := range q.texts(name) {
		out = append(out, T(v))
	}
	return out
}

// time reads an RFC 3339 time; zero when there is none.
func (q query) time(name string) (time.Time, error) {
	return optionalTime(name, q.text(name))
}

// optionalTime is parseTime, and zero for an empty text.
func optionalTime(field, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return parseTime(field, s)
}

// parseTime also takes a time whose + became a space, as it does in URLs that are written by hand.
func parseTime(field, s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, strings.Replace(s, " ", "+", 1))
	if err != nil {
		return time.Time{}, invalid(field, "%q is not a time such as 2026-03-09T14:00:00Z", clip(s))
	}
	return t, nil
}

// wallTime is parseTime that also takes a time without an offset, such as 2026-12-24T18:00: wall clock in a zone.
func wallTime(field, s string, zone *time.Location) (time.Time, error) {
	if t, err := schedules.ParseTime(s, zone); err == nil {
		return t, nil
	}
	return parseTime(field, s)
}

// since reads a time, or how long ago it was.
func (q query) since(name string, now time.Time) (time.Time, error) {
	s := q.text(name)
	if ago, err := parseDuration(s); err == nil && ago > 0 {
		return now.Add(-ago), nil
	}
	t, err := q.time(name)
	if err != nil {
		return t, invalid(name, "%q is neither a time such as 2026-03-09T14:00:00Z nor a duration such as 2h or 7d", clip(s))
	}
	return t, nil
}

// maxDuration is more than anybody means.
const maxDuration = 100 * 365 * 24 * time.Hour

// parseDuration reads 90s, 1h30m, and also 7d or 2w.
func parseDuration(s string) (time.Duration, error) {
	for unit, length := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if digits, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.Atoi(digits)
			if err != nil || n < 0 || n > int(maxDuration/length) {
				return 0, strconv.ErrRange
			}
			return time.Duration(n) * length, nil
		}
	}
	return time.ParseDuration(s)
}

func (q query) limit() (int, error) {
	s := q.text("limit")
	if s == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxLimit {
		return 0, invalid("limit", "%q is not a number from 1 to %d", clip(s), maxLimit)
	}
	return n, nil
}
