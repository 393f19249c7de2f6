package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/internal/gather"
)

const (
	lockTimeout = time.Second
	// initialMap is address space, not memory: growing beyond it makes writers wait for readers.
	initialMap = 1 << 28
	format     = "tocsin 1"
)

var (
	records   = []byte("records")
	wakes     = []byte("wakes")
	keys      = []byte("keys")
	lists     = []byte("lists")
	counts    = []byte("counts")
	numbers   = []byte("counters")
	settings  = []byte("settings")
	formats   = []byte("format")
	version   = []byte("version")
	restoring = []byte("restoring") // the backup that is being restored, while it is
)

// Open opens the file, which it creates with its folder when it is not there. Its errors say which file,
// and what to do: the file is in use, damaged, of something else, or cannot be written.
func Open(path string) (*Store, error) { return openFile(path, false) }

// OpenToRestore is Open for store.Whole: a restore that was interrupted is no reason to fail.
func OpenToRestore(path string) (*Store, error) { return openFile(path, true) }

func openFile(path string, toRestore bool) (*Store, error) {
	if path == "" {
		return nil, errors.New("the state file needs a path, such as data/tocsin.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("the folder of state file %s cannot be made: %w", path, err)
	}
	s := &Store{path: path, toRestore: toRestore}
	if err := s.open(); err != nil {
		return nil, err
	}
	s.writes = gather.New(1, batchLimits, s.runBatch)
	return s, nil
}

func (s *Store) open() (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			// What bbolt holds, the lock included, stays with the process: it cannot be asked for any more.
			err = damaged(s.path, p)
		} else if err != nil && s.db != nil {
			_ = s.db.Close()
		}
	}()
	s.db, err = bbolt.Open(s.path, 0o600, &bbolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: initialMap,
		NoStatistics:    true,
	})
	if err != nil {
		return openError(s.path, err)
	}
	if err := s.db.View(func(tx *bbolt.Tx) error { return complete(s.path, tx) }); err != nil {
		return err
	}
	return s.db.Update(s.prepare)
}

// complete checks that the file is as long as its contents. A read beyond its end would end the process.
func complete(path string, tx *bbolt.Tx) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("state file %s: %w", path, err)
	}
	if info.Size() < tx.Size() {
		return damaged(path, fmt.Sprintf("it has %d bytes, but should have %d", info.Size(), tx.Size()))
	}
	return nil
}

// prepare makes the buckets of a new file, and reads the counters.
func (s *Store) prepare(tx *bbolt.Tx) error {
	if b := tx.Bucket(formats); b != nil {
		if got := string(b.Get(version)); got != format {
			return fmt.Errorf("state file %s has the format %q, but this tocsin knows only %q: use the tocsin that wrote it", s.path, got, format)
		}
		if mark := b.Get(restoring); mark != nil && !s.toRestore {
			return store.Unfinished("state file "+s.path, string(mark))
		}
	} else if name, _ := tx.Cursor().First(); name != nil {
		return fmt.Errorf("%s is a bbolt file of another program (it holds %q), not Tocsin's state: give another path", s.path, name)
	}
	for _, name := range [][]byte{records, wakes, keys, lists, counts, numbers, settings, formats} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return fmt.Errorf("state file %s cannot be written: %w", s.path, err)
		}
	}
	s.counters.load(tx)
	return tx.Bucket(formats).Put(version, []byte(format))
}

func openError(path string, err error) error {
	if errors.Is(err, bolterrors.ErrTimeout) {
		return fmt.Errorf("state file %s is locked, probably by another tocsin: stop that one, or give this one another file", path)
	}
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		return fmt.Errorf("state file %s is a folder: give the path of a file in it", path)
	}
	if errno := syscall.Errno(0); errors.As(err, &errno) { // the operating system refuses, not the contents
		return fmt.Errorf("state file %s cannot be opened for writing: %w", path, err)
	}
	return damaged(path, err)
}

func damaged(path string, why any) error {
	return fmt.Errorf("state file %s is damaged or not Tocsin's (%v): restore it from a backup, or move it away to start empty", path, why)
}
