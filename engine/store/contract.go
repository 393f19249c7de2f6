package store

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// ErrInvalid says that a call broke the contract. It is a bug of the caller and no retry mends it;
// nothing was written.
var ErrInvalid = errors.New("invalid use of the store")

// What every store takes, so that state can move from one to another.
const (
	MaxName = 4096     // bytes of the name of a key, list, counter or setting
	MaxData = 16 << 20 // bytes of a record or a setting
	MaxPage = 1000     // records of a Query
)

// maxMillis is the greatest time and Order: Redis scores are doubles, exact to 53 bits.
const maxMillis = 1<<53 - 1

// Validate checks what can be known of a Tx without looking at the state, and returns its shard. Stores
// call it before they do anything. The shard of an empty Tx is 0. Its errors wrap ErrInvalid.
func (tx Tx) Validate() (shard int, err error) {
	seen := make(map[ID]bool, len(tx))
	for i := range tx {
		c := &tx[i]
		s := c.ID.Shard()
		switch {
		case s < 0:
			return 0, fmt.Errorf("%w: change %d is of %q, which is not an id", ErrInvalid, i, clip(string(c.ID)))
		case i > 0 && s != shard:
			return 0, fmt.Errorf("%w: %s is in shard %d, but %s in shard %d; a Tx is of one shard", ErrInvalid, tx[0].ID, shard, c.ID, s)
		case seen[c.ID]:
			return 0, fmt.Errorf("%w: %s is changed twice in one Tx", ErrInvalid, c.ID)
		}
		seen[c.ID], shard = true, s
		if err := c.validate(); err != nil {
			return 0, fmt.Errorf("%w: change of %s: %w", ErrInvalid, c.ID, err)
		}
	}
	return shard, nil
}

func (c *Change) validate() error {
	if len(c.Data) > MaxData {
		return fmt.Errorf("%d bytes of data, more than %d", len(c.Data), MaxData)
	}
	if c.Order < -maxMillis || c.Order > maxMillis {
		return fmt.Errorf("order %d is not within 53 bits", c.Order)
	}
	for _, k := range c.Keys {
		if err := checkName("key", k.Name); err != nil {
			return err
		}
		if k.To != "" && k.To.Shard() != c.ID.Shard() {
			return fmt.Errorf("key %q goes to %q, which is not in the same shard", clip(k.Name), clip(string(k.To)))
		}
	}
	for _, lists := range [][]string{c.Join, c.Leave} {
		for _, l := range lists {
			if err := checkName("list", l); err != nil {
				return err
			}
		}
	}
	return nil
}

// Validate checks the limits of a query. Its errors wrap ErrInvalid.
func (q Query) Validate() error {
	if q.Limit < 1 || q.Limit > MaxPage {
		return fmt.Errorf("%w: a page of %d records; 1 to %d are possible", ErrInvalid, q.Limit, MaxPage)
	}
	for _, l := range q.Lists {
		if err := ValidateName("list", l); err != nil {
			return err
		}
	}
	return nil
}

// Validate checks that the key can exist. Its errors wrap ErrInvalid.
func (k Key) Validate() error {
	if err := ValidateShard(k.Shard); err != nil {
		return err
	}
	return ValidateName("key", k.Name)
}

// ValidateShard checks that the shard exists. Its errors wrap ErrInvalid.
func ValidateShard(shard int) error {
	if shard < 0 || shard >= Shards {
		return fmt.Errorf("%w: there is no shard %d; they are 0 to %d", ErrInvalid, shard, Shards-1)
	}
	return nil
}

// ValidateName checks the name of something that a store keeps. Its errors wrap ErrInvalid.
func ValidateName(what, name string) error {
	if err := checkName(what, name); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

func checkName(what, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a %s needs a name", what)
	case len(name) > MaxName:
		return fmt.Errorf("the name of %s %q… has %d bytes, more than %d", what, clip(name), len(name), MaxName)
	}
	return nil
}

// Compare orders cursors as lists are ordered, oldest first: by Order, then by id.
func (c Cursor) Compare(d Cursor) int {
	if n := cmp.Compare(c.Order, d.Order); n != 0 {
		return n
	}
	return cmp.Compare(c.ID, d.ID)
}

// Millis is t in the resolution of stores: Unix milliseconds, rounded up so that nothing wakes early; 0 for
// the zero time. Times outside 1970 to the year 287396 become the nearest that can be kept.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	ms := t.UnixMilli()
	if t.Nanosecond()%int(time.Millisecond) != 0 {
		ms++
	}
	return min(max(ms, 1), maxMillis)
}

// FromMillis is the time, in UTC, that Millis gave as ms.
func FromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// ValidateDue checks the arguments of Due. Its errors wrap ErrInvalid.
func ValidateDue(shard, limit int) error {
	if limit < 1 {
		return fmt.Errorf("%w: %d wake-ups asked for", ErrInvalid, limit)
	}
	return ValidateShard(shard)
}

// ValidateReserve checks the arguments of Reserve. Its errors wrap ErrInvalid.
func ValidateReserve(counter string, n int) error {
	if n < 1 {
		return fmt.Errorf("%w: %d numbers of %q asked for", ErrInvalid, n, clip(counter))
	}
	return ValidateName("counter", counter)
}

// ValidateSetting checks the arguments of Setting. Its errors wrap ErrInvalid.
func ValidateSetting(name string, value []byte) error {
	if len(value) > MaxData {
		return fmt.Errorf("%w: setting %q has %d bytes, more than %d", ErrInvalid, clip(name), len(value), MaxData)
	}
	return ValidateName("setting", name)
}
