// Package search finds incidents and postmortems by what they say, and incidents that are like another one. Its index
// is derived: it is made from the records at every start, in memory, and can be thrown away at any time. Package engine
// feeds it; nothing here reads the store, a clock or the configuration, and nothing here changes a record.
//
// SQLite's FTS5 keeps which word is where, and ranks (BM25). What a word is, wordsOf says: the index, the fragments
// that are shown and the likeness of incidents must all mean the same by it, so FTS5 is given stems, never text. Of a
// text only its words are kept.
package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Index is what is known of the records. Its methods may be called concurrently.
type Index struct {
	mu       sync.Mutex // of db: SQLite does one thing at a time
	db       *sql.DB
	versions map[store.ID]uint64
}

// Open makes an empty index. Close ends it.
func Open() (*Index, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, fmt.Errorf("the search index: %w", err)
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	if _, err = db.Exec(schema()); err != nil {
		return nil, errors.Join(fmt.Errorf("the search index: %w", err), db.Close())
	}
	return &Index{db: db, versions: map[store.ID]uint64{}}, nil
}

// schema has a row of record for each record, and one of words with the same number.
func schema() string {
	return `
PRAGMA journal_mode = OFF;
CREATE TABLE record (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, number INTEGER NOT NULL, born INTEGER NOT NULL) STRICT;
CREATE TABLE facet (what TEXT NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (what, value, n)) STRICT, WITHOUT ROWID;
CREATE INDEX facets_of ON facet (n);
CREATE VIRTUAL TABLE words USING fts5(` + names() + `, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0');`
}

// Close frees the index.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.db.Close()
}

// Len is how many records there are.
func (x *Index) Len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.versions)
}

// Size is how much memory the index has taken, in bytes.
func (x *Index) Size() (size int64, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	err = x.db.QueryRow("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&size)
	return size, err
}

// Version is that of a record as it is in the index; 0 when it is not.
func (x *Index) Version(id store.ID) uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.versions[id]
}

// Put takes records in, each in place of what was known of it, unless that is as new.
func (x *Index) Put(docs ...Doc) error {
	return x.change(func(tx *sql.Tx, known map[store.ID]uint64) error {
		for i := range docs {
			d := &docs[i]
			if max(x.versions[d.ID], known[d.ID]) >= d.Version {
				continue
			}
			if err := remove(tx, d.ID); err != nil {
				return err
			}
			if err := insert(tx, d); err != nil {
				return err
			}
			known[d.ID] = d.Version
		}
		return nil
	})
}

// Remove forgets records.
func (x *Index) Remove(ids ...store.ID) error {
	return x.change(func(tx *sql.Tx, known map[store.ID]uint64) error {
		for _, id := range ids {
			if err := remove(tx, id); err != nil {
				return err
			}
			known[id] = 0
		}
		return nil
	})
}

// change makes a change as a whole; do says which versions are known by it, 0 for none.
func (x *Index) change(do func(tx *sql.Tx, known map[store.ID]uint64) error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	known := map[store.ID]uint64{}
	tx, err := x.db.Begin()
	if err == nil {
		if err = do(tx, known); err == nil {
			err = tx.Commit()
		} else {
			err = errors.Join(err, tx.Rollback())
		}
	}
	if err != nil {
		return fmt.Errorf("the search index: %w", err)
	}
	for id, version := range known {
		if x.versions[id] = version; version == 0 {
			delete(x.versions, id)
		}
	}
	return nil
}

func remove(tx *sql.Tx, id store.ID) error {
	var n int64
	switch err := tx.QueryRow("DELETE FROM record WHERE id = ? RETURNING n", id).Scan(&n); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	if _, err := tx.Exec("DELETE FROM facet WHERE n = ?", n); err != nil {
		return err
	}
	_, err := tx.Exec("DELETE FROM words WHERE rowid = ?", n)
	return err
}

func insert(tx *sql.Tx, d *Doc) error {
	row, err := tx.Exec("INSERT INTO record (id, kind, number, born) VALUES (?, ?, ?, ?)", d.ID, d.Kind, d.Number, d.Born.UnixMilli())
	if err != nil {
		return err
	}
	n, err := row.LastInsertId()
	if err != nil {
		return err
	}
	for _, f := range d.Facets {
		if _, err := tx.Exec("INSERT OR IGNORE INTO facet (what, value, n) VALUES (?, ?, ?)", f.What, f.Value, n); err != nil {
			return err
		}
	}
	values := []any{n}
	for _, text := range d.columns() {
		values = append(values, text)
	}
	_, err = tx.Exec("INSERT INTO words (rowid, "+names()+") VALUES (?"+strings.Repeat(", ?", int(parts))+")", values...)
	return err
}

// names are the columns of words.
func names() string {
	list := make([]string, parts)
	for i, c := range columns {
		list[i] = c.name
	}
	return strings.Join(list, ", ")
}

// gap parts the passages of a column, so that no phrase is found across two of them. FTS5 takes it for a word
// (it is of Unicode's private use), and wordsOf does not: nobody can ask for it.
const gap = " \uE000 "

// columns are the stems of a record by part.
func (d *Doc) columns() []string {
	text := make([]strings.Builder, parts)
	for _, p := range d.Passages {
		b := &text[p.In]
		if b.Len() > 0 {
			b.WriteString(gap)
		}
		for i, s := range stemsOf(p.Text) {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(s)
		}
	}
	out := make([]string, parts)
	for i := range text {
		out[i] = text[i].String()
	}
	return out
}

// all reads the rows of a query.
func all(ctx context.Context, db *sql.DB, query string, args []any, row func(scan func(...any) error) error) (err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
