// Package demo plays one incident from the first page to the verified action, against the whole server in virtual time and
// the fakes of the providers: what people do in three weeks takes seconds. `make demo` keeps what comes of it, to be looked
// at; without that it is a test. Nothing leaves this machine.
//
// The story is in the files named after its chapters; the stage holds what it happens on, and the artefacts are what is
// left of it. It sees only what users see: requests, messages, the command line, pages.
package demo

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

// binary is the program, built once.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(programtest.Main(m, &binary, 2))
}

// TestDemo plays the story. TOCSIN_DEMO=DIR keeps its artefacts in DIR. Without it the state moves from store to store
// meanwhile, by backups of everything that an incident leaves, and that changes nothing.
func TestDemo(t *testing.T) {
	dir := os.Getenv("TOCSIN_DEMO")
	if dir == "" {
		dir = t.TempDir()
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := raise(t, dir)
	if os.Getenv("TOCSIN_DEMO") == "" {
		folder := t.TempDir()
		s.stores = []string{redistest.Start(t).URL(), "bolt:" + filepath.Join(folder, "a.db"), redistest.Start(t).URL(), "bolt:" + filepath.Join(folder, "b.db")}
	}
	s.breaks()
	s.isAnswered()
	s.isToldOf()
	s.ends()
	s.isLearntFrom()
	s.isFollowedUp()
	s.index()
	s.holds()
	s.documents()
	s.pictures()
}
