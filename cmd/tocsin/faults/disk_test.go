package faults

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// limitFiles lets no file of the process grow beyond so many bytes, and fails writes that lie there already. Anybody
// may take that back for their own processes.
func limitFiles(t *testing.T, s *programtest.Server, bytes uint64) {
	t.Helper()
	if err := unix.Prlimit(s.PID(), unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil); err != nil {
		t.Fatalf("limiting the size of files: %v", err)
	}
}

func TestWhenTheDiskIsFullSendersAreToldAndNothingAcceptedIsLost(t *testing.T) {
	t.Parallel()
	t.Run("a limit of the process", func(t *testing.T) {
		t.Parallel()
		p := newProvider(t)
		s := programtest.Prepare(t, binary, p.config())
		s.Launch()
		fullDisk(t, p, s, "file too large",
			func() { limitFiles(t, s, 8<<10) }, // every page of the state file but the first two
			func() {
				select {
				case <-s.Exited: // and the limit with it
				default:
					limitFiles(t, s, unix.RLIM_INFINITY)
				}
			})
	})
	t.Run("a disk of its own", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
			if errors.Is(err, syscall.EPERM) {
				t.Skip("only root may mount a small disk; a limit of the process is what everybody tests")
			}
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(dir, 0); err != nil {
				t.Error(err)
			}
		})
		p := newProvider(t)
		s := programtest.Prepare(t, binary, p.config(), "--store", "bolt:"+filepath.Join(dir, "tocsin.db"))
		s.Launch()
		ballast := filepath.Join(dir, "ballast")
		fullDisk(t, p, s, "no space left on device", func() { fill(t, ballast) }, func() {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		})
	})
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 1<<20); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// fullDisk lets the disk become full under a load, and accounts for all alerts when there is room again, and after
// another start.
func fullDisk(t *testing.T, p *provider, s *programtest.Server, says string, full, room func()) {
	l := start(t, p, 3*size.other, s)
	luck := dice("disk"+says, 0)
	l.reach(size.other, luck)
	l.during("disk full", func() {
		full()
		away(t, []*programtest.Server{s})
		l.missing(2 * burst)
		if text := s.Log.String(); !strings.Contains(text, says) || !strings.Contains(text, "tocsin.db") {
			t.Errorf("the log does not say that %q is why tocsin.db is not written: %s", says, programtest.Tail(text))
		}
		select {
		case <-s.Exited:
			t.Error("the server ended")
		default:
		}
		room()
		s.UntilReady()
	})
	l.reach(2*size.other, luck)
	l.during("disk full, and killed", func() {
		full()
		away(t, []*programtest.Server{s})
		l.missing(burst)
		s.Kill()
		room()
		s.Launch()
	})
	l.account(s)
	s.Stop()
}

// missing waits until so many more answers are missing.
func (l *load) missing(n int) {
	l.t.Helper()
	count := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.unanswered
	}
	before := count()
	programtest.Until(l.t, "clients to be refused", func() error {
		if now := count(); now < before+n {
			return fmt.Errorf("%d were", now-before)
		}
		return nil
	})
}

// A file whose end was torn off, or that has garbage behind its end, is what a machine leaves that lost its power.
func TestATornTailOfTheStateFileCostsNothingOrIsSaid(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	s := programtest.Prepare(t, binary, p.config())
	s.Launch()
	l := start(t, p, size.other, s)
	l.reach(size.other/2, dice("torn", 0))
	var whole []byte
	l.during("kill", func() {
		s.Kill()
		whole = read(t, s.StateFile())
		for name, torn := range map[string][]byte{
			"half of it":       whole[:used(whole)/2],
			"all but one page": whole[:used(whole)-4096],
			"all but one byte": whole[:used(whole)-1],
			"half a page":      whole[:2048],
		} {
			write(t, s.StateFile(), torn)
			s.Begin()
			code, said := s.Code(t), s.Log.String()
			if code == 0 || !strings.Contains(said, s.StateFile()) || !strings.Contains(said, "backup") || strings.Contains(said, "goroutine ") {
				t.Errorf("%s: the server ended with code %d and says %q", name, code, said)
			}
			if string(read(t, s.StateFile())) != string(torn) {
				t.Errorf("%s: the torn file was changed", name)
			}
		}
		write(t, s.StateFile(), append(whole, []byte(strings.Repeat("\xa5 torn \x5a", 10_000))...))
		s.Launch()
	})
	l.account(s)
	s.Stop()
	s.Launch()
	if status, text := s.Ready(); status != http.StatusOK {
		t.Errorf("after another start: %d %s", status, text)
	}
}

// used is the end of what the state file holds: it is larger, so that it need not grow with every write.
func used(file []byte) int {
	return len(strings.TrimRight(string(file), "\x00"))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
