package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/attachment"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Attach puts a file to an incident, named INC-7: its bytes, and the line in the timeline, are committed at once. f has its
// name, type, note and who brought it. The same file is put there once.
func (e *Engine) Attach(ctx context.Context, name string, f incident.File, data []byte) (*incident.State, error) {
	sum := sha256.Sum256(data)
	f.Size, f.Sum = len(data), hex.EncodeToString(sum[:])
	f.ID = store.NewID(store.KindAttachment, incident.Shard)
	return e.onIncident(ctx, name, incident.Attached{File: f, Data: data})
}

// Detach takes the bytes of a file of an incident away.
func (e *Engine) Detach(ctx context.Context, name string, in incident.Detached) (*incident.State, error) {
	return e.onIncident(ctx, name, in)
}

// discard deletes the bytes of a file. Those that are not there are deleted.
func (e *Engine) discard(ctx context.Context, id store.ID) error {
	_, err := one[*attachment.State](ctx, e, id, func(rec record.Record, _ directory.Env) (alert.Effects, error) {
		rec.(*attachment.State).Remove()
		return alert.Effects{}, nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Attachment returns file n of an incident with its bytes.
func (e *Engine) Attachment(ctx context.Context, name string, n int) (incident.File, []byte, error) {
	inc, err := e.Incident(ctx, name)
	if err != nil {
		return incident.File{}, nil, err
	}
	f := inc.FileNamed(n)
	switch {
	case f == nil:
		return incident.File{}, nil, fmt.Errorf("%w: %s has no file %d", ErrNotFound, inc.Name(), n)
	case f.ID == "":
		return *f, nil, fmt.Errorf("%w: file %d, %s, was removed by %s: %s", ErrNotFound, n, f.Name, f.RemovedBy, f.Reason)
	}
	bytes, err := byID[*attachment.State](ctx, e, "file", f.ID)
	if err != nil {
		return *f, nil, err
	}
	return *f, bytes.Data, nil
}
