// Package maintenance is a time in which alerts that match are held, as people make it at run time, as a pure state
// machine: who made it, why, which alerts, when, and how often it comes again. A silence is the same. It does no I/O and
// reads no clock. It says what a maintenance is; package alert says what it does to an alert.
//
// All of them are in incident.Shard, beside the trail that tells of them.
package maintenance

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

const (
	// Format is the version of the encoding of State.
	Format = 1
	// Longest is how long it may last, at a time.
	Longest = 90 * 24 * time.Hour
	// Last is how long one that comes again may go on.
	Last = 2 * 366 * 24 * time.Hour
	// Most is how many there may be at once that are not over.
	Most = 200
	// Keep is how long each is kept after its end.
	Keep = 400 * 24 * time.Hour

	// MaxPublic is how long its text for customers may be, in bytes.
	MaxPublic = 1000

	maxReason = 1000 // bytes
	maxName   = 1000 // bytes of a service or a label
	maxLabels = 20
)

// Status is how far it is.
type Status string

// The statuses.
const (
	Active    Status = "active" // in force, between two times, or still to begin
	Over      Status = "over"
	Cancelled Status = "cancelled"
)

// Refused says why something cannot be done; it is meant for the person who tried. Field is what it is about, if it is
// one field.
type Refused struct{ Field, Reason, Hint string }

func (r *Refused) Error() string { return r.Reason }

func refuse(field, format string, args ...any) error {
	return &Refused{Field: field, Reason: fmt.Sprintf(format, args...)}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 80)], "") }
