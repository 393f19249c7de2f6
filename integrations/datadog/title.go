package datadog

import (
	"cmp"
	"regexp"
	"strings"
)

// title is a title of Datadog taken apart: "[P2] [Triggered on {host:a}] Disk is full".
type title struct {
	priority   string // P2
	transition string // triggered, in lower case; "" when there is none
	scope      string // host:a
	rest       string // Disk is full
}

var (
	transitionPrefix = regexp.MustCompile(`(?i)^\[(re-triggered|triggered|re-warn|warn|re-no data|no data|renotify|recovered)(?: on \{([^}]*)\})?\]\s*`)
	otherPrefix      = regexp.MustCompile(`(?i)^\[(?:(p[1-5])|test)\]\s*`)
)

// splitTitle takes the prefixes that Datadog puts before a monitor's name off it. Brackets of the monitor's own stay.
func splitTitle(s string) title {
	t := title{rest: strings.TrimSpace(s)}
	for {
		if m := otherPrefix.FindStringSubmatch(t.rest); m != nil {
			t.priority = cmp.Or(strings.ToUpper(m[1]), t.priority)
			t.rest = t.rest[len(m[0]):]
		} else if m := transitionPrefix.FindStringSubmatch(t.rest); m != nil && t.transition == "" {
			t.transition, t.scope = strings.ToLower(m[1]), m[2]
			t.rest = t.rest[len(m[0]):]
		} else {
			break
		}
	}
	if t.rest == "" {
		t.rest = strings.TrimSpace(s)
	}
	return t
}

// key is the same for all transitions of one monitor and scope.
func (t title) key() string {
	if t.scope == "" {
		return t.rest
	}
	return t.rest + " {" + t.scope + "}"
}
