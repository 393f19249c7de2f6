package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Alert returns an alert by its id or its number ("1042" or "#1042").
func (e *Engine) Alert(ctx context.Context, ref string) (*alert.State, error) {
	if id, err := store.ParseID(ref); err == nil && id.Kind() == store.KindAlert {
		found, err := e.store.Load(ctx, id)
		if err != nil {
			return nil, err
		}
		return asAlert(found[0])
	}
	number, err := strconv.ParseUint(strings.TrimPrefix(ref, "#"), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%w: %q is neither an alert's id nor its number", ErrNotFound, clip(ref))
	}
	// The number's key is in the alert's own shard, which it does not tell: ask all of them at once.
	keys := make([]store.Key, store.Shards)
	for shard := range keys {
		keys[shard] = store.Key{Shard: shard, Name: alert.NumberKey(number)}
	}
	found, err := e.store.Find(ctx, keys...)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		if r.Exists() {
			return asAlert(r)
		}
	}
	return nil, fmt.Errorf("%w: there is no alert #%d", ErrNotFound, number)
}

// alertID is the id of an alert that is named by its id or its number. An alert that is named by its id may not exist.
func (e *Engine) alertID(ctx context.Context, ref string) (store.ID, error) {
	if id, err := store.ParseID(ref); err == nil && id.Kind() == store.KindAlert {
		return id, nil
	}
	a, err := e.Alert(ctx, ref)
	if err != nil {
		return "", err
	}
	return a.ID, nil
}

func clip(s string) string { return s[:min(len(s), 40)] }

func asAlert(r store.Record) (*alert.State, error) {
	if !r.Exists() {
		return nil, fmt.Errorf("%w: there is no such alert", ErrNotFound)
	}
	rec, err := record.Decode(r)
	if err != nil {
		return nil, err
	}
	a, ok := rec.(*alert.State)
	if !ok {
		return nil, fmt.Errorf("%w: %s is not an alert", ErrNotFound, r.ID)
	}
	return a, nil
}

// Act does one thing to an alert, named by its id or number, and returns what it is then. The error is
// *alert.Refused when it cannot be done to the alert as it is.
func (e *Engine) Act(ctx context.Context, ref string, act alert.Action) (*alert.State, error) {
	id, err := e.alertID(ctx, ref)
	if err != nil {
		return nil, err
	}
	return one[*alert.State](ctx, e, id, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		return alert.Apply(rec.(*alert.State), act, env)
	})
}

// ActAll does one thing to several alerts, each in a commit of its own, and returns the first error that is not
// a refusal: an alert that has changed meanwhile is left as it is.
func (e *Engine) ActAll(ctx context.Context, alerts []*alert.State, act alert.Action) error {
	for part := range slices.Chunk(alerts, batch) {
		ids := make([]store.ID, len(part))
		for i, a := range part {
			ids[i] = a.ID
		}
		for _, done := range e.edit(ctx, ids, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			return alert.Apply(rec.(*alert.State), act, env)
		}) {
			if refused := (*alert.Refused)(nil); done.err != nil && !errors.As(done.err, &refused) && !errors.Is(done.err, ErrNotFound) {
				return done.err
			}
		}
	}
	return nil
}

// Report takes a provider's later word about a page: it arrived, or it did not and the next way is due.
func (e *Engine) Report(ctx context.Context, id store.ID, page int, ref string, delivered bool, reason string) error {
	return e.edit(ctx, []store.ID{id}, func(rec record.Record, env directory.Env) (fx alert.Effects, err error) {
		switch r := rec.(type) {
		case *alert.State:
			return alert.Apply(r, alert.Reported{Page: page, Ref: ref, Delivered: delivered, Reason: reason}, env)
		case *postmortem.State:
			_, err = postmortem.Apply(r, postmortem.Reported{Page: page, Ref: ref, Delivered: delivered, Reason: reason}, env)
		case *canary.State:
			canary.Apply(r, canary.Reported{Page: page, Ref: ref, Delivered: delivered, Reason: reason}, env)
		case writer:
			r.Reported(page, ref, delivered, reason, env)
		default:
			err = ErrNotFound
		}
		return fx, err
	})[0].err
}

// Filter chooses alerts. Empty fields choose all.
type Filter struct {
	Statuses   []alert.Status
	Priorities []string
	Tag        string
	Team       string
	Since      time.Time // created at or after
	Exhausted  bool      // only those for which everything was tried
	Held       bool      // only open ones that wait before they page
}

func (f Filter) lists() []string {
	if f.Exhausted {
		return []string{alert.ListExhausted}
	}
	if f.Held {
		lists := make([]string, len(alert.HoldReasons))
		for i, r := range alert.HoldReasons {
			lists[i] = alert.ListHeld(r)
		}
		return lists
	}
	statuses, priorities := f.Statuses, f.Priorities
	if len(statuses) == 0 {
		statuses = []alert.Status{alert.Open, alert.Acked, alert.Snoozed, alert.Closed}
	}
	if len(priorities) == 0 {
		priorities = event.Priorities[:]
	}
	var lists []string
	for _, s := range statuses {
		if s == alert.Closed {
			lists = append(lists, alert.ListOf(s, ""))
			continue
		}
		for _, p := range priorities {
			lists = append(lists, alert.ListOf(s, p))
		}
	}
	return lists
}

func (f Filter) keeps(a *alert.State) bool {
	if f.Tag != "" && !slices.Contains(a.Tags, f.Tag) || f.Team != "" && a.Team != f.Team || a.CreatedAt.Before(f.Since) {
		return false
	}
	return len(f.Priorities) == 0 || slices.Contains(f.Priorities, a.Priority)
}

// scan bounds how many alerts one call looks through for those that a filter keeps.
const scan = 5000

// Alerts returns a page of alerts, newest first, and where the next begins; a zero cursor when there is none.
// A page may be short, even empty, when few alerts pass the filter: go on with the cursor.
func (e *Engine) Alerts(ctx context.Context, f Filter, before store.Cursor, limit int) ([]*alert.State, store.Cursor, error) {
	var out []*alert.State
	for seen := 0; seen < scan; {
		found, next, err := e.store.List(ctx, store.Query{Lists: f.lists(), Before: before, Limit: min(limit-len(out), 1000)})
		if err != nil {
			return nil, store.Cursor{}, err
		}
		for _, r := range found {
			a, err := asAlert(r)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, store.Cursor{}, err
			}
			if a.CreatedAt.Before(f.Since) {
				return out, store.Cursor{}, nil // the rest is older
			}
			if f.keeps(a) {
				out = append(out, a)
			}
		}
		seen += len(found)
		if before = next; next == (store.Cursor{}) || len(out) >= limit {
			break
		}
	}
	return out, before, nil
}

// PagedTo returns the alerts that are not closed and have paged a person, newest first, 100 at most.
func (e *Engine) PagedTo(ctx context.Context, user string) ([]*alert.State, error) {
	return e.listed(ctx, alert.ListPaged(user), 100)
}

// Bundle returns the alerts that were sent in one message.
func (e *Engine) Bundle(ctx context.Context, name string) ([]*alert.State, error) {
	return e.listed(ctx, alert.ListBundle(name), 10_000)
}

func (e *Engine) listed(ctx context.Context, list string, most int) ([]*alert.State, error) {
	var out []*alert.State
	var before store.Cursor
	for len(out) < most {
		found, next, err := e.store.List(ctx, store.Query{Lists: []string{list}, Before: before, Limit: min(most-len(out), 1000)})
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if a, err := asAlert(r); err == nil {
				out = append(out, a)
			}
		}
		if before = next; next == (store.Cursor{}) {
			break
		}
	}
	return out, nil
}

// HeldCounts returns how many open alerts are held, by reason; one that has several counts for each.
func (e *Engine) HeldCounts(ctx context.Context) (map[alert.HoldReason]int, error) {
	lists := make([]string, len(alert.HoldReasons))
	for i, r := range alert.HoldReasons {
		lists[i] = alert.ListHeld(r)
	}
	counts, err := e.store.Count(ctx, lists...)
	if err != nil {
		return nil, err
	}
	out := map[alert.HoldReason]int{}
	for i, r := range alert.HoldReasons {
		out[r] = counts[i]
	}
	return out, nil
}

// Counts returns how many alerts there are by status and priority; the closed ones have the priority "".
func (e *Engine) Counts(ctx context.Context) (map[alert.Status]map[string]int, int, error) {
	lists := append(Filter{}.lists(), alert.ListExhausted)
	counts, err := e.store.Count(ctx, lists...)
	if err != nil {
		return nil, 0, err
	}
	out := map[alert.Status]map[string]int{}
	for i, list := range lists[:len(lists)-1] {
		status, priority, _ := strings.Cut(list, "/")
		if out[alert.Status(status)] == nil {
			out[alert.Status(status)] = map[string]int{}
		}
		out[alert.Status(status)][priority] = counts[i]
	}
	return out, counts[len(counts)-1], nil
}
