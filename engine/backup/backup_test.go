package backup_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/aggregate"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/attachment"
	"github.com/tocsin-oncall/tocsin/engine/backup"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func inMemory() open.Store { return mem.New(func() time.Time { return noon }) }

func opened(t *testing.T, url string) open.Store {
	t.Helper()
	s, err := open.ToRestore(t.Context(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// put commits a record as the engine does.
func put(t testing.TB, s store.Records, version uint64, wake time.Time, rec record.Record) {
	t.Helper()
	data, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	c := store.Change{ID: rec.Identity(), Expect: version, Data: data, Wake: wake, Join: rec.Lists(), Order: rec.Born().UnixMilli()}
	for _, k := range rec.Keys() {
		if version == 0 {
			c.Keys = append(c.Keys, store.KeyChange{Name: k, To: c.ID})
		}
	}
	if err := s.Commit(context.Background(), store.Tx{c})[0]; err != nil {
		t.Fatal(err)
	}
}

func newAlert(n int) *alert.State {
	return &alert.State{
		Format: alert.Format, ID: store.NewID(store.KindAlert, n%store.Shards), Number: uint64(n), Status: alert.Open, Priority: "P1",
		Integration: "json", DedupKey: fmt.Sprint("<disk> ", n), Title: "Größe & \u2028 <b>", CreatedAt: noon.Add(time.Duration(n/3) * time.Millisecond),
		Pages: []page.Page{{N: 1, User: "ethan", Via: "sms", Status: page.Sent, Attempts: 1, DueAt: noon, Bundle: fmt.Sprint("b", n%7)}},
	}
}

func newIncident(n int) *incident.State {
	return &incident.State{Format: incident.Format, ID: store.NewID(store.KindIncident, incident.Shard), Number: uint64(n), Status: incident.Open, OpenedAt: noon}
}

// filled is a store with some of everything.
func filled(t testing.TB, alerts int) open.Store {
	t.Helper()
	s := inMemory()
	for n := range alerts {
		var wake time.Time
		if n%5 != 0 {
			wake = noon.Add(time.Duration(n) * time.Second)
		}
		put(t, s, 0, wake, newAlert(n+1))
	}
	put(t, s, 0, noon.Add(time.Hour), newIncident(1))
	put(t, s, 0, noon.Add(2*time.Hour), &postmortem.State{Format: postmortem.Format, ID: store.NewID(store.KindPostmortem, incident.Shard),
		Number: 1, Status: postmortem.Open, CreatedAt: noon})
	put(t, s, 0, noon.Add(3*time.Hour), &handoff.State{Format: handoff.Format, ID: store.NewID(store.KindHandoff, handoff.Key("primary").Shard),
		Schedule: "primary", CreatedAt: noon, NextAt: noon.Add(3 * time.Hour), Notices: []handoff.Notice{{N: 1, User: "ethan", On: true}}, Told: 1})
	put(t, s, 0, time.Time{}, &aggregate.State{Format: aggregate.Format, ID: store.NewID(store.KindAggregate, aggregate.Key("wide").Shard),
		Name: "wide", CreatedAt: noon, Members: []aggregate.Member{{Alert: "a1", Number: 1, Title: "search fails", Value: "search", At: noon}}})
	put(t, s, 0, noon.AddDate(0, 0, 90), &deployment.State{Format: deployment.Format, ID: store.NewID(store.KindDeployment, deployment.Key("ci", "7").Shard),
		Number: 1, Status: deployment.Started, Integration: "ci", External: "7", Service: "payments", PlacedAt: noon, CreatedAt: noon, UpdatedAt: noon})
	file := store.NewID(store.KindAttachment, incident.Shard)
	put(t, s, 0, time.Time{}, attachment.New(file, store.NewID(store.KindIncident, incident.Shard), []byte{0, 1, 255}, noon))
	put(t, s, 0, noon.Add(time.Hour), &digest.State{Format: digest.Format, ID: store.NewID(store.KindDigest, digest.Key().Shard), CreatedAt: noon, NextAt: noon.Add(time.Hour)})
	of := subscriber.Who{Incident: "INC-1", Audience: "customers", Email: "a@example.com"}
	put(t, s, 0, noon.Add(subscriber.Keep), subscriber.New(store.NewID(store.KindSubscriber, of.Key().Shard), of, 0, directory.Env{Now: noon}))
	for counter, n := range map[string]int{"alert": alerts, "incident": 1, "postmortem": 1} {
		if _, err := s.Reserve(t.Context(), counter, n); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Setting(t.Context(), "signing_key", []byte{0, 1, 255}); err != nil {
		t.Fatal(err)
	}
	return s
}

func backUp(t testing.TB, from backup.Source) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := backup.Write(t.Context(), from, backup.Options{From: "mem", Version: "1.0", Now: noon}, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func reading(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

func restore(ctx context.Context, data []byte, to backup.Target, o backup.RestoreOptions) error {
	info, err := backup.Check(reading(data))
	if err != nil {
		return err
	}
	return backup.Restore(ctx, reading(data), info, to, o)
}

// lines are those of a backup but for the first and the last, sorted.
func lines(t testing.TB, data []byte) []string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	all = all[1 : len(all)-1]
	slices.Sort(all)
	return all
}

// holds says what a store holds in the words of everything else than backup: lists, wake-ups, keys.
func holds(t testing.TB, s store.Store) []string {
	t.Helper()
	var out []string
	lists := []string{alert.ListOf(alert.Open, "P1"), alert.ListPaged("ethan"), alert.ListBundle("b3"),
		incident.ListOf(incident.Open), postmortem.ListOf(postmortem.Open)}
	for _, list := range lists {
		q := store.Query{Lists: []string{list}, Limit: 100}
		for {
			found, next, err := s.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range found {
				out = append(out, fmt.Sprintf("%s: %s %s %s", list, r.ID, r.Wake, r.Data))
			}
			if q.Before = next; next == (store.Cursor{}) {
				break
			}
		}
		n, err := s.Count(t.Context(), list)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(list, n))
	}
	for shard := range store.Shards {
		due, err := s.Due(t.Context(), shard, time.Time{}, noon.Add(1000*time.Hour), 100_000)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(shard, due))
	}
	for n := 1; n < 40; n++ {
		found, err := s.Find(t.Context(), store.Key{Shard: n % store.Shards, Name: alert.NumberKey(uint64(n))},
			store.Key{Shard: n % store.Shards, Name: alert.Key("json", fmt.Sprint("<disk> ", n))}, store.Key{Shard: incident.Shard, Name: incident.NameKey("INC-1")})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range found {
			out = append(out, string(r.ID))
		}
	}
	return out
}

func TestEverythingMovesFromAnyStoreToAnyStore(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	from := filled(t, 1500)
	want, first := holds(t, from), backUp(t, from)
	data := first
	for _, url := range []string{"bolt:" + filepath.Join(t.TempDir(), "a.db"), server.URL(), "bolt:" + filepath.Join(t.TempDir(), "b.db")} {
		to := opened(t, url)
		if err := restore(t.Context(), data, to, backup.RestoreOptions{}); err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		if diff := cmp.Diff(want, holds(t, to)); diff != "" {
			t.Errorf("%s holds something else (-want +got):\n%.3000s", url, diff)
		}
		data = backUp(t, to)
		if diff := cmp.Diff(lines(t, first), lines(t, data)); diff != "" {
			t.Errorf("the backup of %s differs (-want +got):\n%.3000s", url, diff)
		}
		if next, err := to.Reserve(t.Context(), "alert", 1); err != nil || next != 1501 {
			t.Errorf("%s: the next number is %d (%v), want 1501", url, next, err)
		}
		if err := restore(t.Context(), data, to, backup.RestoreOptions{}); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("%s: restoring twice: %v, want it refused", url, err)
		}
	}
}

func TestNumbersThatMayHaveBeenGivenSinceAreLeftOut(t *testing.T) {
	t.Parallel()
	to := inMemory()
	if err := restore(t.Context(), backUp(t, filled(t, 5)), to, backup.RestoreOptions{SkipNumbers: 1000}); err != nil {
		t.Fatal(err)
	}
	if next, err := to.Reserve(t.Context(), "alert", 1); err != nil || next != 1006 {
		t.Errorf("the next number is %d (%v), want 1006", next, err)
	}
}

func TestHeldRecordsAreNotWokenBefore(t *testing.T) {
	t.Parallel()
	to, until := inMemory(), noon.Add(10*time.Minute)
	if err := restore(t.Context(), backUp(t, filled(t, 1500)), to, backup.RestoreOptions{HoldUntil: until}); err != nil {
		t.Fatal(err)
	}
	held, later := 0, 0
	for shard := range store.Shards {
		due, err := to.Due(t.Context(), shard, time.Time{}, noon.Add(1000*time.Hour), 10_000)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range due {
			switch {
			case w.At.Before(until):
				t.Errorf("%s is woken at %v", w.ID, w.At)
			case w.At.Equal(until):
				held++
			default:
				later++
			}
		}
	}
	if held < 400 || later < 600 {
		t.Errorf("%d are held, %d come later as before", held, later)
	}
}
