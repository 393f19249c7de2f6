package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/backup"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
)

// skipped is how many numbers are left out by default: more than most give between two backups.
const skipped = 1000

func restoreVerb(streams stdio) *cobra.Command {
	r := &stored{remote: &remote{stdio: streams}}
	var hold string
	var o backup.RestoreOptions
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Write a backup into an empty store",
		Long: `Writes a backup into an empty store of any kind; this is also how to move from one kind to another. Stop all servers
first. The file is checked before anything is written. Until the restore has come to its end no server can use the
store; when it was interrupted, the same command goes on.

What was done before the backup is not done again. What was done after it nobody can know: it may be done again. What is
overdue is done as soon as a server runs, unless --hold says when at the earliest.`,
		Example: "  tocsin restore tocsin.backup --config config.yaml\n" +
			"  tocsin restore tocsin.backup --store redis://localhost:6379 --hold 10m\n" +
			"  tocsin restore tocsin.backup --store redis://localhost:6379 --skip-numbers 0",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := config.ParseDuration(hold)
			if err != nil || d < 0 {
				return fmt.Errorf("--hold %s: not a duration such as 10m", hold)
			}
			if d > 0 {
				o.HoldUntil = streams.now().Add(d)
			}
			return r.restore(c.Context(), args[0], o)
		},
	}
	r.where(c)
	c.MarkFlagsOneRequired("store", "config")
	f := c.Flags()
	f.StringVar(&hold, "hold", "0", "have nothing woken for so long, such as 10m, to look first; what happens to a record goes before it")
	f.Uint64Var(&o.SkipNumbers, "skip-numbers", skipped, "numbers to leave out, as those after the backup were given; 0 for a move, after which none was")
	return c
}

func (r *stored) restore(ctx context.Context, file string, o backup.RestoreOptions) (err error) {
	url, err := r.url()
	if err != nil {
		return err
	}
	if open.Kind(url) == "mem" {
		return errors.New("the store mem: keeps nothing when the command ends")
	}
	read := func() (io.ReadCloser, error) { return os.Open(file) }
	info, err := backup.Check(read) // first: opening a file that is not there makes it
	if err != nil {
		return refusal(err)
	}
	st, err := open.ToRestore(ctx, url, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	shown := progressOf(r.stdio, "restoring", r.quiet)
	o.Progress = shown.tell
	err = backup.Restore(ctx, read, info, st, o)
	shown.end()
	if err != nil || r.quiet {
		return refusal(err)
	}
	_, err = fmt.Fprintf(r.out, "%d records restored, as of %s\n", info.End.Records, info.Header.At.In(r.zone).Format("2006-01-02 15:04:05 MST"))
	return err
}

// refusal tells a backup or a store that will not do from a command that could not do its work.
func refusal(err error) error {
	if errors.Is(err, store.ErrOccupied) || errors.Is(err, backup.ErrDamaged) || errors.Is(err, record.ErrNewer) {
		return no{err}
	}
	return err
}
