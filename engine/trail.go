package engine

import (
	"context"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/trail"
)

// Trail returns a page of the audit trail, newest first.
func (e *Engine) Trail(ctx context.Context, before store.Cursor, limit int) ([]*trail.Entry, store.Cursor, error) {
	return pageOf[*trail.Entry](ctx, e, []string{trail.List}, before, limit)
}
