package backup_test

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/backup"
	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestTheCopyOfACalendarIsFoundAfterARestore(t *testing.T) {
	t.Parallel()
	env, key := calendar.Env{Now: noon}, calendar.Key("c")
	s := calendar.New(store.NewID(store.KindCalendar, key.Shard), "c", env)
	kept := calendar.NewText(store.NewID(store.KindText, key.Shard), "c", env)
	if err := kept.Write([]byte("BEGIN:VCALENDAR"), env); err != nil {
		t.Fatal(err)
	}
	s.Text, s.Edition = kept.ID, 1
	from, to := inMemory(), inMemory()
	put(t, from, 0, kept.GoneAt(env), kept)
	put(t, from, 0, s.GoneAt(env), s)
	if err := restore(t.Context(), backUp(t, from), to, backup.RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	found, err := to.Find(t.Context(), key)
	if err != nil || !found[0].Exists() {
		t.Fatal(found, err)
	}
	listed, _, err := to.List(t.Context(), store.Query{Lists: []string{calendar.List}, Limit: 10})
	if err != nil || len(listed) != 1 {
		t.Errorf("listed are %v (%v)", listed, err)
	}
	loaded, err := to.Load(t.Context(), kept.ID)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := record.Decode(loaded[0])
	if err != nil {
		t.Fatal(err)
	}
	if text, err := rec.(*calendar.Text).Read(); err != nil || string(text) != "BEGIN:VCALENDAR" {
		t.Errorf("the copy is %q (%v)", text, err)
	}
}
