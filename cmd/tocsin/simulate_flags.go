package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// othersAnswer is how long after their page the others answer, where --silent alone is given.
const othersAnswer = 5 * time.Minute

// script is what the flags say, without the events.
func (s simulation) script(world *config.World, now time.Time) (rehearsal.Script, error) {
	script := rehearsal.Script{
		Start: now.Truncate(time.Minute), Seed: s.seed, Silent: s.silent, Answers: map[string]time.Duration{},
		Overrides: map[string][]schedules.OverrideSpec{},
	}
	var err error
	if s.at != "" {
		if script.Start, err = schedules.ParseTime(s.at, world.Dir.Zone); err != nil {
			return script, fmt.Errorf("--at: %w", err)
		}
	}
	if script.Until, err = offset("--until", s.until); err != nil {
		return script, err
	}
	for _, text := range s.acks {
		who, at, err := ofPerson("--ack", text)
		if err != nil {
			return script, err
		}
		script.Acts = append(script.Acts, rehearsal.Act{At: at, On: rehearsal.Everything, Action: alert.Action{Do: alert.Ack, By: who}})
	}
	for _, text := range s.answers {
		who, after, err := ofPerson("--answer", text)
		if err != nil {
			return script, err
		}
		script.Answers[who] = after
	}
	if len(s.silent) > 0 && len(s.acks)+len(s.answers) == 0 {
		script.Answers[rehearsal.Anybody] = othersAnswer
	}
	return script, s.world(world, &script)
}

// world takes in what the flags say of the world: providers, heartbeats, who is on call, who is away.
func (s simulation) world(world *config.World, script *rehearsal.Script) error {
	for _, text := range s.down {
		via, span, within := strings.Cut(text, "@")
		o := rehearsal.Outage{Via: via, Until: script.Until + time.Second}
		if within {
			from, until, _ := strings.Cut(span, "..")
			var err error
			if o.From, err = offset("--down", from); err != nil {
				return err
			}
			if until != "" {
				if o.Until, err = offset("--down", until); err != nil {
					return err
				}
			}
		}
		script.Outages = append(script.Outages, o)
	}
	for _, text := range s.stops {
		name, at, later := strings.Cut(text, "@")
		ping := rehearsal.Ping{Heartbeat: name}
		if later {
			var err error
			if ping.At, err = offset("--stop-heartbeat", at); err != nil {
				return err
			}
		}
		script.Pings = append(script.Pings, ping)
	}
	end := script.Start.Add(script.Until)
	for _, text := range s.overrides {
		schedule, user, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("--override %q: write SCHEDULE=USER", text)
		}
		script.Overrides[schedule] = append(script.Overrides[schedule], schedules.OverrideSpec{
			User: user, From: script.Start.UTC().Format(time.RFC3339), To: end.Add(time.Minute).UTC().Format(time.RFC3339),
		})
	}
	for _, user := range s.away {
		script.Away = append(script.Away, schedules.Away{User: user, From: script.Start, Until: end})
	}
	for _, a := range script.Acts {
		if _, ok := world.Dir.Users[a.Action.By]; !ok && a.Action.By != "" {
			return fmt.Errorf("--ack: there is no user %q in the configuration", a.Action.By)
		}
	}
	return nil
}

// resolve lets the source say that everything is over.
func (s simulation) resolve(script *rehearsal.Script) error {
	began := script.Arrivals
	for _, text := range s.resolves {
		at, err := offset("--resolve", text)
		if err != nil {
			return err
		}
		for _, a := range began {
			a.At, a.Event.Status = at, event.Resolved
			script.Arrivals = append(script.Arrivals, a)
		}
	}
	return nil
}

// offset reads +12m or 12m.
func offset(flag, text string) (time.Duration, error) {
	d, err := config.ParseDuration(strings.TrimPrefix(strings.TrimSpace(text), "+"))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", flag, err)
	}
	return d, nil
}

// ofPerson reads amir=+12m, or only +12m.
func ofPerson(flag, text string) (who string, d time.Duration, err error) {
	rest := text
	if name, after, ok := strings.Cut(text, "="); ok {
		who, rest = name, after
	}
	d, err = offset(flag, rest)
	return who, d, err
}
