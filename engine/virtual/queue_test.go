package virtual_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/virtual"
)

func TestThingsHappenInTheOrderOfTimeAndThenAsTheyWerePlanned(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	var q virtual.Queue
	var got []string
	plan := func(after time.Duration, name string) { q.Add(noon.Add(after), func() { got = append(got, name) }) }
	plan(time.Minute, "second")
	plan(0, "first")
	plan(time.Minute, "third")
	if at, ok := q.At(); !ok || at != noon {
		t.Errorf("the next is at %v", at)
	}
	for {
		_, do, ok := q.Next()
		if !ok {
			break
		}
		do()
	}
	if want := []string{"first", "second", "third"}; !slices.Equal(got, want) {
		t.Errorf("happened %v, want %v", got, want)
	}
	if _, ok := q.At(); ok {
		t.Error("something is left")
	}
}
