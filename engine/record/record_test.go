package record_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

// note is a record with everything in the open.
type note struct {
	Text  string
	waits []time.Time
	gone  time.Time
	lists []string
	keys  []string
}

const id = store.ID("a03-00000000000000000000000000")

func (*note) Identity() store.ID               { return id }
func (*note) Born() time.Time                  { return start }
func (n *note) GoneAt(directory.Env) time.Time { return n.gone }
func (n *note) Lists() []string                { return n.lists }
func (n *note) Keys() []string                 { return n.keys }
func (*note) Paging() []page.Page              { return nil }
func (n *note) Waits(_ directory.Env, add func(time.Time)) {
	for _, w := range n.waits {
		add(w)
	}
}

var env = directory.Env{Now: start}

func TestARecordIsWokenAtTheEarliestOfItsTimesAndNeverEarly(t *testing.T) {
	t.Parallel()
	n := &note{waits: []time.Time{{}, start.Add(time.Hour), start.Add(time.Minute + time.Nanosecond), start.Add(-time.Second)}}
	if got := record.Wake(n, env); got != start.Add(-time.Second) {
		t.Errorf("wake at %v, want what is due", got)
	}
	if got := record.WakeAfter(n, env); got != start.Add(time.Minute+time.Millisecond) {
		t.Errorf("wake after now at %v, want the next, rounded up to a millisecond", got)
	}
	if got := record.Wake(&note{waits: []time.Time{{}}}, env); !got.IsZero() {
		t.Errorf("wake at %v, want never", got)
	}
}

func TestAChangeSaysOnlyWhatDiffers(t *testing.T) {
	t.Parallel()
	n := &note{Text: "old", lists: []string{"open", "paged/ethan"}, keys: []string{"k1", "number/1"}}
	was := record.ImageOf(n, 4)
	*n = note{Text: "new", waits: []time.Time{start.Add(time.Minute)}, lists: []string{"acked", "paged/ethan"}, keys: []string{"number/1", "k2"}}
	got, err := record.Change(was, n, env, map[string]store.ID{"k2": "a03-before"})
	if err != nil {
		t.Fatal(err)
	}
	want := store.Change{
		ID: id, Expect: 4, Data: []byte(`{"Text":"new"}`), Wake: start.Add(time.Minute), Order: start.UnixMilli(),
		Join: []string{"acked"}, Leave: []string{"open"},
		Keys: []store.KeyChange{{Name: "k2", From: "a03-before", To: id}, {Name: "k1", From: id}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestARecordWhoseTimeIsOverIsDeletedWithAllThatLeadsToIt(t *testing.T) {
	t.Parallel()
	n := &note{lists: []string{"closed"}, keys: []string{"number/1"}, gone: start, waits: []time.Time{start}}
	got, err := record.Change(record.ImageOf(n, 9), n, env, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := store.Change{
		ID: id, Expect: 9, Delete: true, Order: start.UnixMilli(),
		Leave: []string{"closed"}, Keys: []store.KeyChange{{Name: "number/1", From: id}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
