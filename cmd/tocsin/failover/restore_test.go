package failover

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

func tocsin(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput(); err != nil {
		t.Fatalf("tocsin %v: %v\n%s", args, err, out)
	}
}

// steps waits until a channel was told of all alerts, and checks that it was told of each once.
func steps(t *testing.T, j *journal, channel string, alerts map[string]uint64) {
	t.Helper()
	programtest.Until(t, "pages over "+channel, func() error {
		for key := range alerts {
			if j.paged(channel, key) == 0 {
				return fmt.Errorf("%s is not paged", key)
			}
		}
		return nil
	})
	for key := range alerts {
		if n := j.paged(channel, key); n != 1 {
			t.Errorf("%s was paged %d times over %s", key, n, channel)
		}
	}
}

func TestARestoreIntoAnotherStoreTakesNoStepTwiceAndNoneTooFew(t *testing.T) {
	t.Parallel()
	redis, j, dir := redistest.Start(t), newJournal(t), t.TempDir()
	old := prepare(t, j, "bolt:"+filepath.Join(dir, "tocsin.db"), "5s")
	old.Launch()
	s := load(t, old)
	s.more(t, 60)
	s.finish()
	steps(t, j, "/first", s.accepted)
	file := filepath.Join(dir, "state.backup")
	tocsin(t, "backup", "-q", "--server", old.URL, "--key", programtest.AdminKey, file) // with the second step of most still to come
	old.Kill()
	taken := map[string]bool{}
	for key := range s.accepted {
		taken[key] = j.paged("/second", key) > 0
	}

	tocsin(t, "restore", "-q", file, "--store", redis.URL(), "--skip-numbers", "0")
	next := prepare(t, j, redis.URL(), "5s")
	next.Launch()
	programtest.Until(t, "the second step of all alerts", func() error {
		for key := range s.accepted {
			if j.paged("/second", key) == 0 {
				return errors.New(key + " waits")
			}
		}
		return nil
	})
	for key := range s.accepted {
		if n := j.paged("/first", key); n != 1 {
			t.Errorf("the first step of %s was taken %d times", key, n)
		}
		if n := j.paged("/second", key); n != 1 && !taken[key] {
			t.Errorf("the second step of %s was taken %d times", key, n)
		}
	}
	if lost, _ := s.account(t, j, next); len(lost) > 0 {
		t.Errorf("%v are lost", lost)
	}
	s.numbered(t, next)
	// It goes on as the same installation: its alerts by their keys, its numbers, its links.
	for key, number := range s.accepted {
		if got, err := next.post(t.Context(), key); err != nil || got != number {
			t.Errorf("%s, which is #%d, was sent again: #%d (%v)", key, number, got, err)
		}
		break
	}
	if _, err := next.post(t.Context(), "new"); err != nil {
		t.Errorf("a new alert: %v", err)
	}
}
