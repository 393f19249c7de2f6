package backup

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Options are what a backup says about itself.
type Options struct {
	From     string // the kind of store: bolt, redis, …
	Version  string // of the program
	Now      time.Time
	Progress Progress // may be nil
}

// Write copies the store into w, which it neither syncs nor closes. After an error w holds no backup.
func Write(ctx context.Context, src Source, o Options, w io.Writer) (End, error) {
	name, err := uuid.NewV7()
	if err != nil {
		return End{}, fmt.Errorf("name the backup: %w", err)
	}
	ids, err := others(ctx, src)
	if err != nil {
		return End{}, err
	}
	out := newWriter(w)
	out.put(line{Header: &Header{Format, name.String(), o.Now.UTC(), o.From, o.Version, len(ids)}})
	tell := func() {
		if o.Progress != nil {
			o.Progress(out.end.Records, max(len(ids), out.end.Records))
		}
	}
	for some := range pages(ids) {
		entries, err := read(ctx, src, some)
		if err != nil {
			return End{}, err
		}
		if out.records(entries); out.err != nil {
			return End{}, out.err
		}
		tell()
	}
	entries, err := cases(ctx, src)
	if err != nil {
		return End{}, err
	}
	out.records(entries)
	if err := out.rest(ctx, src); err != nil {
		return End{}, err
	}
	tell()
	return out.close()
}

// writer writes lines, until the first error.
type writer struct {
	gzip *gzip.Writer
	buf  *bufio.Writer
	json *json.Encoder
	sum  hash.Hash
	end  End
	err  error
}

func newWriter(w io.Writer) *writer {
	out := &writer{gzip: gzip.NewWriter(w), sum: sha256.New()}
	out.buf = bufio.NewWriterSize(io.MultiWriter(out.gzip, out.sum), 64<<10)
	out.json = json.NewEncoder(out.buf)
	out.json.SetEscapeHTML(false) // records stay as they are
	return out
}

func (out *writer) put(l line) {
	if out.err != nil {
		return
	}
	if err := out.json.Encode(l); err != nil {
		out.err = fmt.Errorf("write the backup: %w", err)
	}
}

func (out *writer) records(entries []Entry) {
	for i := range entries {
		out.put(line{Record: &entries[i]})
		out.end.Records++
		if entries[i].Unread != "" {
			out.end.Unread++
		}
	}
}

// rest writes what is not a record.
func (out *writer) rest(ctx context.Context, src Source) error {
	counters, err := src.Counters(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(counters)) {
		out.put(line{Counter: &Counter{name, counters[name]}})
		out.end.Counters++
	}
	settings, err := src.Settings(ctx)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		out.put(line{Setting: &Setting{name, settings[name]}})
		out.end.Settings++
	}
	return out.err
}

func (out *writer) close() (End, error) {
	if out.err == nil {
		out.err = out.buf.Flush()
	}
	out.end.SHA256 = hex.EncodeToString(out.sum.Sum(nil))
	out.put(line{End: &out.end})
	if out.err == nil {
		out.err = out.buf.Flush()
	}
	if out.err == nil {
		out.err = out.gzip.Close()
	}
	if out.err != nil {
		return End{}, fmt.Errorf("write the backup: %w", out.err)
	}
	return out.end, nil
}
