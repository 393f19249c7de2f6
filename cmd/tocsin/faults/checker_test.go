package faults

import (
	"os"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
)

// scripted is a history written down by hand: each line is an operation from one time to another.
func scripted(ops ...porcupine.Operation) *history {
	return &history{ops: ops}
}

func op(from, to int64, what string, number uint64, out output) porcupine.Operation {
	return porcupine.Operation{Input: input{what, "a", number}, Call: from, Output: out, Return: to}
}

var lost = output{}

func is(number uint64, status string, count int) output {
	return output{number: number, status: status, count: count}
}

func TestHistoriesThatCanBeArePassed(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]*history{
		"a life": scripted(
			op(1, 2, ingest, 0, is(7, "open", 0)), op(3, 4, ingest, 0, is(7, "open", 0)), op(5, 6, ack, 7, is(7, "acked", 2)),
			op(7, 8, unack, 7, is(7, "open", 2)), op(9, 10, closeOut, 7, is(7, "closed", 2)), op(11, 12, ack, 7, output{refused: true}),
			op(13, 14, ingest, 0, is(9, "open", 0)), op(15, 16, get, 9, is(9, "open", 1)), op(15, 16, get, 7, is(7, "closed", 2))),
		"a read during the ack":            scripted(op(1, 2, ingest, 0, is(7, "open", 0)), op(3, 9, ack, 7, is(7, "acked", 1)), op(4, 5, get, 7, is(7, "open", 1)), op(6, 7, get, 7, is(7, "acked", 1))),
		"a lost answer that happened":      scripted(op(1, never, ingest, 0, lost), op(3, 4, ingest, 0, is(7, "open", 0)), op(5, 6, get, 7, is(7, "open", 2))),
		"a lost answer that did not":       scripted(op(1, never, ingest, 0, lost), op(3, 4, ingest, 0, is(7, "open", 0)), op(5, 6, get, 7, is(7, "open", 1))),
		"a lost answer that happens late":  scripted(op(1, 2, ingest, 0, is(7, "open", 0)), op(3, never, ack, 7, lost), op(5, 6, get, 7, is(7, "open", 1)), op(7, 8, get, 7, is(7, "acked", 1))),
		"a lost event after a close":       scripted(op(1, 2, ingest, 0, is(7, "open", 0)), op(3, 4, closeOut, 7, is(7, "closed", 1)), op(5, never, ingest, 0, lost), op(7, 8, ingest, 0, is(9, "open", 0)), op(9, 10, get, 9, is(9, "open", 2))),
		"a lost event and only a new read": scripted(op(1, never, ingest, 0, lost), op(3, 4, get, 7, is(7, "open", 1))),
	} {
		if err := h.check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHistoriesThatCannotBeAreFoundAndPictured(t *testing.T) {
	t.Parallel()
	begun := op(1, 2, ingest, 0, is(7, "open", 0))
	for name, h := range map[string]*history{
		"an accepted event that is lost":      scripted(begun, op(3, 4, ingest, 0, is(7, "open", 0)), op(5, 6, get, 7, is(7, "open", 1))),
		"an event that counts twice":          scripted(begun, op(5, 6, get, 7, is(7, "open", 2))),
		"an ack that is lost":                 scripted(begun, op(3, 4, ack, 7, is(7, "acked", 1)), op(5, 6, get, 7, is(7, "open", 1))),
		"an ack that comes, and goes":         scripted(begun, op(3, never, ack, 7, lost), op(5, 6, get, 7, is(7, "acked", 1)), op(7, 8, get, 7, is(7, "open", 1))),
		"a read of the past":                  scripted(begun, op(3, 9, ack, 7, is(7, "acked", 1)), op(4, 5, get, 7, is(7, "acked", 1)), op(6, 7, get, 7, is(7, "open", 1))),
		"an ack of what is closed":            scripted(begun, op(3, 4, closeOut, 7, is(7, "closed", 1)), op(5, 6, ack, 7, is(7, "acked", 1))),
		"an ack that is refused":              scripted(begun, op(3, 4, ack, 7, output{refused: true})),
		"a closed alert that comes back":      scripted(begun, op(3, 4, closeOut, 7, is(7, "closed", 1)), op(5, 6, ingest, 0, is(7, "open", 0))),
		"a second alert beside an open one":   scripted(begun, op(3, 4, ingest, 0, is(9, "open", 0))),
		"an old alert that changes":           scripted(begun, op(3, 4, closeOut, 7, is(7, "closed", 1)), op(5, 6, ingest, 0, is(9, "open", 0)), op(7, 8, get, 7, is(7, "closed", 2))),
		"a number that was never given":       scripted(begun, op(3, 4, get, 8, is(8, "open", 1))),
		"two acks of which none was the last": scripted(begun, op(3, 4, unack, 7, is(7, "open", 1)), op(5, 6, get, 7, is(7, "acked", 1))),
	} {
		h.pictures = t.TempDir()
		err := h.check()
		if err == nil || !strings.Contains(err.Error(), "Illegal") {
			t.Errorf("%s was not found: %v", name, err)
			continue
		}
		_, path, _ := strings.Cut(err.Error(), "see ")
		if html, err := os.ReadFile(path); err != nil || !strings.Contains(string(html), "<html") {
			t.Errorf("%s: no picture: %v", name, err)
		}
	}
}
