package bolt

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestAHalfRestoredFileIsOpenedOnlyToGoOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tocsin.db")
	s, err := OpenToRestore(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.BeginRestore(t.Context(), "b1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Reserve(t.Context(), "alert", 3); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "a part of backup b1") {
		t.Errorf("a server that starts: %v, want it refused", err)
	}
	if s, err = OpenToRestore(path); err != nil {
		t.Fatal(err)
	}
	if err := s.EndRestore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}
