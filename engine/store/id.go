package store

import (
	"encoding/base32"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/google/uuid"
)

// ID names a record, its kind and its shard: "a0f-" and 26 characters of a UUIDv7, so that ids of one
// shard sort by their creation.
type ID string

// Kind is the first letter of an id.
type Kind byte

// The kinds of records.
const (
	KindAlert       Kind = 'a'
	KindIncident    Kind = 'i'
	KindPostmortem  Kind = 'p'
	KindHeartbeat   Kind = 'h'
	KindCanary      Kind = 'c'
	KindOverride    Kind = 'o'
	KindAbsence     Kind = 'w'
	KindSwap        Kind = 't'
	KindCalendar    Kind = 'k'
	KindText        Kind = 'd' // of a calendar
	KindThrottle    Kind = 'q'
	KindContact     Kind = 'v'
	KindFeed        Kind = 'f'
	KindEntry       Kind = 'l'
	KindMaintenance Kind = 'm'
	KindHandoff     Kind = 'n' // its notices
	KindAggregate   Kind = 'g'
	KindDeployment  Kind = 'y'
	KindAttachment  Kind = 'b' // the bytes of a file
	KindSubscriber  Kind = 'u'
	KindDigest      Kind = 'r'
)

// crockford is base32 in lower case without the letters that people confuse.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID makes an id of a kind in a shard.
func NewID(kind Kind, shard int) ID {
	u := uuid.Must(uuid.NewV7()) // fails only when the system has no randomness
	return ID(fmt.Sprintf("%c%02x-%s", kind, shard, crockford.EncodeToString(u[:])))
}

// ParseID checks that s is an id.
func ParseID(s string) (ID, error) {
	if len(s) != 30 || s[3] != '-' {
		return "", fmt.Errorf("%q is not an id", clip(s))
	}
	id := ID(s)
	if _, err := crockford.DecodeString(s[4:]); err != nil || id.Shard() < 0 || !strings.ContainsRune("aiphcowtkdqvflmngybur", rune(s[0])) {
		return "", fmt.Errorf("%q is not an id", clip(s))
	}
	return id, nil
}

func clip(s string) string { return s[:min(len(s), 40)] }

// Kind returns the kind of record that the id names, 0 for an empty id.
func (id ID) Kind() Kind {
	if id == "" {
		return 0
	}
	return Kind(id[0])
}

// Shard returns the shard that the id names, or -1 when it is not an id.
func (id ID) Shard() int {
	if len(id) < 4 {
		return -1
	}
	hi, lo := hexDigit(id[1]), hexDigit(id[2])
	if hi < 0 || lo < 0 || hi<<4|lo >= Shards {
		return -1
	}
	return hi<<4 | lo
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// ShardOf returns the shard of a name, the same in every process and for ever.
func ShardOf(name string) int {
	h := fnv.New32a()
	h.Write([]byte(name))
	return int(h.Sum32() % Shards)
}
