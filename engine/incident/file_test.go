package incident

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// bring attaches a file of some size.
func (s *story) bring(name string, size int) error {
	f := File{ID: store.NewID(store.KindAttachment, Shard), Name: name, Size: size, Sum: name, By: "ethan"}
	_, err := Apply(s.State, Attached{File: f}, Env{Now: at(1), Dir: s.dir})
	return err
}

func TestTheFilesOfAnIncidentAreBounded(t *testing.T) {
	t.Parallel()
	refused := func(what, want string, err error) {
		t.Helper()
		if no := (*Refused)(nil); !errors.As(err, &no) || !strings.Contains(no.Reason, want) {
			t.Errorf("%s: %v, want it refused with %q", what, err, want)
		}
	}
	s := begin(t, org(nil), Opening{Title: "x"})
	refused("a large file", "5 MB at most", s.bring("core", MaxFile+1))
	refused("an empty one", "is empty", s.bring("core", 0))
	for i := range maxInAll / MaxFile {
		if err := s.bring(fmt.Sprint("part ", i), MaxFile); err != nil {
			t.Fatal(err)
		}
	}
	refused("more in all", "50 MB in all", s.bring("one more", 1))
	s.must(2, Detached{N: 1, By: "amir", Reason: "a password"})
	if err := s.bring("one more", MaxFile); err != nil {
		t.Error("what is gone still counts:", err)
	}

	s = begin(t, org(nil), Opening{Title: "x"})
	for i := range maxFiles {
		if err := s.bring(fmt.Sprint(i), 1); err != nil {
			t.Fatal(err)
		}
	}
	refused("too many", "100 files at most", s.bring("one more", 1))
}
