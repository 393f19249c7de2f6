package directory

import (
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/rules"
)

// Aggregate looks at the alerts that are open, and opens one of its own when many are that have begun close together.
type Aggregate struct {
	Name string
	When *rules.Condition // which alerts
	// Count gives the value by which alerts are told apart; nil counts the alerts themselves.
	Count  *rules.Value
	Policy string // where its alert goes, or
	Team   string // whose routes decide; without both, the rules do
	Bounds AggregateBounds
}

// AggregateBounds are from when on an aggregate opens its alert, and what that says.
type AggregateBounds struct {
	AtLeast  int           `json:"at_least"`
	Within   time.Duration `json:"within"`
	Of       string        `json:"of,omitempty"` // the expression of Count
	Priority string        `json:"priority,omitempty"`
	Title    string        `json:"title,omitempty"`
	Incident bool          `json:"incident,omitempty"`
}

// Feeds is an aggregate that an alert counts for, and the value that it counts as: empty for itself.
type Feeds struct {
	Aggregate string `json:"aggregate"`
	Value     string `json:"value,omitempty"`
}

// Aggregate returns the one of that name.
func (d *Directory) Aggregate(name string) (Aggregate, bool) {
	for _, a := range d.Aggregates {
		if a.Name == name {
			return a, true
		}
	}
	return Aggregate{}, false
}

// FeedsOf returns the aggregates that an alert counts for. One whose expression fails does not count it; failed says why.
func (d *Directory) FeedsOf(ev rules.Event, now time.Time) (feeds []Feeds, failed []string) {
	for _, a := range d.Aggregates {
		matches, err := a.When.Holds(ev, now)
		value := ""
		if err == nil && matches && a.Count != nil {
			value, err = a.Count.Of(ev, now)
			matches = value != ""
		}
		switch {
		case err != nil:
			failed = append(failed, fmt.Sprintf("aggregate %s does not count it, for its expression failed: %v", a.Name, err))
		case matches:
			feeds = append(feeds, Feeds{a.Name, value})
		}
	}
	return feeds, failed
}
