package backup_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/backup"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
)

// failing is a store that goes away after so many calls that write.
type failing struct {
	open.Store
	writes int
}

func (f *failing) away() error {
	if f.writes--; f.writes < 0 {
		return fmt.Errorf("%w: gone", store.ErrUnavailable)
	}
	return nil
}

func (f *failing) Commit(ctx context.Context, txs ...store.Tx) []error {
	errs := make([]error, len(txs))
	for i, tx := range txs {
		if errs[i] = f.away(); errs[i] == nil {
			errs[i] = f.Store.Commit(ctx, tx)[0]
		}
	}
	return errs
}

func (f *failing) Reserve(ctx context.Context, counter string, n int) (uint64, error) {
	if err := f.away(); err != nil {
		return 0, err
	}
	return f.Store.Reserve(ctx, counter, n)
}

func (f *failing) EndRestore(ctx context.Context) error {
	if err := f.away(); err != nil {
		return err
	}
	return f.Store.EndRestore(ctx)
}

func TestAnInterruptedRestoreGoesOn(t *testing.T) {
	t.Parallel()
	from := filled(t, 600)
	data, to := backUp(t, from), &failing{Store: inMemory()}
	var err error
	for writes, runs := 1, 0; ; writes, runs = writes+97, runs+1 {
		if runs > 100 {
			t.Fatalf("it does not come to its end: %v", err)
		}
		to.writes = writes
		if err = restore(t.Context(), data, to, backup.RestoreOptions{SkipNumbers: 50}); err == nil {
			break
		}
		if !errors.Is(err, store.ErrUnavailable) {
			t.Fatalf("with %d writes: %v", writes, err)
		}
		if err := restore(t.Context(), backUp(t, from), to.Store, backup.RestoreOptions{}); !errors.Is(err, store.ErrOccupied) {
			t.Fatalf("another backup over a part of this one: %v, want it refused", err)
		}
	}
	if diff := cmp.Diff(holds(t, from), holds(t, to)); diff != "" {
		t.Errorf("it holds something else (-want +got):\n%.3000s", diff)
	}
	if next, err := to.Store.Reserve(t.Context(), "alert", 1); err != nil || next != 651 {
		t.Errorf("the next number is %d (%v), want 651: numbers are left out once", next, err)
	}
}

func TestAStoreThatWasChangedInBetweenIsRefused(t *testing.T) {
	t.Parallel()
	from := filled(t, 20)
	data, to := backUp(t, from), &failing{Store: inMemory(), writes: 30}
	to.writes = 22 // all records, no counter
	if err := restore(t.Context(), data, to, backup.RestoreOptions{}); !errors.Is(err, store.ErrUnavailable) {
		t.Fatal(err)
	}
	ids, err := to.IDs(t.Context(), 3)
	if err != nil || len(ids) == 0 {
		t.Fatal(ids, err)
	}
	if err := to.Store.Commit(t.Context(), store.Tx{{ID: ids[0], Expect: 1, Data: []byte(`{}`)}})[0]; err != nil {
		t.Fatal(err)
	}
	if err := restore(t.Context(), data, to.Store, backup.RestoreOptions{}); !errors.Is(err, backup.ErrDiffers) {
		t.Errorf("got %v, want ErrDiffers", err)
	}
}

func TestAFileThatIsCutOffOrChangedIsRefusedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	whole := backUp(t, filled(t, 40))
	to := inMemory()
	refuse := func(what string, data []byte) {
		t.Helper()
		if err := restore(t.Context(), data, to, backup.RestoreOptions{}); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v, want it refused", what, err)
		}
	}
	for n := 0; n < len(whole); n += max(1, len(whole)/200) {
		refuse(fmt.Sprintf("%d of %d bytes", n, len(whole)), whole[:n])
		changed := bytes.Clone(whole)
		if n > 9 { // the beginning of gzip holds times and flags that mean nothing
			changed[n] ^= 0x10
			_, err := backup.Check(reading(changed))
			// The last bits of the packed data mean nothing.
			if !errors.Is(err, backup.ErrDamaged) && (err != nil || !slices.Equal(raw(t, changed), raw(t, whole))) {
				t.Errorf("byte %d changed: %v, want it refused", n, err)
			}
		}
	}
	refuse("two in one", append(bytes.Clone(whole), whole...))
	refuse("no backup", []byte("hello"))

	text := strings.Join(raw(t, whole), "\n") + "\n"
	all := raw(t, whole)
	refuse("without its end", zipped(t, strings.Join(all[:len(all)-1], "\n")+"\n"))
	refuse("a line less", zipped(t, strings.Join(append(append([]string{}, all[:5]...), all[6:]...), "\n")+"\n"))
	refuse("another number", zipped(t, strings.Replace(text, `"last":40`, `"last":39`, 1)))
	refuse("a bad id", zipped(t, strings.Replace(text, `"record":{"id":"a`, `"record":{"id":"x`, 1)))
	if ids, err := to.IDs(t.Context(), 1); err != nil || len(ids) > 0 {
		t.Errorf("a refused backup wrote %v (%v)", ids, err)
	}
	if err := restore(t.Context(), zipped(t, text), to, backup.RestoreOptions{}); err != nil {
		t.Errorf("the same text, zipped again: %v", err)
	}
}

// raw are all lines of a backup.
func raw(t *testing.T, data []byte) []string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatANewerVersionWroteIsNeitherBackedUpNorRestored(t *testing.T) {
	t.Parallel()
	s := filled(t, 3)
	newer := store.Change{ID: store.NewID(store.KindAlert, 0), Data: []byte(`{"v":9}`)}
	if err := s.Commit(t.Context(), store.Tx{newer})[0]; err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Write(t.Context(), s, backup.Options{Now: noon}, io.Discard); !errors.Is(err, record.ErrNewer) || !strings.Contains(err.Error(), string(newer.ID)) {
		t.Errorf("the backup of a newer record: %v", err)
	}
	whole := raw(t, backUp(t, filled(t, 3)))
	whole[0] = strings.Replace(whole[0], `"tocsin_backup":1`, `"tocsin_backup":2`, 1)
	if _, err := backup.Check(reading(zipped(t, strings.Join(whole, "\n")))); !errors.Is(err, record.ErrNewer) {
		t.Errorf("a newer file: %v", err)
	}
}

func TestARecordThatCannotBeReadIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	s := filled(t, 3)
	broken := store.Change{ID: store.NewID(store.KindAlert, 0), Data: []byte("\x00{broken"), Wake: noon}
	if err := s.Commit(t.Context(), store.Tx{broken})[0]; err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	end, err := backup.Write(t.Context(), s, backup.Options{Now: noon}, &b)
	if err != nil || end.Unread != 1 || end.Records != 12 {
		t.Fatalf("%+v, %v", end, err)
	}
	to := inMemory()
	if err := restore(t.Context(), b.Bytes(), to, backup.RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	got, err := to.Load(t.Context(), broken.ID)
	if err != nil || !bytes.Equal(got[0].Data, broken.Data) || !got[0].Wake.Equal(noon) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAFileOfTheFirstFormatIsRestored(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/v1.backup")
	if err != nil {
		t.Fatal(err)
	}
	to := inMemory()
	if err := restore(t.Context(), file, to, backup.RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []store.Key{
		{Shard: store.ShardOf(alert.Key("api", "disk-db-3")), Name: alert.Key("api", "disk-db-3")},
		{Shard: incident.Shard, Name: incident.NameKey("INC-1")},
	} {
		found, err := to.Find(t.Context(), key)
		if err != nil || !found[0].Exists() {
			t.Errorf("%q is not found (%v)", key.Name, err)
		}
	}
	if next, err := to.Reserve(t.Context(), "alert", 1); err != nil || next != 2 {
		t.Errorf("the next number is %d (%v)", next, err)
	}
}
