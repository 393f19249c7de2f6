package calendar

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Text is the last good copy of a calendar; it is stored as JSON.
type Text struct {
	Format    int       `json:"v"`
	ID        store.ID  `json:"id"`
	Source    string    `json:"source"`
	CreatedAt time.Time `json:"created_at"`
	WrittenAt time.Time `json:"written_at"`
	Packed    []byte    `json:"gzip"`
}

// NewText is a place for the copies of a calendar. Its id must be of the shard of its State.
func NewText(id store.ID, source string, env Env) *Text {
	return &Text{Format: Format, ID: id, Source: source, CreatedAt: env.Now}
}

// Write puts another copy there.
func (t *Text) Write(text []byte, env Env) error {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	t.Packed, t.WrittenAt = b.Bytes(), env.Now
	return nil
}

// Read returns the copy.
func (t *Text) Read() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(t.Packed))
	if err != nil {
		return nil, fmt.Errorf("the copy of a calendar, %s, cannot be unpacked: %w", t.ID, err)
	}
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err == nil && len(text) > MaxBytes {
		err = fmt.Errorf("it is larger than %d bytes", MaxBytes)
	}
	if err != nil {
		return nil, fmt.Errorf("the copy of a calendar, %s, cannot be unpacked: %w", t.ID, err)
	}
	return text, nil
}

// Old says that it has to be written again though it is the same, since it would be deleted otherwise.
func (t *Text) Old(env Env) bool { return env.Now.Sub(t.WrittenAt) >= touchEach }

// Identity is its id.
func (t *Text) Identity() store.ID { return t.ID }

// Born is when the first copy was made.
func (t *Text) Born() time.Time { return t.CreatedAt }

// Waits names every time that it is waiting for.
func (t *Text) Waits(env Env, add func(time.Time)) { add(t.GoneAt(env)) }

// GoneAt is when it is deleted: after its State, when no replica refreshes that any more.
func (t *Text) GoneAt(Env) time.Time { return t.WrittenAt.Add(Keep + touchEach) }

// Lists are none: its State names it.
func (t *Text) Lists() []string { return nil }

// Keys are none.
func (t *Text) Keys() []string { return nil }

// Paging are none.
func (t *Text) Paging() []page.Page { return nil }
