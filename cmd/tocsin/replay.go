package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay/report"
)

// replayed is what is to be replayed, as the flags say it.
type replayed struct {
	*events
	files, old []string
	ack, html  string
	refuse     []string
	seed       uint64
}

func replayVerb(io stdio) *cobra.Command {
	r := &replayed{events: &events{remote: &remote{stdio: io}}}
	c := &cobra.Command{
		Use:   "replay --config NEW",
		Short: "Say what another configuration would have made of what happened",
		Long: `Plays what happened with two configurations, in virtual time, with the engine of the server itself, and says what
differs: which alerts are routed otherwise, who is paged more or less, and at night, what reaches nobody, how long the
first page takes. Nothing is sent or stored.

What happened is asked of a server (of the last 90 days), or read from a store that no server has open, a backup, or a
file of tocsin events export. NEW is compared with the files of --old; without them, with what the server has in force.

  --ack recorded        people acknowledge when they did, whoever is paged (the default)
  --ack 5m              whoever is paged acknowledges five minutes after their first page
  --ack never           nobody acknowledges
  --fail-on EXPR        exit code 1 if it holds, for pipelines: new.unreached > old.unreached,
                        new.night_pages > old.night_pages * 1.2, changed > 0

Conditions know changed (alerts that are routed otherwise), repaged (that page others, or other than before), events, and
of old and new:
` + figuresHelp() + `  people["ethan"].pages, .night_pages, .interrupted_nights

Exit code 1 says that a condition holds, 2 that NEW cannot be used or a condition makes no sense.`,
		Example: `  tocsin replay --config new/ --server https://oncall.example.com --key-file viewer-key --html replay.html
  tocsin replay --config new.yaml --old old.yaml --events events.jsonl --fail-on 'new.unreached > old.unreached'`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return r.run(c.Context(), c.Flags().Changed("since")) },
	}
	r.flags(c)
	f := c.Flags()
	f.StringVar(&r.file, "events", "", `read a file of tocsin events export; "-" is standard input`)
	r.where(c, "events")
	f.StringArrayVar(&r.files, "config", nil, "the new configuration, a file or folder; may be given several times")
	f.StringArrayVar(&r.old, "old", nil, "the old one (default: what the server has in force)")
	f.StringVar(&r.since, "since", "90d", "only of alerts that began since then: 90d, 2026-09-01 or RFC 3339; all of --events and --backup")
	f.StringVar(&r.ack, "ack", "recorded", "who acknowledges when: recorded, never, or so long after their first page: 5m")
	f.StringArrayVar(&r.refuse, "fail-on", nil, "exit with 1 if this expression holds; may be given several times")
	f.StringVar(&r.html, "html", "", `write a report with plots to this file ("-" is standard output)`)
	f.Uint64Var(&r.seed, "seed", 0, "decides what is random: random: targets")
	_ = c.MarkFlagRequired("config") // it is defined above
	return c
}

// figuresHelp says what the figures are.
func figuresHelp() string {
	var b strings.Builder
	for _, f := range replay.Explained() {
		fmt.Fprintf(&b, "  %-24s %s\n", f[0], f[1])
	}
	return b.String()
}

func (r *replayed) run(ctx context.Context, since bool) error {
	conditions := make([]*replay.Condition, len(r.refuse))
	for i, text := range r.refuse {
		var err error
		if conditions[i], err = replay.Compile(text); err != nil {
			return fmt.Errorf("--fail-on %q: %w", text, err)
		}
	}
	o, err := r.options()
	if err != nil {
		return err
	}
	if !since && (r.file != "" || r.backup != "") {
		r.since = ""
	}
	after, err := r.load(r.files)
	if err != nil {
		return err
	}
	before, err := r.before(ctx)
	if err != nil {
		return err
	}
	past := &replay.Past{}
	if err := r.tell(ctx, func(l history.Line) error { past.Add(l); return nil }); err != nil {
		return err
	}
	got, err := r.play(ctx, past, before, after, o)
	if err != nil {
		return err
	}
	if r.html != "" {
		page := report.HTML(got, report.Options{Old: r.oldName(), New: strings.Join(r.files, ", "), Zone: after.Dir.Zone})
		if err := r.write(r.html, page); err != nil {
			return err
		}
	}
	switch {
	case r.html == "-":
	case r.json:
		err = r.printJSON(got)
	default:
		r.print(got)
	}
	if err != nil {
		return err
	}
	return r.judge(conditions, got)
}

func (r *replayed) options() (o replay.Options, err error) {
	o.Seed = r.seed
	switch r.ack {
	case "recorded":
		o.Recorded = true
	case "never":
		o.After = -1
	default:
		o.After, err = config.ParseDuration(r.ack)
		if err != nil {
			err = fmt.Errorf("--ack %s: it is recorded, never, or a duration such as 5m", r.ack)
		}
	}
	return o, err
}

func (r *replayed) oldName() string {
	if len(r.old) > 0 {
		return strings.Join(r.old, ", ")
	}
	return "in force at " + r.address()
}

// before is the old configuration: files, or what the server has in force.
func (r *replayed) before(ctx context.Context) (*config.World, error) {
	if len(r.old) > 0 {
		return r.load(r.old)
	}
	if r.file != "" || r.store != "" || r.backup != "" {
		return nil, errors.New("compare it with what? Name the old configuration with --old")
	}
	ask, err := r.client()
	if err != nil {
		return nil, err
	}
	return inForce(ctx, ask, r.env)
}

// garbage is the share of memory that may be garbage before it is collected, in percent: a replay makes much, and keeps
// little.
const garbage = 200

// play plays both at the same time.
func (r *replayed) play(ctx context.Context, past *replay.Past, before, after *config.World, o replay.Options) (*replay.Report, error) {
	if err := past.Sort(); err != nil {
		return nil, err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	var outcomes [2]*replay.Outcome
	var errs [2]error
	var both sync.WaitGroup
	for i, w := range [2]*config.World{before, after} {
		both.Go(func() {
			outcomes[i], errs[i] = past.Play(ctx, &engine.World{Dir: w.Dir, Router: w.Router}, o)
		})
	}
	both.Wait()
	for i, name := range [2]string{"old", "new"} {
		if errs[i] != nil {
			return nil, fmt.Errorf("the %s configuration: %w", name, errs[i])
		}
	}
	return past.Compare(outcomes[0], outcomes[1]), nil
}

// judge says which conditions hold.
func (r *replayed) judge(conditions []*replay.Condition, got *replay.Report) error {
	bad := 0
	for _, c := range conditions {
		holds, figures, err := c.Holds(got)
		if err != nil {
			return err
		}
		if holds {
			bad++
			fmt.Fprintf(r.err, "tocsin: refused: %s (%s)\n", c.Text, figures)
		}
	}
	if bad > 0 {
		return no{errors.New("")}
	}
	return nil
}
