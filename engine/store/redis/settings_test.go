package redis

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// silent drops what the client logs about connections that tests break.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	goredis.SetLogger(silent{})
	goleak.VerifyTestMain(m)
}

func TestAnEvictingServerIsRefused(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "maxmemory 100mb", "maxmemory-policy allkeys-lru")
	_, err := Open(t.Context(), Options{URL: server.URL()})
	if err == nil || !strings.Contains(err.Error(), "maxmemory-policy is allkeys-lru") || !strings.Contains(err.Error(), server.Addr) {
		t.Fatalf("got %v, want an error that names the server and its policy", err)
	}
	if err := server.Client().ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err(); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{URL: server.URL()})
	if err := server.Client().ConfigSet(t.Context(), "maxmemory-policy", "volatile-ttl").Err(); err != nil {
		t.Fatal(err)
	}
	warnings, err := s.Check(t.Context())
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "volatile-ttl") {
		t.Errorf("after the policy was changed: %q, %v, want a warning", warnings, err)
	}
}

func TestUnsafeSettingsAreWarnings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		settings []string
		want     []string // the beginnings of the warnings
	}{
		{"safe", nil, nil},
		{"safest", []string{"appendfsync always"}, nil},
		{"no append-only file", []string{"appendonly no"}, []string{"appendonly is no"}},
		{"no fsync", []string{"appendfsync no"}, []string{"appendfsync is no"}},
		{"could evict", []string{"maxmemory-policy allkeys-lru"}, []string{"maxmemory-policy is allkeys-lru"}},
		{"limited, but does not evict", []string{"maxmemory 100mb"}, nil},
		{"CONFIG forbidden", []string{"user default on nopass ~* &* +@all -config"}, []string{"appendfsync could not be read"}},
		{"all forbidden", []string{"user default on nopass ~* &* +@all -config -info"}, []string{"appendonly could not be read", "maxmemory-policy could not be read"}},
		{"a replica", []string{"replicaof 127.0.0.1 1", "replica-read-only no"}, []string{"the server is a replica"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			s := open(t, Options{URL: redistest.Start(t, test.settings...).URL(), Log: slog.New(slog.NewTextHandler(&log, nil))})
			warnings, err := s.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			begins := func(w, prefix string) bool { return strings.HasPrefix(w, prefix) }
			if !slices.EqualFunc(warnings, test.want, begins) {
				t.Errorf("warnings %q, want %q", warnings, test.want)
			}
			if logged := strings.Count(log.String(), "level=WARN"); logged != len(test.want) {
				t.Errorf("%d warnings were logged at the start, want %d:\n%s", logged, len(test.want), log.String())
			}
		})
	}
}

func TestReplicasShareTheServersClockAndSeeEachOther(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a, b := open(t, Options{URL: server.URL()}), open(t, Options{URL: server.URL()})
	there, err := server.Client().Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	for name, now := range map[string]time.Time{"a": a.Now(), "b": b.Now()} {
		if off := now.Sub(there).Abs(); off > 500*time.Millisecond {
			t.Errorf("%s is %v off", name, off)
		}
	}
	alive := func(s *Store, replica string, ttl time.Duration, want ...string) {
		t.Helper()
		got, err := s.Alive(t.Context(), replica, ttl)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("alive are %v (%v), want %v", got, err, want)
		}
	}
	alive(b, "b", time.Minute, "b")
	alive(a, "a", time.Minute, "a", "b")
	// The entry of a replica that died is in the past: nobody waits for it here.
	if err := server.Client().ZAdd(t.Context(), b.keys.alive, goredis.Z{Member: "b", Score: float64(there.UnixMilli())}).Err(); err != nil {
		t.Fatal(err)
	}
	alive(a, "a", time.Minute, "a")
	alive(b, "b", time.Minute, "a", "b")
	alive(a, "a", 0, "b")
}

func TestTheClockNeverGoesBackButForAStep(t *testing.T) {
	t.Parallel()
	var c clock
	base := time.Now()
	c.set(base, noon)
	first := c.now()
	if back := c.set(base, noon.Add(-500*time.Millisecond)); back != 0 || c.now().Before(first) {
		t.Errorf("half a second back: a step of %v, and the clock says %v after %v", back, c.now(), first)
	}
	if back := c.set(base, noon.Add(-time.Hour)); back < time.Hour-time.Second || c.now().After(noon.Add(-50*time.Minute)) {
		t.Errorf("an hour back: a step of %v, and the clock says %v", back, c.now())
	}
	if back := c.set(base, noon.Add(time.Hour)); back != 0 || c.now().Before(noon.Add(time.Hour)) {
		t.Errorf("an hour ahead: a step of %v, and the clock says %v", back, c.now())
	}
}

func TestAPrefixMustNotDecideSlots(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.Context(), Options{URL: "redis://127.0.0.1:1", Prefix: "{x}"}); err == nil || !strings.Contains(err.Error(), "braces") {
		t.Errorf("got %v", err)
	}
}
