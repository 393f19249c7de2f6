package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/internal/client"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// explained is what is to be explained, and in what world.
type explained struct {
	files       []string // configuration, instead of a server
	integration string
	at          string
}

func explainVerb(io stdio) *cobra.Command {
	r := &remote{stdio: io}
	var e explained
	c := &cobra.Command{
		Use:   "explain FILE|-",
		Short: "Say what would become of an alert, and why: rules, policy, and who would be paged when",
		Long: `Says what would become of what is in FILE (- is standard input), and why: which rules are tried and which match,
what they set, which policy runs, and who would be paged when and how if nobody acknowledged. Nothing is stored and
nobody is paged.

FILE is the body that a sender would post to an integration, such as Alertmanager's webhook, or an event as JSON:
{"title": "…", "priority": "P1", "labels": {"team": "ops"}, …}. The integration that can read it is found by trying;
where several can, name it with --integration.

The server is asked; with --config, configuration files are read instead, and no server is needed.`,
		Example: `  tocsin explain --config config.yaml webhook.json
  tocsin explain --at 2026-12-24T23:00 --integration alertmanager webhook.json
  echo '{"title":"Disk full","labels":{"team":"ops"}}' | tocsin explain -`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := readInput(io, args[0])
			if err != nil {
				return err
			}
			ask, err := r.over(c.Context(), e.files)
			if err != nil {
				return err
			}
			list, err := e.ask(c.Context(), ask, body, r.now())
			if err != nil {
				return err
			}
			return showAll(r, list, io.explanations)
		},
	}
	r.flags(c)
	f := c.Flags()
	f.StringVar(&e.integration, "integration", "", "the integration whose sender's body it is (default: the one that can read it)")
	f.StringVar(&e.at, "at", "", "when it is imagined to come: RFC 3339, or wall clock in the configuration's timezone (default now)")
	f.StringArrayVar(&e.files, "config", nil, "read this configuration file or folder instead of asking a server; may be given several times")
	return c
}

const maxInput = 8 << 20 // bytes; what the server's intake takes

// readInput reads a file, or standard input for "-".
func readInput(streams stdio, name string) ([]byte, error) {
	from := streams.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("%s has more than %d bytes", name, maxInput)
	}
	return data, nil
}

// ask has a body explained.
func (e explained) ask(ctx context.Context, ask *client.Client, body []byte, now time.Time) ([]json.RawMessage, error) {
	query := url.Values{}
	at, err := e.instant(ctx, ask, now)
	if err != nil {
		return nil, err
	}
	if !at.IsZero() {
		query.Set("at", at.Format(time.RFC3339))
	}
	if e.integration != "" {
		return explainAs(ctx, ask, e.integration, query, body)
	}
	list, err := explainAs(ctx, ask, "", query, body)
	if bad := (*client.Refused)(nil); errors.As(err, &bad) && bad.Status == http.StatusBadRequest {
		return guess(ctx, ask, query, body, bad)
	}
	return list, err
}

// instant is --at; zero for the server's now.
func (e explained) instant(ctx context.Context, ask *client.Client, now time.Time) (time.Time, error) {
	if e.at == "" {
		if len(e.files) > 0 {
			return now, nil
		}
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, e.at); err == nil {
		return t, nil
	}
	c, err := configOf(ctx, ask)
	if err != nil {
		return time.Time{}, fmt.Errorf("--at has no offset, and the configuration's timezone cannot be asked for: %w", err)
	}
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return time.Time{}, fmt.Errorf("--at: the zone %s is not known here; give the time with an offset", c.Timezone)
	}
	t, err := schedules.ParseTime(e.at, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("--at: %w", err)
	}
	return t, nil
}

// explainAs has a body explained as the one that an integration's sender posts; as an event when there is no name.
func explainAs(ctx context.Context, ask *client.Client, integration string, query url.Values, body []byte) ([]json.RawMessage, error) {
	with := url.Values{}
	for name, values := range query {
		with[name] = values
	}
	if integration != "" {
		with.Set("integration", integration)
	}
	var answer struct{ Items []json.RawMessage }
	if err := ask.Do(ctx, http.MethodPost, "/api/v1/explain", with, body, &answer); err != nil {
		return nil, failed(err)
	}
	return answer.Items, nil
}

// guess tries the integrations.
func guess(ctx context.Context, ask *client.Client, query url.Values, body []byte, asEvent error) ([]json.RawMessage, error) {
	c, err := configOf(ctx, ask)
	if err != nil {
		return nil, fmt.Errorf("as an event: %w; if it is the body of an integration, name that with --integration", asEvent)
	}
	var names []string
	for _, in := range c.Integrations {
		names = append(names, in.Name)
	}
	found, _, err := whose(names, asEvent, func(name string) ([]json.RawMessage, error) {
		list, err := explainAs(ctx, ask, name, query, body)
		if bad := (*client.Refused)(nil); errors.As(err, &bad) && bad.Status == http.StatusBadRequest {
			return nil, unreadable{bad.Message}
		}
		return list, err
	})
	return found, err
}

// configView is what is needed of a configuration.
type configView struct {
	Timezone     string
	Integrations []struct{ Name string }
}

func configOf(ctx context.Context, ask *client.Client) (c configView, err error) {
	return c, ask.Get(ctx, "/api/v1/config", nil, &c)
}

// explanations prints what would become of events.
func (io stdio) explanations(list []api.Explanation) {
	if len(list) == 0 {
		fmt.Fprintln(io.out, "There is no alert in it.")
	}
	for i, x := range list {
		if i > 0 {
			fmt.Fprintln(io.out)
		}
		io.explanation(x)
	}
}
