// Package backup copies the whole state of a store into a file, and a file into an empty store of any kind.
// It works over the contract of package store, beside a server that goes on. It may not open stores or files,
// and it changes nothing but the store that it restores.
//
// A file is gzip around lines of JSON: a header, every record with where it is found, every counter, every
// setting, and an end with the counts and the SHA-256 of all lines before it, without which a file is not a
// backup. It holds secrets: the key that signs links, and what the alerts say.
//
// What a backup of a store that others write to is: every record that was there when it began, unless it was
// deleted meanwhile, with its lookup keys, as of one commit between the beginning and the end; records
// that were created meanwhile are not in it. All incidents and postmortems are as of one moment, after that of
// any alert, so that what an alert refers to is there. Counters are read last: no number in it is given
// again. A store that nobody writes to is copied as it is.
package backup

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Format is the version of the file.
const Format = 1

// ErrDamaged says that a file is not a whole backup, and must not be restored.
var ErrDamaged = errors.New("not a whole backup")

// Header begins a file.
type Header struct {
	Format  int       `json:"tocsin_backup"`
	Name    string    `json:"name"` // unique
	At      time.Time `json:"at"`   // when it began
	From    string    `json:"from"` // the kind of store
	Version string    `json:"version"`
	About   int       `json:"about"` // how many records there will be, but for those that are deleted meanwhile
}

// Entry is one record, and where it is found.
type Entry struct {
	ID    store.ID        `json:"id"`
	Wake  time.Time       `json:"wake,omitzero"`
	Order int64           `json:"order,omitempty"`
	Lists []string        `json:"lists,omitempty"`
	Keys  []string        `json:"keys,omitempty"`
	State json.RawMessage `json:"state,omitempty"`

	// Bytes are the data of a record that cannot be read, and Unread says why. It is in no list.
	Bytes  []byte `json:"bytes,omitempty"`
	Unread string `json:"unread,omitempty"`
}

// data is the record as the store has it.
func (e *Entry) data() []byte {
	if e.Unread != "" {
		return e.Bytes
	}
	return e.State
}

// Counter is the last number that was given.
type Counter struct {
	Name string `json:"name"`
	Last uint64 `json:"last"`
}

// Setting is one setting of the installation.
type Setting struct {
	Name  string `json:"name"`
	Value []byte `json:"value"`
}

// Counts are how much there is.
type Counts struct {
	Records  int `json:"records"`
	Unread   int `json:"unread,omitempty"` // of the records
	Counters int `json:"counters"`
	Settings int `json:"settings"`
}

// End ends a file.
type End struct {
	Counts
	SHA256 string `json:"sha256"` // of all lines before it, in hexadecimal
}

// line is one line of a file: one of these.
type line struct {
	Header  *Header  `json:"header,omitempty"`
	Record  *Entry   `json:"record,omitempty"`
	Counter *Counter `json:"counter,omitempty"`
	Setting *Setting `json:"setting,omitempty"`
	End     *End     `json:"end,omitempty"`
}

// Progress is told how much is done. Total is 0 when it is not known.
type Progress func(done, total int)
