package publicpage

import (
	"context"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/statuspage"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Source is where the page comes from.
type Source struct {
	// Incidents returns a page of incidents, the latest first; the cursor is zero behind the last.
	Incidents func(ctx context.Context, statuses []incident.Status, before store.Cursor, limit int) ([]*incident.State, store.Cursor, error)
	Directory func() *directory.Directory
}

// batch is how many incidents are read at once.
const batch = 100

// longest is how long before the days of the page an incident may have begun whose harm reaches into them.
const longest = 90 * 24 * time.Hour

// active are the incidents that are not closed.
func (s Source) active(ctx context.Context) ([]*incident.State, error) {
	return s.read(ctx, []incident.Status{incident.Open, incident.Mitigated, incident.Resolved}, time.Time{})
}

// closed are the closed ones that may be on the page.
func (s Source) closed(ctx context.Context, now time.Time) ([]*incident.State, error) {
	return s.read(ctx, []incident.Status{incident.Closed}, now.Add(-statuspage.Days*24*time.Hour-longest))
}

// read returns the incidents of which anybody was told anything, of those that were opened since a time.
func (s Source) read(ctx context.Context, statuses []incident.Status, since time.Time) (told []*incident.State, err error) {
	var before store.Cursor
	for {
		list, next, err := s.Incidents(ctx, statuses, before, batch)
		if err != nil {
			return nil, fmt.Errorf("reading the incidents of the status page: %w", err)
		}
		for _, in := range list {
			if in.OpenedAt.Before(since) {
				return told, nil
			}
			if len(in.Updates) > 0 {
				told = append(told, in)
			}
		}
		if before = next; next == (store.Cursor{}) {
			return told, nil
		}
	}
}

// Page is the page as it is now.
func (s Source) Page(ctx context.Context, now time.Time) (statuspage.Page, error) {
	active, err := s.active(ctx)
	if err != nil {
		return statuspage.Page{}, err
	}
	closed, err := s.closed(ctx, now)
	return statuspage.Build(s.Directory(), append(active, closed...), now), err
}
