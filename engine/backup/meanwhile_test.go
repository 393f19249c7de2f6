package backup_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/attachment"
	"github.com/tocsin-oncall/tocsin/engine/backup"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
)

// busy is a store in which others do something after each read.
type busy struct {
	open.Store
	loaded, found, listed func()
}

func call(f func()) {
	if f != nil {
		f()
	}
}

func (b *busy) Load(ctx context.Context, ids ...store.ID) ([]store.Record, error) {
	defer call(b.loaded)
	return b.Store.Load(ctx, ids...)
}

func (b *busy) Find(ctx context.Context, keys ...store.Key) ([]store.Record, error) {
	defer call(b.found)
	return b.Store.Find(ctx, keys...)
}

func (b *busy) IDs(ctx context.Context, shard int) ([]store.ID, error) {
	defer call(b.listed)
	return b.Store.IDs(ctx, shard)
}

// once does something the first time only.
func once(do func()) func() {
	done := false
	return func() {
		if !done {
			done = true
			do()
		}
	}
}

func TestARecordThatChangesMeanwhileIsAsOfOneCommit(t *testing.T) {
	t.Parallel()
	s := inMemory()
	a := newAlert(1)
	put(t, s, 0, noon, a)
	// Between the look at the record and the look at its keys it is closed, and its key goes to another one.
	next := newAlert(17) // of the same shard
	next.DedupKey = a.DedupKey
	from := &busy{Store: s, loaded: once(func() {
		a.Status = alert.Closed
		put(t, s, 1, time.Time{}, a)
		give(t, s, next, a.ID)
	})}
	text := strings.Join(lines(t, backUp(t, from)), "\n")
	if !strings.Contains(text, `"status":"closed"`) || strings.Contains(text, `"dedup/`) || !strings.Contains(text, `"keys":["number/1"]`) {
		t.Errorf("the backup holds\n%s\nwant the alert closed, without the key that it lost", text)
	}
}

// give creates an alert that takes its dedup key from another one.
func give(t *testing.T, s store.Records, a *alert.State, from store.ID) {
	t.Helper()
	put(t, s, 0, noon, &held{a})
	c := store.Change{ID: a.ID, Expect: 1, Data: []byte(`{}`), Keys: []store.KeyChange{{Name: a.Keys()[0], From: from, To: a.ID}}}
	if err := s.Commit(t.Context(), store.Tx{c})[0]; err != nil {
		t.Fatal(err)
	}
}

// held is an alert that holds no keys yet.
type held struct{ *alert.State }

func (held) Keys() []string { return nil }

func TestADeletedRecordIsLeftOut(t *testing.T) {
	t.Parallel()
	s := inMemory()
	a, b := newAlert(1), newAlert(2)
	put(t, s, 0, noon, a)
	put(t, s, 0, noon, b)
	from := &busy{Store: s, loaded: once(func() {
		if err := s.Commit(t.Context(), store.Tx{{ID: a.ID, Expect: 1, Delete: true}})[0]; err != nil {
			t.Error(err)
		}
	})}
	text := strings.Join(lines(t, backUp(t, from)), "\n")
	if strings.Contains(text, string(a.ID)) || !strings.Contains(text, string(b.ID)) {
		t.Errorf("the backup holds\n%s\nwant only %s", text, b.ID)
	}
}

func TestIncidentsAreAsOfOneMoment(t *testing.T) {
	t.Parallel()
	s := inMemory()
	one, two := newIncident(1), newIncident(2)
	put(t, s, 0, noon, one)
	put(t, s, 0, noon, two)
	// After the first look at all of them, the first is closed because of what the second says now.
	finds := 0
	from := &busy{Store: s, found: func() {
		if finds++; finds == 1 {
			two.Title = "see INC-1"
			put(t, s, 1, noon, two)
			one.Status = incident.Closed
			put(t, s, 1, noon, one)
		}
	}}
	text := strings.Join(lines(t, backUp(t, from)), "\n")
	if !strings.Contains(text, `"status":"closed"`) || !strings.Contains(text, "see INC-1") {
		t.Errorf("the backup holds\n%s\nwant both changes", text)
	}
}

func TestAnAlertNeverRefersToAnIncidentThatIsNotInTheBackup(t *testing.T) {
	t.Parallel()
	s := inMemory()
	a := newAlert(1)
	put(t, s, 0, noon, a)
	from := &busy{Store: s, listed: once(func() { // the alerts are being looked for when one opens an incident
		put(t, s, 0, noon, newIncident(1))
		a.Incident = "INC-1"
		put(t, s, 1, noon, a)
	})}
	text := strings.Join(lines(t, backUp(t, from)), "\n")
	if !strings.Contains(text, `"incident":"INC-1"`) || !strings.Contains(text, `"keys":["name/INC-1"]`) {
		t.Errorf("the backup holds\n%s\nwant the alert and its incident", text)
	}
}

func TestAStoreThatNeverHoldsStillIsUnavailable(t *testing.T) {
	t.Parallel()
	s := inMemory()
	a := newAlert(1)
	put(t, s, 0, noon, a)
	version := uint64(0)
	from := &busy{Store: s, loaded: func() {
		version++
		put(t, s, version, noon, a)
	}}
	_, err := backup.Write(t.Context(), from, backup.Options{Now: noon}, discard{})
	if !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// oneFile is a store from which at most one file may be read at once: each has megabytes.
type oneFile struct {
	open.Store
	t *testing.T
}

func (o oneFile) Load(ctx context.Context, ids ...store.ID) ([]store.Record, error) {
	files := 0
	for _, id := range ids {
		if id.Kind() == store.KindAttachment {
			files++
		}
	}
	if files > 0 && len(ids) > 1 {
		o.t.Errorf("%d files and %d other records are read at once", files, len(ids)-files)
	}
	return o.Store.Load(ctx, ids...)
}

func TestFilesAreReadOneByOneAndNothingElseIs(t *testing.T) {
	t.Parallel()
	s := inMemory()
	for n := range 450 {
		put(t, s, 0, noon, newAlert(n))
		if n%100 == 0 {
			put(t, s, 0, time.Time{}, attachment.New(store.NewID(store.KindAttachment, 0), store.NewID(store.KindIncident, 0), []byte("log"), noon))
		}
	}
	loads := 0
	from := oneFile{&busy{Store: s, loaded: func() { loads++ }}, t}
	end, err := backup.Write(t.Context(), from, backup.Options{Now: noon}, discard{})
	if err != nil || end.Records != 455 {
		t.Errorf("%d records, %v", end.Records, err)
	}
	if loads > 20 { // three pages, five files twice, and no cases
		t.Errorf("%d reads", loads)
	}
}
