package api

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// List is a page of a list, newest first.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"The cursor of the next page; empty when this is the last. A page may be short without being the last."`
}

// paging are the parameters of every list that has pages.
var paging = []param{
	{name: "limit", kind: "integer", doc: fmt.Sprintf("How many items a page has at most: 1 to %d, %d by default.", maxLimit, defaultLimit)},
	{name: "cursor", doc: "Where to go on: next of the page before."},
}

// page reads where a page begins and how long it is.
func (c *call) page() (before store.Cursor, limit int, err error) {
	if limit, err = c.query.limit(); err != nil {
		return before, 0, err
	}
	text := c.query.text("cursor")
	if text == "" {
		return before, limit, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	order, id, _ := strings.Cut(string(raw), ".")
	if err == nil {
		before.Order, err = strconv.ParseInt(order, 10, 64)
	}
	if err == nil {
		before.ID, err = store.ParseID(id)
	}
	if err != nil {
		return store.Cursor{}, 0, invalid("cursor", "it is not one that a list gave as next")
	}
	return before, limit, nil
}

// next writes a cursor down; empty for none.
func next(c store.Cursor) string {
	if c == (store.Cursor{}) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", c.Order, c.ID))
}

// listOf shows a page.
func listOf[S, T any](states []S, cursor store.Cursor, show func(S) T) List[T] {
	items := make([]T, len(states))
	for i, s := range states {
		items[i] = show(s)
	}
	return List[T]{items, next(cursor)}
}
