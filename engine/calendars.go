package engine

import (
	"context"
	"maps"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/calendar"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// calendars are those of which rotations are made, as this replica knows them. duty.mu guards them.
type calendars struct {
	copies   calendar.Copies
	files    int // counts what this replica took of files of its own
	window   calendar.Window
	of       *directory.Directory // what imported was made of; nil when it has to be made again
	imported *directory.Directory
	reports  []calendar.Report
	books    calendar.Books
}

// turns is a directory with the turns that calendars have.
func (c *calendars) turns(base *directory.Directory) *directory.Directory {
	if c.of != base || c.imported == nil {
		c.of = base
		c.imported, c.reports = calendar.Apply(base, c.copies, c.window, &c.books)
	}
	return c.imported
}

// keep takes what was read, and says whether turns may differ by that. Files are this replica's own: they stay.
func (c *calendars) keep(copies calendar.Copies, window calendar.Window) (differs bool) {
	differs = window != c.window
	next := calendar.Copies{}
	for id, was := range c.copies {
		if was.Local() {
			next[id] = was
		}
	}
	maps.Copy(next, copies)
	for id, now := range next {
		was, ok := c.copies[id]
		differs = differs || !ok || was.Known != now.Known || was.Sum != now.Sum
	}
	c.copies, c.window = next, window
	if differs {
		c.imported = nil
	}
	return differs
}

// load takes the files that a configuration was loaded with.
func (d *duty) load(dir *directory.Directory, now time.Time) {
	d.mu.Lock()
	copies, window := maps.Clone(d.copies), d.window
	d.mu.Unlock()
	if copies == nil {
		copies, window = calendar.Copies{}, calendar.WindowAt(now)
	}
	files := calendar.Copies{}
	for id, c := range dir.Calendars {
		if c.File != "" {
			files[id] = calendar.LocalCopy(c.Text, now)
		}
	}
	maps.Copy(copies, files)
	d.books.Open(dir, copies, window)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.copies == nil {
		d.window = window
	}
	for id, c := range d.copies { // what was read of the store meanwhile stays
		if _, ok := files[id]; !ok && !c.Local() {
			files[id] = c
		}
	}
	d.copies, d.imported, d.dir = files, nil, nil
	d.files++
}

// listsFor are the lists of what is known at run time only. Calendars are not looked for where there are none.
func listsFor(dir *directory.Directory) []string {
	for _, c := range dir.Calendars {
		if c.URL != "" {
			return []string{override.ListCounting, maintenance.ListOf(maintenance.Active), calendar.List}
		}
	}
	return []string{override.ListCounting, maintenance.ListOf(maintenance.Active)}
}

// copies are those of the calendars at URLs that a directory names. What was read before is not read again.
func (e *Engine) copies(ctx context.Context, dir *directory.Directory, states []*calendar.State) (calendar.Copies, error) {
	known := e.duty.known()
	out := calendar.Copies{}
	var ids []store.ID
	var of []string
	for _, s := range states {
		if _, used := dir.Calendars[s.Source]; !used {
			continue
		}
		c := known[s.Source]
		if s.Text != "" && (c.State == nil || c.State.Edition != s.Edition || c.State.Text != s.Text) {
			ids, of = append(ids, s.Text), append(of, s.Source)
		}
		c.State = s
		out[s.Source] = c
	}
	if len(ids) == 0 {
		return out, nil
	}
	found, err := e.store.Load(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for i, r := range found {
		text, err := textOf(r)
		if err != nil {
			e.log.Error("the copy of a calendar cannot be read; it is fetched again", "id", ids[i], "error", err)
			continue
		}
		c := out[of[i]]
		c.Text, c.Sum, c.Known = text, calendar.Sum(text), true
		out[of[i]] = c
	}
	return out, nil
}

func textOf(r store.Record) ([]byte, error) {
	if !r.Exists() {
		return nil, ErrNotFound
	}
	t, err := as[*calendar.Text](r, "copy of a calendar")
	if err != nil {
		return nil, err
	}
	return t.Read()
}

// known are the calendars as they were last read. Who gets them must not change them.
func (d *duty) known() calendar.Copies {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.copies
}

// local takes another copy of a file.
func (d *duty) local(id string, c calendar.Copy) {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.copies[id]
	d.copies = maps.Clone(d.copies)
	d.copies[id] = c
	if was.Sum != c.Sum || was.Known != c.Known {
		d.imported, d.dir = nil, nil
		d.files++
	}
}

// loads counts what this replica took of its own files.
func (d *duty) loads() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files
}

// reported is what became of every rotation's calendar.
func (d *duty) reported() []calendar.Report {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reports
}

// Source is the state of a rotation's calendar.
type Source struct {
	calendar.Report
	Host      string    // where it is, without what is secret
	FetchedAt time.Time // of the copy that is in force; zero for none
	ChangedAt time.Time
	Error     string // why it could not be refreshed when that was tried last; "" when it could
}

// Sources are the calendars of all rotations that have one, by schedule and in the order of the rotations.
func (e *Engine) Sources() []Source {
	e.Directory()
	dir, copies := e.World().Dir, e.duty.known()
	var out []Source
	for _, r := range e.duty.reported() {
		s := Source{Report: r, Host: dir.Calendars[r.Calendar].Host}
		if state := copies[r.Calendar].State; state != nil {
			s.FetchedAt, s.ChangedAt, s.Error = state.FetchedAt, state.ChangedAt, state.Error
		}
		out = append(out, s)
	}
	return out
}
