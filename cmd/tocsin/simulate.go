package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/picture"
	"github.com/tocsin-oncall/tocsin/integrations/app"
)

// simulation is what is to be imagined, as the flags say it.
type simulation struct {
	files                            []string
	at, until, integration, svg      string
	html                             string
	acks, answers, silent, down      []string
	stops, overrides, away, resolves []string
	seed                             uint64
	json                             bool
}

func simulateVerb(io stdio) *cobra.Command {
	var s simulation
	c := &cobra.Command{
		Use:   "simulate [FILE|-]",
		Short: "Play a whole night: what would happen after an alert, minute by minute",
		Long: `Plays what would happen if what is in FILE (- is standard input) came in: the real engine in virtual time, with the
rules, schedules, plans and policies of the configuration, until nothing more happens. Nothing is sent, stored or
asked. FILE is the body that a sender would post to an integration, or an event as JSON, as for explain.

Nobody acknowledges unless a flag says so. Offsets are +12m or 12m, counted from the beginning. Times are wall clock in
the configuration's timezone. Without --config, config.yaml or tocsin.yaml in this folder is read.

  --ack +12m            whoever was paged last acknowledges everything that is open; amir=+12m names who
  --answer 2m           everybody acknowledges so long after their first page; ethan=2m only ethan
  --silent ethan        ethan does not answer; without --ack or --answer, the others do after 5m
  --down slack          a provider is down, all the time or within: slack@+0m..+30m
  --resolve +40m        the source says that it is over
  --stop-heartbeat NAME a heartbeat is heard of for the last time, at the beginning or at: NAME@+10m
  --override primary=jason   somebody else is on call by a schedule, all the time
  --away ethan          ethan is away: still on call, but does not answer`,
		Example: `  tocsin simulate --config config.yaml webhook.json
  tocsin simulate --at "2026-11-22 03:00" --ack amir=+12m --down slack@+0m..+30m --svg night.svg webhook.json
  tocsin simulate --stop-heartbeat nightly-backup --silent ethan
  echo '{"title":"Disk full","priority":"P1"}' | tocsin simulate --until 2h -`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return io.simulate(c.Context(), s, args) },
	}
	f := c.Flags()
	f.StringArrayVar(&s.files, "config", nil, "configuration file or folder; may be given several times (default config.yaml or tocsin.yaml)")
	f.StringVar(&s.at, "at", "", "when it begins: 2026-11-22 03:00 in the configuration's timezone, or RFC 3339 (default now)")
	f.StringVar(&s.until, "until", "24h", "how long it goes on at most; it ends when nothing more happens")
	f.StringVar(&s.integration, "integration", "", "the integration whose sender's body it is (default: the one that can read it)")
	f.StringArrayVar(&s.acks, "ack", nil, "+12m or amir=+12m: an acknowledgement")
	f.StringArrayVar(&s.answers, "answer", nil, "2m or ethan=2m: how long after their first page people acknowledge")
	f.StringArrayVar(&s.silent, "silent", nil, "a person who does not answer")
	f.StringArrayVar(&s.resolves, "resolve", nil, "+40m: the source says that it is over")
	f.StringArrayVar(&s.down, "down", nil, "slack or slack@+0m..+30m: a provider that is down")
	f.StringArrayVar(&s.stops, "stop-heartbeat", nil, "NAME or NAME@+10m: a heartbeat that stops")
	f.StringArrayVar(&s.overrides, "override", nil, "SCHEDULE=USER: an override")
	f.StringArrayVar(&s.away, "away", nil, "a person who is away")
	f.Uint64Var(&s.seed, "seed", 0, "decides what is random: random: targets")
	f.BoolVar(&s.json, "json", false, "print the story as JSON, for programs")
	f.StringVar(&s.svg, "svg", "", `write a picture to this file ("-" is standard output)`)
	f.StringVar(&s.html, "html", "", `write a page with the picture to this file ("-" is standard output)`)
	return c
}

func (io stdio) simulate(ctx context.Context, s simulation, args []string) error {
	files, err := s.configFiles()
	if err != nil {
		return err
	}
	if len(args) == 0 && len(s.stops) == 0 {
		return errors.New("simulate what? Name a file with an alert (- is standard input), or a heartbeat with --stop-heartbeat")
	}
	if s.svg == "-" && s.html == "-" {
		return errors.New("standard output has room for one of --svg and --html; name a file for the other")
	}
	world, err := io.load(files)
	if err != nil {
		return err
	}
	script, err := s.script(world, io.now())
	if err != nil {
		return err
	}
	if len(args) == 1 {
		body, err := readInput(io, args[0])
		if err != nil {
			return err
		}
		if script.Arrivals, err = s.arrivals(world, body, script.Start); err != nil {
			return err
		}
		if err := s.resolve(&script); err != nil {
			return err
		}
	}
	w := &engine.World{Dir: world.Dir, Router: world.Router}
	story, err := rehearsal.Play(ctx, w, script)
	if err != nil {
		return err
	}
	o := picture.Options{Title: titleOf(story, script), Zone: world.Dir.Zone}
	if s.svg != "" {
		err = io.write(s.svg, picture.SVG(story, o))
	}
	if err == nil && s.html != "" {
		err = io.write(s.html, picture.HTML(story, o))
	}
	switch {
	case err != nil || s.svg == "-" || s.html == "-":
	case s.json:
		err = io.printJSON(story)
	default:
		io.story(story, script, w, o)
	}
	return err
}

// configFiles are those that were named, or the one that lies here.
func (s simulation) configFiles() ([]string, error) {
	if len(s.files) > 0 {
		return s.files, nil
	}
	for _, name := range []string{"config.yaml", "tocsin.yaml"} {
		if _, err := os.Stat(name); err == nil {
			return []string{name}, nil
		}
	}
	return nil, errors.New("there is no config.yaml or tocsin.yaml in this folder; name the configuration with --config")
}

// arrivals are the events of a body.
func (s simulation) arrivals(world *config.World, body []byte, at time.Time) ([]rehearsal.Arrival, error) {
	reader, problems := app.NewReader(world.File)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	from := s.integration
	var events []event.Event
	var err error
	if from != "" {
		if events, err = reader.Read(from, body, nil, at); err != nil {
			return nil, fmt.Errorf("integration %s cannot read it: %w", from, err)
		}
	} else {
		var ev event.Event
		if from, ev, err = reader.ReadEvent(body, world.Dir.Sources, at); err == nil {
			events = []event.Event{ev}
		} else if events, from, err = whose(reader.Integrations(), err, func(name string) ([]event.Event, error) {
			list, err := reader.Read(name, body, nil, at)
			if err != nil {
				return nil, unreadable{fmt.Sprintf("integration %s: %v", name, err)}
			}
			return list, nil
		}); err != nil {
			return nil, err
		}
	}
	if len(events) == 0 {
		return nil, errors.New("there is no alert in it")
	}
	var list []rehearsal.Arrival
	for _, ev := range events {
		list = append(list, rehearsal.Arrival{Integration: from, Event: ev})
	}
	return list, nil
}

// titleOf is what a story is about.
func titleOf(story *rehearsal.Story, script rehearsal.Script) string {
	switch {
	case len(script.Arrivals) > 0:
		return script.Arrivals[0].Event.Title
	case len(story.Alerts) > 0:
		return story.Alerts[0].Title
	}
	return "A heartbeat stops"
}
