package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

func (tw *town) attach(inc *incident.State, name, data string) {
	tw.Helper()
	if _, err := tw.engines[0].Attach(context.Background(), inc.Name(), incident.File{Name: name, Type: "text/plain", By: "ethan"}, []byte(data)); err != nil {
		tw.Fatal(err)
	}
}

// there reports whether a record is in the store.
func (tw *town) there(id store.ID) bool {
	tw.Helper()
	found, err := tw.store.Load(context.Background(), id)
	if err != nil {
		tw.Fatal(err)
	}
	return found[0].Exists()
}

func TestAFileIsThereWithItsLineOrNotAtAllWhateverTheStoreDoes(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*faulty){
		"refused": func(f *faulty) { f.refused = 1 }, "lost": func(f *faulty) { f.lost = 1 }, "conflict": func(f *faulty) { f.conflicts = 2 },
	} {
		tw := newTown(t, 1, wide)
		inc := tw.declare(incident.Opening{Title: "slow", Priority: "P3"})
		fault(tw.faults[0])
		f := incident.File{Name: "a.log", By: "ethan"}
		_, err := tw.engines[0].Attach(context.Background(), inc.Name(), f, []byte("log"))
		inc = tw.incident(inc.Name())
		_, data, readErr := tw.engines[0].Attachment(context.Background(), inc.Name(), 1)
		if there := len(inc.Files) == 1; there != (readErr == nil && string(data) == "log") || err == nil && !there {
			t.Errorf("%s (%v): listed %v, read %q, %v", name, err, there, data, readErr)
		}
		if _, err := tw.engines[0].Attach(context.Background(), inc.Name(), f, []byte("log")); err != nil {
			t.Errorf("%s: the second try: %v", name, err)
		}
		if inc = tw.incident(inc.Name()); len(inc.Files) != 1 {
			t.Errorf("%s: %d files after the second try", name, len(inc.Files))
		}
	}
}

func TestTheBytesOfARemovedFileAreDeletedThoughTheReplicaDies(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, wide)
	inc := tw.declare(incident.Opening{Title: "slow", Priority: "P3"})
	tw.attach(inc, "a.log", "a password")
	id := tw.incident(inc.Name()).Files[0].ID
	tw.faults[0].lost = 1 // the commit gets through, and nothing after it
	_, _ = tw.engines[0].Detach(context.Background(), inc.Name(), incident.Detached{N: 1, By: "ethan", Reason: "a password"})
	tw.crash(1)
	tw.wait(time.Minute)
	if tw.there(id) {
		t.Error("the password is still in the store")
	}
}

func TestTheFilesOfAnIncidentGoWhenItGoes(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, wide+"retention: {incidents: 30d}\n")
	inc := tw.declare(incident.Opening{Title: "slow", Priority: "P3"})
	tw.attach(inc, "a.log", "log")
	tw.attach(inc, "b.log", "other")
	tw.do(inc.Name(), incident.Action{Do: incident.Close, By: "ethan"})
	files := tw.incident(inc.Name()).Files
	tw.jump(29 * 24 * time.Hour)
	if _, data, err := tw.engines[0].Attachment(context.Background(), inc.Name(), 2); err != nil || string(data) != "other" {
		t.Fatalf("after 29 days: %q, %v", data, err)
	}
	tw.jump(2 * 24 * time.Hour)
	tw.wait(time.Minute)
	if _, err := tw.engines[0].Incident(context.Background(), inc.Name()); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("the incident is still there: %v", err)
	}
	for _, f := range files {
		if tw.there(f.ID) {
			t.Errorf("the bytes of %s are still there, and nothing names them", f.Name)
		}
	}
}
