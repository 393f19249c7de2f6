package maintenance

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules"
)

// Wish is a maintenance that somebody wants. Its times are as schedules.ParseTime reads them: wall clock in Zone, or with
// an offset.
type Wish struct {
	Match
	From   string // empty: now
	Until  string // or For
	For    time.Duration
	Zone   string // IANA; empty: that of the configuration
	RRule  string // by which it comes again; empty for once
	Ends   string // with RRule: it does not begin again from then on
	Reason string
	Public string // what customers are told of it; empty: nothing
	By     string // the user's name, or "api:NAME" for a key
	Via    string // where it was made: api, …
}

// Check says, as *Refused, what is wrong with a wish now.
func (w Wish) Check(env Env) error {
	_, err := w.checked(env)
	return err
}

// checked is the maintenance that is wished for, without what tells it from others.
func (w Wish) checked(env Env) (*State, error) {
	if err := w.bounded(); err != nil {
		return nil, err
	}
	if err := w.known(env); err != nil {
		return nil, err
	}
	if _, problems := w.Match.Compile(env.Dir.Language); len(problems) > 0 {
		p := problems[0]
		if p.Offset >= 0 {
			p.Message = fmt.Sprintf("%s (at character %d)", p.Message, p.Offset+1)
		}
		return nil, &Refused{p.Path, p.Message, p.Hint}
	}
	s := &State{Match: w.Match, RRule: strings.TrimSpace(w.RRule), Reason: w.Reason, Public: w.Public, By: w.By, Via: w.Via}
	if err := w.when(s, env); err != nil {
		return nil, err
	}
	times, err := s.Times()
	if err != nil {
		return nil, err
	}
	switch {
	case s.Until.Sub(s.From) > Longest:
		return nil, refuse("until", "it is longer than %d days: suppress the alerts with a rule instead", Longest/(24*time.Hour))
	case times.Over(env.Now):
		return nil, refuse("until", "it is over already, at %s", stamp(s.Until))
	case s.RRule != "" && !times.Over(env.Now.Add(Last)):
		return nil, &Refused{"ends", "it has no end within two years", "say with ends from when on it does not begin again"}
	}
	return s, nil
}

// bounded refuses what is missing or too long.
func (w Wish) bounded() error {
	switch {
	case strings.TrimSpace(w.Reason) == "":
		return refuse("reason", "say why")
	case len(w.Reason) > maxReason:
		return refuse("reason", "a reason holds %d bytes at most, this one has %d", maxReason, len(w.Reason))
	case len(w.Public) > MaxPublic:
		return refuse("public", "what customers are told holds %d bytes at most, this has %d", MaxPublic, len(w.Public))
	case len(w.Labels) > maxLabels:
		return refuse("labels", "there are %d; at most %d are allowed", len(w.Labels), maxLabels)
	}
	for field, text := range map[string]string{"service": w.Service, "team": w.Team, "integration": w.Integration, "rrule": w.RRule} {
		if len(text) > maxName {
			return refuse(field, "it has %d bytes; at most %d are allowed", len(text), maxName)
		}
	}
	for name, value := range w.Labels {
		if n := max(len(name), len(value)); n > maxName {
			return refuse("labels", "one has %d bytes; at most %d are allowed", n, maxName)
		}
	}
	return nil
}

// known refuses names that the configuration does not have: such a maintenance would hold nothing. Services may be any,
// as alerts name them.
func (w Wish) known(env Env) error {
	if _, ok := env.Dir.Teams[w.Team]; w.Team != "" && !ok {
		return refuse("team", "there is no team %q", clip(w.Team))
	}
	if _, ok := env.Dir.Sources[w.Integration]; w.Integration != "" && !ok {
		return refuse("integration", "there is no integration %q", clip(w.Integration))
	}
	return nil
}

// when reads the times.
func (w Wish) when(s *State, env Env) error {
	zone := env.Dir.Zone
	if zone == nil {
		zone = time.UTC
	}
	s.Zone = cmp.Or(w.Zone, zone.String())
	if w.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(w.Zone); err != nil || w.Zone == "Local" {
			return refuse("timezone", "%q is not a time zone; write an IANA name such as America/New_York", clip(w.Zone))
		}
	}
	read := func(field, text string, at *time.Time) error {
		t, err := schedules.ParseTime(text, zone)
		if err != nil {
			return refuse(field, "%s", err)
		}
		*at = t.UTC()
		return nil
	}
	s.From = env.Now.UTC().Truncate(time.Second)
	if w.From != "" {
		if err := read("from", w.From, &s.From); err != nil {
			return err
		}
	}
	switch {
	case w.Until != "" && w.For != 0:
		return refuse("for", "give until or for, not both")
	case w.Until != "":
		if err := read("until", w.Until, &s.Until); err != nil {
			return err
		}
	case w.For > 0:
		s.Until = s.From.Add(w.For.Truncate(time.Second))
	default:
		return refuse("until", "it has no end: say until when, or for how long with for")
	}
	if w.Ends != "" {
		return read("ends", w.Ends, &s.Ends)
	}
	return nil
}
