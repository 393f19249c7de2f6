package calendar

import (
	"sync"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

// The part of a calendar that is read: a year of the past, for previous: and timelines, and more than the two years to come
// that schedules are searched for. It moves on in steps, so that it need not be read anew all the time.
const (
	past   = 366 * 24 * time.Hour
	future = 2*366*24*time.Hour + step
	step   = 7 * 24 * time.Hour
)

// Window is the time in which calendars are read.
type Window struct{ From, To time.Time }

// WindowAt is the one around an instant.
func WindowAt(now time.Time) Window {
	at := now.UTC().Truncate(step)
	return Window{at.Add(-past), at.Add(future)}
}

// Copy is a calendar as a replica knows it. Neither part is changed once it is in use.
type Copy struct {
	State *State // nil for one that is not known at all yet
	Text  []byte
	Sum   string // of Text
	Known bool   // there is a Text, which may be empty
}

// Copies are those of all calendars, by directory.Calendar.ID.
type Copies map[string]Copy

// Local says that it is of a file.
func (c Copy) Local() bool { return c.State != nil && c.State.ID == "" }

// LocalCopy is that of a file.
func LocalCopy(text []byte, now time.Time) Copy {
	text = Plain(text)
	sum := Sum(text)
	return Copy{&State{TriedAt: now, FetchedAt: now, ChangedAt: now, Sum: sum}, text, sum, true}
}

// Books remembers what is in calendars, as long as they do not change: reading a large one takes a while. The zero value is
// ready, and may be used concurrently.
type Books struct {
	mu    sync.Mutex
	known map[leaf]contents
}

// leaf is what reading depends on.
type leaf struct {
	sum  string
	zone string
	from time.Time
}

type contents struct {
	calendar ical.Calendar
	err      error
}

// Open reads all calendars of a directory that changed since it was called last, so that Apply finds them read.
func (b *Books) Open(dir *directory.Directory, copies Copies, w Window) {
	used := map[leaf]contents{}
	for name, imported := range dir.Imported {
		zone := dir.Schedules[name].Location()
		for _, id := range imported.Calendars {
			if c := copies[id]; c.Known {
				p := leaf{c.Sum, zone.String(), w.From}
				used[p] = b.read(p, c, zone, w)
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known = used
}

func (b *Books) read(p leaf, c Copy, zone *time.Location, w Window) contents {
	b.mu.Lock()
	found, ok := b.known[p]
	b.mu.Unlock()
	if ok {
		return found
	}
	found.calendar, found.err = ical.Read(c.Text, zone, w.From, w.To)
	return found
}
