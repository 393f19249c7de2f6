package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/internal/client"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/rules/nearest"
	"github.com/tocsin-oncall/tocsin/schedules"
)

func oncallVerb(io stdio) *cobra.Command {
	r := &remote{stdio: io}
	var at string
	var files []string
	c := &cobra.Command{
		Use:   "oncall [SCHEDULE…]",
		Short: "Say who is on call, now or at any time",
		Long: `Says who is on call by each schedule, or by those named: now, or at the time given with --at. A time with an
offset (2026-03-09T14:00:00Z, 2026-03-09T09:00-05:00) is the same instant for every schedule; without one
(2026-03-09T09:00) it is wall clock in each schedule's own zone.

The server is asked; with --config, configuration files are read instead, and no server is needed.
From and until are when just these people begin and end together, in this machine's zone; "-" is more than two
years away. An override is marked with *.`,
		Example: `  tocsin oncall
  tocsin oncall --at 2026-12-24T18:00 primary backup
  tocsin oncall --config config.yaml --at 2026-03-09T14:00:00Z --json`,
		RunE: func(c *cobra.Command, names []string) error {
			ask, err := r.over(c.Context(), files)
			if err != nil {
				return err
			}
			rows, err := onCall(c.Context(), ask, names, at, r.now(), len(files) > 0)
			if err != nil {
				return err
			}
			return showAll(r, rows, func(list []api.OnCall) { io.onCall(list, at == "") })
		},
	}
	r.flags(c)
	c.AddCommand((&noun{remote: r}).takeOnCall())
	c.Flags().StringVar(&at, "at", "", "when: RFC 3339, or wall clock in each schedule's zone such as 2026-03-09T09:00 (default now)")
	c.Flags().StringArrayVar(&files, "config", nil, "read this configuration file or folder instead of asking a server; may be given several times")
	return c
}

// onCall asks who is on call by the named schedules, all of them when there is no name.
func onCall(ctx context.Context, ask *client.Client, names []string, at string, now time.Time, offline bool) ([]json.RawMessage, error) {
	zones, err := zonesOf(ctx, ask)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if _, ok := zones[name]; !ok {
			return nil, noSchedule(name, zones)
		}
	}
	if at == "" && offline {
		at = now.Format(time.RFC3339)
	}
	instants := map[string]time.Time{} // by the zone of a schedule; the same for all when there is an offset
	for _, zone := range zones {
		if instants[zone], err = instant(at, zone); err != nil {
			return nil, fmt.Errorf("--at: %w", err)
		}
	}
	rows := map[string][]json.RawMessage{}
	for _, t := range distinct(instants) {
		query := url.Values{}
		if at != "" {
			query.Set("at", t.Format(time.RFC3339))
		}
		var all []json.RawMessage
		if err := ask.Get(ctx, "/api/v1/oncall", query, &all); err != nil {
			return nil, failed(err)
		}
		for _, raw := range all {
			var row struct{ Schedule string }
			if err := json.Unmarshal(raw, &row); err != nil {
				return nil, fmt.Errorf("the answer is not Tocsin's: %w", err)
			}
			wanted := len(names) == 0 || slices.Contains(names, row.Schedule)
			if wanted && instants[zones[row.Schedule]].Equal(t) {
				rows[row.Schedule] = append(rows[row.Schedule], raw)
			}
		}
	}
	var list []json.RawMessage
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		list = append(list, rows[name]...)
	}
	return list, nil
}

// zonesOf are the schedules and their zones.
func zonesOf(ctx context.Context, ask *client.Client) (map[string]string, error) {
	var list api.List[api.Schedule]
	if err := ask.Get(ctx, "/api/v1/schedules", nil, &list); err != nil {
		return nil, failed(err)
	}
	zones := map[string]string{}
	for _, s := range list.Items {
		zones[s.Name] = s.Timezone
	}
	return zones, nil
}

// instant is a time as a schedule of that zone means it; zero when none was given.
func instant(at, zone string) (time.Time, error) {
	if at == "" {
		return time.Time{}, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("the zone %s is not known here; give the time with an offset", zone)
	}
	return schedules.ParseTime(at, loc)
}

func distinct(instants map[string]time.Time) (list []time.Time) {
	for _, t := range instants {
		if !slices.ContainsFunc(list, t.Equal) {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return list
}

func noSchedule(name string, zones map[string]string) error {
	var known []string
	for s := range zones {
		known = append(known, s)
	}
	slices.Sort(known)
	switch near := nearest.To(name, known); {
	case near != "":
		return fmt.Errorf("there is no schedule %q; did you mean %q?", name, near)
	case len(known) == 0:
		return fmt.Errorf("there is no schedule %q: the configuration has none", name)
	}
	return fmt.Errorf("there is no schedule %q; there are %s", name, strings.Join(known, ", "))
}

// onCall prints who is on call; how far until is away is of interest only for now.
func (io stdio) onCall(list []api.OnCall, now bool) {
	if len(list) == 0 {
		fmt.Fprintln(io.out, "The configuration has no schedules.")
		return
	}
	t := table{head: []string{"SCHEDULE", "ON CALL", "ROTATION", "FROM", "UNTIL", "NEXT"}, wide: 1}
	for _, o := range list {
		who, rotation := text(strings.Join(o.Users, ", ")), text(o.Rotation)
		if len(o.Users) == 0 {
			who = state("nobody")
		}
		if o.Override {
			rotation = styled(yellow, strings.TrimSpace(o.Rotation+" * override"))
		}
		until := io.at(o.Until.Time)
		if now {
			until = io.moment(o.Until.Time)
		}
		next := strings.Join(o.Next, ", ")
		if next == "" && until != "" {
			next = "nobody"
		}
		t.row(text(o.Schedule), who, rotation, dashed(io.at(o.From.Time)), dashed(until), dashed(next))
	}
	io.table(t)
}

func dashed(s string) cell {
	if s == "" {
		return styled(faint, "-")
	}
	return text(s)
}
