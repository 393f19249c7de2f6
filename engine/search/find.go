package search

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Wish is what is searched for.
type Wish struct {
	Query
	Kind         Kind      // "" for all
	Since, Until time.Time // of Doc.Born: from and before; zero for ever
	Limit        int
}

// Hit is a record that was found.
type Hit struct {
	ID    store.ID
	Score float64 // BM25: the more the better; 0 where no word was asked for
}

// Find returns the records that meet a wish, best first, the newest of equals first, and how many there are in all.
func (x *Index) Find(ctx context.Context, w Wish) (hits []Hit, total int, err error) {
	sql, args := w.sql()
	x.mu.Lock()
	defer x.mu.Unlock()
	err = all(ctx, x.db, sql, args, func(scan func(...any) error) error {
		var h Hit
		if err := scan(&h.ID, &h.Score, &total); err != nil {
			return err
		}
		hits = append(hits, h)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("the search index: %w", err)
	}
	return hits, total, nil
}

// sql asks for what is wished.
func (w Wish) sql() (text string, args []any) {
	var must, where []string
	var filter []any
	add := func(condition string, values ...any) {
		where, filter = append(where, condition), append(filter, values...)
	}
	for _, c := range w.clauses {
		in := " IN "
		if c.not {
			in = " NOT IN "
		}
		switch {
		case c.facet != "":
			add("r.n"+in+"(SELECT n FROM facet WHERE what = ? AND value IN (?"+strings.Repeat(", ?", len(c.values)-1)+"))", c.facet)
			for _, v := range c.values {
				filter = append(filter, v)
			}
		case c.not:
			add("r.n NOT IN (SELECT rowid FROM words WHERE words MATCH ?)", c.match())
		default:
			must = append(must, c.match())
		}
	}
	if w.Kind != "" {
		add("r.kind = ?", w.Kind)
	}
	if !w.Since.IsZero() {
		add("r.born >= ?", w.Since.UnixMilli())
	}
	if !w.Until.IsZero() {
		add("r.born < ?", w.Until.UnixMilli())
	}
	from := "record r"
	score := "0.0"
	if len(must) > 0 {
		text = "WITH hit AS MATERIALIZED (SELECT rowid AS n, -bm25(words" + weights() + ") AS score FROM words WHERE words MATCH ?) "
		args = append(args, strings.Join(must, " AND "))
		from, score = "hit JOIN record r ON r.n = hit.n", "hit.score"
	}
	text += "SELECT r.id, " + score + " AS points, count(*) OVER () FROM " + from
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	text += " ORDER BY points DESC, r.born DESC, r.id DESC LIMIT ?"
	return text, append(append(args, filter...), w.Limit)
}

func weights() string {
	var b strings.Builder
	for _, c := range columns {
		fmt.Fprintf(&b, ", %g", c.weight)
	}
	return b.String()
}
