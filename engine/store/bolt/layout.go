package bolt

import (
	"encoding/binary"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// headerSize is the version and the wake-up before the data of a record.
const headerSize = 16

func recordKey(id store.ID) []byte {
	return append([]byte{byte(id.Shard())}, id...)
}

func wakeKey(shard int, ms int64, id store.ID) []byte {
	return append(binary.BigEndian.AppendUint64([]byte{byte(shard)}, uint64(ms)), id...)
}

func parseWakeKey(k []byte) (ms int64, id store.ID) {
	return int64(binary.BigEndian.Uint64(k[1:])), store.ID(k[9:])
}

func lookupKey(shard int, name string) []byte {
	return append([]byte{byte(shard)}, name...)
}

// listPrefix starts the keys of all members of a list; names can hold anything, so their length comes first.
func listPrefix(name string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(name))), name...)
}

func listKey(name string, c store.Cursor) []byte {
	// Flipping the sign makes negative orders sort before positive ones.
	return append(binary.BigEndian.AppendUint64(listPrefix(name), uint64(c.Order)^1<<63), c.ID...)
}

func parseListKey(prefix int, k []byte) store.Cursor {
	return store.Cursor{Order: int64(binary.BigEndian.Uint64(k[prefix:]) ^ 1<<63), ID: store.ID(k[prefix+8:])}
}

func encode(version uint64, wake int64, data []byte) []byte {
	b := make([]byte, headerSize, headerSize+len(data))
	binary.BigEndian.PutUint64(b, version)
	binary.BigEndian.PutUint64(b[8:], uint64(wake))
	return append(b, data...)
}

// header reads the beginning of a record; there is none when b is nil.
func header(b []byte) (version uint64, wake int64) {
	if len(b) < headerSize {
		return 0, 0
	}
	return binary.BigEndian.Uint64(b), int64(binary.BigEndian.Uint64(b[8:]))
}

func decode(id store.ID, b []byte) store.Record {
	version, wake := header(b)
	if version == 0 {
		return store.Record{ID: id}
	}
	return store.Record{ID: id, Version: version, Wake: store.FromMillis(wake), Data: slices.Clone(b[headerSize:])}
}
