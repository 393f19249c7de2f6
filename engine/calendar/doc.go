// Package calendar is calendars that others keep: where each is in being refreshed, its last good copy, and how rotations
// and their turns are made of it. It does no I/O and reads no clock: fetching is somebody else's, who claims a calendar first
// and says afterwards what came of it.
//
// A calendar at a URL is two records of one shard, which every replica shares: a small State that is read all the time,
// and a Text that is read only when State.Edition says that it is another one. A calendar in a file belongs to the replica
// that has the file, like the configuration that names it, and is never stored.
package calendar

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// Env is the world at the instant of a transition.
type Env = directory.Env

const (
	// Format is the version of the encoding of State and of Text.
	Format = 1
	// MaxBytes is how large a calendar may be.
	MaxBytes = 5 << 20
	// Lease is how long a refresh that was claimed may take before another one may begin: longer than a fetch may.
	Lease = 30 * time.Second
	// Keep is how long the copy of a calendar is kept that no configuration refreshes any more.
	Keep = 90 * 24 * time.Hour
	// List is the list of all States.
	List = "calendars"

	firstRetry = time.Minute // after a failure; doubled with each further one, up to the usual interval
	touchEach  = Keep / 3    // how often a Text that stays the same is written again, so that it is kept
	maxError   = 300         // bytes
)

// Tags are what a server said of the copy that it gave, for conditional requests (RFC 9110, section 13).
type Tags struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// Fetched is a server's answer, or a file as it is now.
type Fetched struct {
	Unchanged bool // the copy that there is is still good
	Text      []byte
	Tags      Tags
}

// Plain is a calendar's text without DTSTAMP, which some servers set anew for every answer. Nothing is made of it here, and
// without it a calendar in which nothing has changed is the same text.
func Plain(text []byte) []byte {
	out := make([]byte, 0, len(text))
	skipping := false
	for line := range bytes.Lines(text) {
		folded := line[0] == ' ' || line[0] == '\t'
		if !folded {
			skipping = len(line) > 8 && bytes.EqualFold(line[:7], []byte("DTSTAMP")) && (line[7] == ':' || line[7] == ';')
		}
		if !skipping {
			out = append(out, line...)
		}
	}
	return out
}

// Sum tells texts apart.
func Sum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
