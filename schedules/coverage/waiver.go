package coverage

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Waiver accepts findings for a while. A field that is empty fits all; at least one of Kind, Policy, Schedule and User is set.
type Waiver struct {
	Kind     Kind
	Policy   string
	Schedule string
	User     string
	Reason   string
	Until    time.Time
}

// Check says what is wrong with a waiver.
func (w Waiver) Check() error {
	switch {
	case w.Kind != "" && !slices.Contains(Kinds[:], w.Kind):
		return fmt.Errorf("%q is not a kind of finding; write one of %v", w.Kind, Kinds)
	case w.Kind == "" && w.Policy == "" && w.Schedule == "" && w.User == "":
		return errors.New("a waiver of everything waives nothing; say which kind, policy, schedule or user")
	case w.Reason == "":
		return errors.New("reason is missing; say why it is accepted")
	case w.Until.IsZero():
		return errors.New("until is missing; every waiver ends some day")
	}
	return nil
}

func (w Waiver) fits(f Finding) bool {
	return (w.Kind == "" || w.Kind == f.Kind) && (w.Policy == "" || w.Policy == f.Policy) &&
		(w.Schedule == "" || w.Schedule == f.Schedule) && (w.User == "" || w.User == f.User)
}

// waive splits findings: what remains, and what a waiver accepts, up to its end. Of several the one that lasts longest
// counts. Wrong waivers accept nothing.
func waive(findings []Finding, waivers []Waiver) (open, waived []Finding) {
	for _, f := range findings {
		var by *Waiver
		for _, w := range waivers {
			if w.Check() == nil && w.fits(f) && (by == nil || w.Until.After(by.Until)) {
				by = &w
			}
		}
		if by == nil {
			open = append(open, f)
			continue
		}
		accepted, rest := f, f
		accepted.Waiver, accepted.Spans, rest.Spans = by, nil, nil
		for _, s := range f.Spans {
			if s.From.Before(by.Until) {
				part := s
				if part.To.After(by.Until) {
					part.To = by.Until
				}
				accepted.Spans = append(accepted.Spans, part)
			}
			if s.To.After(by.Until) {
				part := s
				if part.From.Before(by.Until) {
					part.From = by.Until
				}
				rest.Spans = append(rest.Spans, part)
			}
		}
		if len(accepted.Spans) > 0 {
			waived = append(waived, accepted)
		}
		if len(rest.Spans) > 0 {
			open = append(open, rest)
		}
	}
	return open, waived
}
