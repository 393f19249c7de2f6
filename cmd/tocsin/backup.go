package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/backup"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
)

// stored says where the state is: in a store that the command opens itself, or behind a server.
type stored struct {
	*remote
	store string
	files []string
	quiet bool
}

func backupVerb(io stdio) *cobra.Command {
	b := &stored{remote: &remote{stdio: io}}
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy all of the state into a file",
		Long: `Copies all of the state into a file: alerts, incidents, postmortems and when they want to be woken, numbers, and the
key that signs links. The file is a secret; only you may read it (0600). With - as FILE it goes to standard output.

Without --store and --config a running server is asked, with an admin's key: the only way for bolt:, whose file the
server has for itself. Servers go on working. A file is only there, or replaced, once it is whole.`,
		Example: "  tocsin backup tocsin.backup\n  tocsin backup --store redis://localhost:6379 tocsin.backup\n" +
			"  tocsin backup --config config.yaml - | gpg -e -r ops > tocsin.backup.gpg",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return b.backup(c.Context(), args[0]) },
	}
	b.flags(c)
	b.where(c, "server")
	return c
}

// where adds the flags for a store that the command opens itself.
func (b *stored) where(c *cobra.Command, others ...string) {
	f := c.Flags()
	f.StringVar(&b.store, "store", "", "where the state is: bolt:PATH, redis://…; a URL with a password others on this machine can see")
	f.StringArrayVar(&b.files, "config", nil, "configuration file or folder whose store is meant; may be given several times")
	f.BoolVarP(&b.quiet, "quiet", "q", false, "say nothing unless it fails")
	c.MarkFlagsMutuallyExclusive(append(others, "store", "config")...)
}

// url is the store's, "" when none is named.
func (b *stored) url() (string, error) {
	if b.store != "" || len(b.files) == 0 {
		return b.store, nil
	}
	world, err := b.load(b.files)
	if err != nil {
		return "", err
	}
	return world.File.Store.Reveal(), nil
}

func (b *stored) backup(ctx context.Context, file string) error {
	url, err := b.url()
	if err != nil {
		return err
	}
	shown := progressOf(b.stdio, "backing up", b.quiet)
	var end backup.End
	save := func(w io.Writer) (err error) {
		defer shown.end()
		if url == "" {
			end, err = b.download(ctx, w, shown.tell)
		} else {
			end, err = b.copy(ctx, url, w, shown.tell)
		}
		return err
	}
	report := b.out
	if file == "-" {
		report, err = b.err, save(b.out)
	} else {
		err = writeWhole(file, save)
	}
	if err != nil {
		return err
	}
	if end.Unread > 0 {
		fmt.Fprintf(b.err, "tocsin: %d records cannot be read; they are in the backup as they are, and in no list\n", end.Unread)
	}
	if b.quiet {
		return nil
	}
	if b.json {
		streams := b.stdio
		streams.out = report
		return streams.printJSON(end)
	}
	_, err = fmt.Fprintf(report, "%d records backed up; the file is a secret\n", end.Records)
	return err
}

// copy makes the backup itself.
func (b *stored) copy(ctx context.Context, url string, w io.Writer, tell backup.Progress) (end backup.End, err error) {
	st, err := open.Existing(ctx, url, slog.New(slog.DiscardHandler))
	if err != nil {
		if open.Kind(url) == "bolt" && !errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w; while a server has the file, ask that one: tocsin backup --server URL FILE", err)
		}
		return backup.End{}, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return backup.Write(ctx, st, backup.Options{From: open.Kind(url), Version: version, Now: b.now(), Progress: tell}, w)
}

// download has a server make it, and checks that all of it came.
func (b *stored) download(ctx context.Context, w io.Writer, tell backup.Progress) (backup.End, error) {
	ask, err := b.client()
	if err != nil {
		return backup.End{}, err
	}
	body, err := ask.Stream(ctx, "/api/v1/backup")
	if err != nil {
		return backup.End{}, failed(err)
	}
	defer body.Close()
	done := 0
	info, err := backup.Read(io.TeeReader(body, w), func(h backup.Header, e *backup.Entry, _ *backup.Counter, _ *backup.Setting) error {
		if e != nil {
			done++
			tell(done, h.About)
		}
		return nil
	})
	return info.End, err
}

// writeWhole writes a file that only its owner can read, and that is there only when all of it is on the disk.
func writeWhole(file string, save func(io.Writer) error) (err error) {
	part, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.part") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(part.Name()))
		}
	}()
	if err = save(part); err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), file)
}
