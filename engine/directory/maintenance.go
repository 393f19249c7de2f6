package directory

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Maintenance is a time, which may come again, in which the alerts that match are held.
type Maintenance struct {
	Name      string // MNT-3, or that of the configuration
	Reason    string
	Condition string // which alerts
	When      *rules.Condition
	Times     *schedules.Recurrence
	Public    string // what customers are told of it; empty: it is not shown to them
	Service   string // whose alerts it holds, where it names one
	// Made and Cancelled are from when to when it counts, whatever its times are; zero for ever.
	Made, Cancelled time.Time
}

// inForce is until when it holds alerts, if it does now.
func (m *Maintenance) inForce(now time.Time) (until time.Time, ok bool) {
	o, ok := m.Times.At(now)
	if until = o.Until; !m.Cancelled.IsZero() && m.Cancelled.Before(until) {
		until = m.Cancelled
	}
	return until, ok && !now.Before(m.Made) && now.Before(until)
}

// Next is when it takes place, now or the next time. There is none when it is over or cancelled.
func (m *Maintenance) Next(now time.Time) (from, until time.Time, ok bool) {
	if m.Made.After(now) {
		now = m.Made
	}
	o, ok := m.Times.Next(now)
	if from, until = o.From, o.Until; !m.Cancelled.IsZero() && m.Cancelled.Before(until) {
		until = m.Cancelled
	}
	return from, until, ok && now.Before(until) && from.Before(until)
}

// Maintained is a maintenance in force that an alert is in.
type Maintained struct {
	Name, Reason string
	Until        time.Time
}

// maxMaintained bounds how many an alert is held for at once. When they end, others count.
const maxMaintained = 20

// Maintained returns the maintenances in force that an alert matches; ev is asked for what it is only where there are any.
// One whose condition fails does not count; failed says why.
func (d *Directory) Maintained(ev func() rules.Event, now time.Time) (in []Maintained, failed []string) {
	var event *rules.Event
	for i := range d.Maintenance {
		m := &d.Maintenance[i]
		until, ok := m.inForce(now)
		if !ok || len(in) == maxMaintained {
			continue
		}
		if event == nil {
			one := ev()
			event = &one
		}
		switch matches, err := m.When.Holds(*event, now); {
		case err != nil:
			failed = append(failed, fmt.Sprintf("maintenance %s does not hold it, for its condition failed: %v", m.Name, err))
		case matches:
			in = append(in, Maintained{m.Name, m.Reason, until})
		}
	}
	return in, failed
}
