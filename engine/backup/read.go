package backup

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// longestLine holds the largest record in base64, with room for where it is found.
const longestLine = 2*store.MaxData + 8<<20

// Info is what a backup holds.
type Info struct {
	Header Header
	End    End
}

// Read goes through a whole backup and calls see, which may be nil, with each of its lines but the first and the
// last; the values are see's to keep. Without an error the file is whole, and what it holds is possible. Errors of
// what is wrong with the file wrap ErrDamaged, or record.ErrNewer when only a newer version can read it.
func Read(r io.Reader, see func(Header, *Entry, *Counter, *Setting) error) (Info, error) {
	unzipped, err := gzip.NewReader(r)
	if err != nil {
		return Info{}, damaged("it is no file of tocsin backup", err)
	}
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	in := reader{see: see}
	sum := sha256.New()
	for lines.Scan() {
		in.line++
		if in.ended {
			return Info{}, damaged("there is more after its end", nil)
		}
		if err := in.take(lines.Bytes(), sum); err != nil {
			return Info{}, fmt.Errorf("line %d: %w", in.line, err)
		}
		sum.Write(lines.Bytes())
		sum.Write([]byte{'\n'})
	}
	if err := lines.Err(); err != nil {
		return Info{}, damaged("it breaks off, or was changed, after line "+fmt.Sprint(in.line), err)
	}
	if !in.ended {
		return Info{}, damaged("it breaks off after line "+fmt.Sprint(in.line), nil)
	}
	return in.info, nil
}

func damaged(what string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %s", ErrDamaged, what)
	}
	return fmt.Errorf("%w: %s: %w", ErrDamaged, what, err)
}

type reader struct {
	see    func(Header, *Entry, *Counter, *Setting) error
	info   Info
	counts Counts
	line   int
	ended  bool
}

// take reads a line; sum is of those before it.
func (in *reader) take(data []byte, sum hash.Hash) error {
	var l line
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&l); err != nil {
		return damaged("it is not JSON", err)
	}
	if (in.line == 1) != (l.Header != nil) {
		return damaged("the header must be the first line", nil)
	}
	switch {
	case l.Header != nil:
		return in.begin(*l.Header)
	case l.Record != nil:
		in.counts.Records++
		if l.Record.Unread != "" {
			in.counts.Unread++
		}
		if _, err := l.Record.change().validated(); err != nil {
			return damaged("the record is impossible", err)
		}
	case l.Counter != nil:
		in.counts.Counters++
		if err := store.ValidateReserve(l.Counter.Name, 1); err != nil {
			return damaged("the counter is impossible", err)
		}
	case l.Setting != nil:
		in.counts.Settings++
		if err := store.ValidateSetting(l.Setting.Name, l.Setting.Value); err != nil {
			return damaged("the setting is impossible", err)
		}
	case l.End != nil:
		return in.finish(*l.End, hex.EncodeToString(sum.Sum(nil)))
	default:
		return damaged("it says nothing that this version knows", nil)
	}
	if in.see == nil {
		return nil
	}
	return in.see(in.info.Header, l.Record, l.Counter, l.Setting)
}

func (in *reader) begin(h Header) error {
	switch {
	case h.Format < 1 || h.Name == "":
		return damaged("it is no file of tocsin backup", nil)
	case h.Format > Format:
		return fmt.Errorf("the backup has format %d, and this version knows up to %d: %w; use that version", h.Format, Format, record.ErrNewer)
	}
	in.info.Header = h
	return nil
}

func (in *reader) finish(end End, sum string) error {
	if end.Counts != in.counts {
		return damaged(fmt.Sprintf("it should hold %+v, and holds %+v", end.Counts, in.counts), nil)
	}
	if end.SHA256 != sum {
		return damaged("its checksum differs: it was changed", nil)
	}
	in.info.End, in.ended = end, true
	return nil
}

// validated is a Tx of the change alone, if that is possible.
func (c change) validated() (store.Tx, error) {
	tx := store.Tx{store.Change(c)}
	if _, err := store.ParseID(string(c.ID)); err != nil {
		return nil, err
	}
	_, err := tx.Validate()
	return tx, err
}
