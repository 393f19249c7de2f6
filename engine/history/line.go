// Package history is what happened, as lines that can be kept, sent and played again: the events as they came, who
// acknowledged them and when, who was put on call or was away at run time, and what maintenances were made then. It reads records and writes lines; it
// changes nothing, reads no clock and opens neither stores nor files.
//
// A line is one JSON object. Each says its own version, so that files can be put together, split and filtered; each
// begins with its time, always written with the same width in UTC, so that sort(1) puts them in order. What is written
// is ordered within one alert only, the newest alert first. Lines hold what alerts say, and no secrets of the
// configuration.
//
// What a store has of an alert is its life, not every message. So the times of repeats, of which only the last is kept,
// are spread over the time in which it fired, and say that they are approximate. What people did other than to
// acknowledge and to close (assign, escalate, add somebody) is not told; a snooze counts as an acknowledgement.
package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// Format is the version of lines.
const Format = 1

// Kinds of lines.
const (
	Event    = "event"    // a message of a source
	Ack      = "ack"      // somebody acknowledged the alert,
	Unack    = "unack"    // took that back,
	Close    = "close"    // or closed it
	Override = "override" // somebody was put on call at run time
	Away     = "away"     // somebody was away

	Maintenance = "maintenance" // alerts were held by a maintenance that was made at run time
)

// Line is one thing that happened.
type Line struct {
	At          time.Time    `json:"at"`                    // When it happened; of an override, an absence or a maintenance, when it was made.
	Format      int          `json:"v"`                     // The version of the line: 1.
	Kind        string       `json:"kind"`                  // event, ack, unack, close, override, away or maintenance.
	Alert       uint64       `json:"alert,omitempty"`       // The number of the alert that it went to.
	Integration string       `json:"integration,omitempty"` // Of an event: where it came in.
	Approximate bool         `json:"approximate,omitempty"` // The time is not known exactly: repeats are spread over the time in which the alert fired.
	By          string       `json:"by,omitempty"`          // Who did it: a user, or api:NAME for a key.
	Event       *event.Event `json:"event,omitempty"`       // The event as it came, before rules.
	Stead       *Stead       `json:"override,omitempty"`
	Away        *Absence     `json:"away,omitempty"`
	Maintenance *Upkeep      `json:"maintenance,omitempty"`
}

// Stead is an override: User is on call by a schedule instead of whoever would be.
type Stead struct {
	Name     string    `json:"name" doc:"OVR-7."`
	Schedule string    `json:"schedule"`
	Rotation string    `json:"rotation,omitempty" doc:"Only in this rotation."`
	User     string    `json:"user"`
	Replace  string    `json:"replace,omitempty" doc:"Only this person is replaced."`
	From     time.Time `json:"from"`
	To       time.Time `json:"to" doc:"Where it was cancelled after it had begun, when that was."`
}

// Absence is a time in which somebody was away.
type Absence struct {
	Name string    `json:"name" doc:"AWAY-2."`
	User string    `json:"user"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Upkeep is a maintenance: it held the alerts that match, from when it was made until it was cancelled.
type Upkeep struct {
	Name      string    `json:"name" doc:"MNT-7."`
	When      string    `json:"when" doc:"Which alerts: a condition."`
	From      time.Time `json:"from" doc:"Of the first time that it takes place."`
	Until     time.Time `json:"until"`
	Timezone  string    `json:"timezone,omitempty" doc:"In which it comes again."`
	RRule     string    `json:"rrule,omitempty" doc:"By which it comes again."`
	Ends      time.Time `json:"ends,omitzero" doc:"From when on it does not begin again."`
	Cancelled time.Time `json:"cancelled,omitzero" doc:"When it was taken back."`
	Reason    string    `json:"reason,omitempty"`
}

// stamp has the same width for all times, so that lines sort as text.
const stamp = "2006-01-02T15:04:05.000Z"

// MarshalJSON implements json.Marshaler.
func (l Line) MarshalJSON() ([]byte, error) {
	type fields Line
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		At string `json:"at"`
		fields
	}{l.At.UTC().Format(stamp), fields(l)})
	return b.Bytes(), err
}

// Write writes a line.
func Write(w io.Writer, l Line) error {
	data, err := l.MarshalJSON()
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

// longest is how many bytes a line may have.
const longest = 8 << 20

// ErrNewer says that a line is of a version that this one does not know.
var ErrNewer = errors.New("it was written by a newer version of tocsin")

// Read calls see with every line of a file; empty lines are none. An error names the line.
func Read(r io.Reader, see func(Line) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), longest)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		l, err := Parse(lines.Bytes())
		if err == nil {
			err = see(l)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("after line %d: %w", n, err)
	}
	return nil
}

// Parse reads a line.
func Parse(data []byte) (l Line, err error) {
	if err = json.Unmarshal(data, &l); err == nil {
		err = l.check()
	}
	return l, err
}

// check says what is wrong with a line that was read.
func (l Line) check() error {
	switch {
	case l.Format > Format:
		return fmt.Errorf("version %d: %w", l.Format, ErrNewer)
	case l.Format < 1:
		return errors.New(`it has no version ("v"): is it a line of tocsin events export?`)
	case l.At.IsZero():
		return errors.New("it has no time (at)")
	}
	switch l.Kind {
	case Event:
		if l.Event == nil || l.Event.DedupKey == "" || l.Integration == "" || l.Event.Status != event.Firing && l.Event.Status != event.Resolved {
			return errors.New("an event needs event, event.dedup_key, integration, and the status firing or resolved")
		}
	case Ack, Unack, Close:
		if l.Alert == 0 {
			return fmt.Errorf("%s needs the number of its alert", l.Kind)
		}
	case Override:
		if l.Stead == nil || l.Stead.Schedule == "" || l.Stead.User == "" || !l.Stead.To.After(l.Stead.From) {
			return errors.New("an override needs schedule, user, from, and to after from")
		}
	case Away:
		if l.Away == nil || l.Away.User == "" || !l.Away.To.After(l.Away.From) {
			return errors.New("an absence needs user, from, and to after from")
		}
	case Maintenance:
		if l.Maintenance == nil || l.Maintenance.When == "" || !l.Maintenance.Until.After(l.Maintenance.From) {
			return errors.New("a maintenance needs when, from, and until after from")
		}
	default:
		return fmt.Errorf("the kind %q is not known", l.Kind)
	}
	return nil
}
