package redis

import (
	"encoding/binary"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// headerSize is the version and the wake-up before the data of a record.
const headerSize = 16

// layout holds the names of the keys.
type layout struct {
	shards                               [store.Shards]shardKeys
	counters, settings, alive, restoring string
}

type shardKeys struct{ records, wakes, keys, lists, check string }

func newLayout(prefix string) layout {
	l := layout{
		counters:  prefix + "{tocsin}:counters",
		settings:  prefix + "{tocsin}:settings",
		alive:     prefix + "{tocsin}:alive",
		restoring: prefix + "{tocsin}:restoring",
	}
	for i := range l.shards {
		tag := fmt.Sprintf("%s{t%02x}:", prefix, i)
		l.shards[i] = shardKeys{records: tag + "r", wakes: tag + "w", keys: tag + "k", lists: tag + "l:", check: tag + "check"}
	}
	return l
}

func (k *shardKeys) list(name string) string { return k.lists + name }

func encode(version uint64, wake int64, data []byte) []byte {
	b := make([]byte, headerSize, headerSize+len(data))
	binary.BigEndian.PutUint64(b, version)
	binary.BigEndian.PutUint64(b[8:], uint64(wake))
	return append(b, data...)
}

// decode reads what Redis answers for a record: a string, or nothing.
func decode(id store.ID, answer any) store.Record {
	s, _ := answer.(string)
	if len(s) < headerSize {
		return store.Record{ID: id}
	}
	return store.Record{
		ID:      id,
		Version: binary.BigEndian.Uint64([]byte(s[:8])),
		Wake:    store.FromMillis(int64(binary.BigEndian.Uint64([]byte(s[8:headerSize])))),
		Data:    []byte(s[headerSize:]),
	}
}
