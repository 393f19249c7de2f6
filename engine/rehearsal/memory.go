package rehearsal

import (
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// memory keeps the records as they were committed last, so that the next change of one need not decode it: that is half
// of the work of a long rehearsal. One that is handed out is forgotten until it is committed again: whatever became of
// it meanwhile is never taken for what the store has. It works because a rehearsal does one thing at a time.
type memory struct {
	kept map[store.ID]kept
	out  map[store.ID]uint64 // the versions that were handed out
}

type kept struct {
	rec     record.Record
	version uint64
}

// Decode gives the record, for the engine to change.
func (m *memory) decode(r store.Record) (record.Record, error) {
	m.out[r.ID] = r.Version
	k, ok := m.kept[r.ID]
	delete(m.kept, r.ID)
	if ok && k.version == r.Version {
		return k.rec, nil
	}
	return record.Decode(r)
}

// committed keeps a record: its version is the one after that which was handed out, and the first for one that was not.
func (m *memory) committed(rec record.Record) {
	id := rec.Identity()
	m.kept[id] = kept{rec, m.out[id] + 1}
	delete(m.out, id)
}

// forget drops a record that is not likely to change again.
func (m *memory) forget(id store.ID) {
	delete(m.kept, id)
	delete(m.out, id)
}
