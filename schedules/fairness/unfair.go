package fairness

import (
	"fmt"
	"time"
)

// What a Warning is about.
const (
	Hours    = "hours" // on call at all
	Nights   = "nights"
	Weekends = "weekends"
	Holidays = "holidays"
)

// Warning says that somebody has more or less than a fair share of something.
type Warning struct {
	User  string
	What  string // Hours, Nights, Weekends or Holidays
	Has   time.Duration
	Fair  time.Duration // what everybody would have
	Share float64       // how far Has is from Fair: 0.5 is half as much again, -1 is nothing at all
}

// String is the warning for a person.
func (w Warning) String() string {
	more := "more"
	share := w.Share
	if share < 0 {
		more, share = "less", -share
	}
	has := fmt.Sprintf("has %.0f h of %s", w.Has.Hours(), w.What)
	if w.What == Hours {
		has = fmt.Sprintf("is on call for %.0f h", w.Has.Hours())
	}
	return fmt.Sprintf("%s %s, %.0f%% %s than a fair share of %.0f h", w.User, has, 100*share, more, w.Fair.Hours())
}

// Unfair compares what each person has with the mean of all, and warns where it differs by more than a share of the mean,
// such as 0.25. What nobody has more than a day of altogether is too little to compare. Count over a time that is long against the
// rotation, such as a year, or over one of its rounds; people who take part for a shorter time than others have less.
func Unfair(people []Person, share float64) []Warning {
	parts := []struct {
		what string
		of   func(Person) time.Duration
	}{
		{Hours, func(p Person) time.Duration { return p.OnCall }},
		{Nights, func(p Person) time.Duration { return p.Night }},
		{Weekends, func(p Person) time.Duration { return p.Weekend }},
		{Holidays, func(p Person) time.Duration { return p.Holiday }},
	}
	var out []Warning
	for _, part := range parts {
		var total time.Duration
		for _, p := range people {
			total += part.of(p)
		}
		if total <= 24*time.Hour {
			continue
		}
		fair := total / time.Duration(len(people))
		for _, p := range people {
			has := part.of(p)
			if off := float64(has-fair) / float64(fair); off > share || off < -share {
				out = append(out, Warning{p.User, part.what, has, fair, off})
			}
		}
	}
	return out
}
