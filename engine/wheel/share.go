package wheel

import (
	"hash/fnv"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Share returns the shards that a replica watches when those in alive live: each shard goes to the replica
// with the highest hash of both names (rendezvous hashing), so that a replica that joins or leaves moves
// only its own share. A replica that is not among alive watches all: better twice than not at all.
func Share(replica string, alive []string) []int {
	var mine []int
	listed := false
	for _, a := range alive {
		listed = listed || a == replica
	}
	for shard := range store.Shards {
		best, winner := uint64(0), ""
		for _, a := range alive {
			if w := weight(a, shard); winner == "" || w > best || w == best && a < winner {
				best, winner = w, a
			}
		}
		if !listed || winner == replica {
			mine = append(mine, shard)
		}
	}
	return mine
}

func weight(replica string, shard int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(replica))
	h.Write([]byte{0, byte(shard)})
	// FNV mixes its last bytes badly: finish as murmur3 does.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
