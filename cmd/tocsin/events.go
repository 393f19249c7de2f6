package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/backup"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
	"github.com/tocsin-oncall/tocsin/engine/virtual"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// events says where what happened is, and of which time it is wanted.
type events struct {
	*remote
	since, until        string
	file, store, backup string
}

func eventsVerb(io stdio) *cobra.Command {
	return group("events", "Give out what happened", "", eventsExportVerb(io))
}

func eventsExportVerb(io stdio) *cobra.Command {
	e := &events{remote: &remote{stdio: io}}
	var file string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write down what happened, to replay it later or elsewhere",
		Long: `Writes what happened as lines of JSON: the events as they came (before rules), who acknowledged and closed alerts and
when, and the overrides, absences and maintenances that were made at run time. tocsin replay reads them. docs/testing.md says what the
lines mean; they begin with their time, so that sort(1) puts them in order. They hold what alerts say.

A server is asked, with the key of a viewer; or a store that no server has open is read, or a backup.`,
		Example: "  tocsin events export --since 90d -o events.jsonl\n  tocsin events export --backup tocsin.backup | gzip > events.jsonl.gz",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return e.export(c.Context(), file) },
	}
	e.flags(c)
	e.where(c)
	f := c.Flags()
	f.StringVar(&e.since, "since", "", "only of alerts that began since then: 90d, 2026-09-01 or RFC 3339 (default: all that are kept)")
	f.StringVarP(&file, "output", "o", "-", `the file to write; "-" is standard output`)
	return c
}

// where adds the flags for what the events are read from, beside a server.
func (e *events) where(c *cobra.Command, others ...string) {
	f := c.Flags()
	f.StringVar(&e.until, "until", "", "only what happened before: 7d, 2026-11-01 or RFC 3339 (default now)")
	f.StringVar(&e.store, "store", "", "read a store that no server has open: bolt:PATH, redis://…; a URL with a password others on this machine can see")
	f.StringVar(&e.backup, "backup", "", "read a file of tocsin backup")
	c.MarkFlagsMutuallyExclusive(append(others, "server", "store", "backup")...)
}

func (e *events) export(ctx context.Context, file string) error {
	n := 0
	write := func(w io.Writer) error {
		out := bufio.NewWriterSize(w, 64<<10)
		err := e.tell(ctx, func(l history.Line) error {
			n++
			return history.Write(out, l)
		})
		return errors.Join(err, out.Flush())
	}
	if file == "-" {
		return write(e.out)
	}
	if err := writeWhole(file, write); err != nil {
		return err
	}
	fmt.Fprintf(e.err, "tocsin: %s written\n", count(n, "line"))
	return nil
}

// tell tells what happened, line by line, in no order.
func (e *events) tell(ctx context.Context, tell func(history.Line) error) error {
	span, err := e.span()
	if err != nil {
		return err
	}
	switch {
	case e.file != "":
		return e.fromFile(span, tell)
	case e.store != "":
		return e.fromStore(ctx, span, tell)
	case e.backup != "":
		return e.fromBackup(span, tell)
	}
	return e.fromServer(ctx, span, tell)
}

// span is the time that the flags name.
func (e *events) span() (s history.Span, err error) {
	if s.From, err = e.moment("--since", e.since); err == nil {
		s.Until, err = e.moment("--until", e.until)
	}
	if err == nil && !s.Until.IsZero() && !s.Until.After(s.From) {
		err = errors.New("--until is not after --since")
	}
	return s, err
}

// moment reads a time, or how long ago it is; zero for none.
func (e *events) moment(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := config.ParseDuration(text); err == nil {
		return e.now().Add(-ago), nil
	}
	t, err := schedules.ParseTime(text, e.zone)
	if err != nil {
		return t, fmt.Errorf("%s: %q is neither a time such as 2026-11-22 or 2026-11-22T03:00:00Z nor a duration such as 90d", flag, text)
	}
	return t, nil
}

func (e *events) fromFile(span history.Span, tell func(history.Line) error) error {
	from := e.in
	if e.file != "-" {
		f, err := os.Open(e.file)
		if err != nil {
			return err
		}
		defer f.Close()
		from = f
	}
	err := history.Read(from, func(l history.Line) error {
		switch l.Kind {
		case history.Override, history.Away, history.Maintenance: // they were made earlier than they counted
		default:
			if !span.Holds(l.At) {
				return nil
			}
		}
		return tell(l)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", e.file, err)
	}
	return nil
}

func (e *events) fromStore(ctx context.Context, span history.Span, tell func(history.Line) error) (err error) {
	silent := slog.New(slog.DiscardHandler)
	st, err := open.Existing(ctx, e.store, silent)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	reader := engine.New(engine.Options{
		Store: st, Replica: "export", World: &engine.World{Dir: &directory.Directory{}}, Watch: virtual.Silent{}, Log: silent,
	})
	return history.All(ctx, reader, span, tell)
}

func (e *events) fromBackup(span history.Span, tell func(history.Line) error) error {
	f, err := os.Open(e.backup)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = backup.Read(f, func(_ backup.Header, entry *backup.Entry, _ *backup.Counter, _ *backup.Setting) error {
		if entry == nil || entry.Unread != "" || !history.Tells(entry.ID.Kind()) {
			return nil
		}
		rec, err := record.Decode(store.Record{ID: entry.ID, Version: 1, Data: entry.State})
		if err != nil {
			return err
		}
		for _, l := range span.Of(rec) {
			if err := tell(l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", e.backup, err)
	}
	return nil
}

// askedPage is how many alerts a server is asked for at once.
const askedPage = 200

func (e *events) fromServer(ctx context.Context, span history.Span, tell func(history.Line) error) error {
	ask, err := e.client()
	if err != nil {
		return err
	}
	query := url.Values{"limit": {strconv.Itoa(askedPage)}}
	if !span.From.IsZero() {
		query.Set("since", span.From.UTC().Format(time.RFC3339))
	}
	if !span.Until.IsZero() {
		query.Set("until", span.Until.UTC().Format(time.RFC3339))
	}
	for {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next"`
		}
		if err := ask.Get(ctx, "/api/v1/events", query, &page); err != nil {
			return failed(err)
		}
		for _, raw := range page.Items {
			l, err := history.Parse(raw)
			if err != nil {
				return fmt.Errorf("the server's answer: %w", err)
			}
			if err := tell(l); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		query.Set("cursor", page.Next)
	}
}
