package faults

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// history is what clients did, with the times at which they asked and were answered.
type history struct {
	began    time.Time
	pictures string // where pictures of what is wrong go; "" is the folder for temporary files

	mu  sync.Mutex
	ops []porcupine.Operation
}

// never is when an operation returns whose outcome is unknown.
const never = math.MaxInt64

// undecided bounds the check of all alerts of a history.
const undecided = time.Minute

func newHistory() *history { return &history{began: time.Now()} }

func (h *history) since() int64 { return int64(time.Since(h.began)) }

// note keeps one operation. The zero output is an unknown outcome, and so has no end.
func (h *history) note(client int, in input, called int64, out output) {
	returned := h.since()
	if out == (output{}) {
		returned = never
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Call: called, Output: out, Return: returned})
}

// counts are how many operations there are, and of how many nobody knows the outcome.
func (h *history) counts() (ops, unknown int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, op := range h.ops {
		if op.Output == (output{}) {
			unknown++
		}
	}
	return len(h.ops), unknown
}

// check fails unless every alert's history could have been one thing after the other. The error names the picture
// of the first alert whose history could not.
func (h *history) check() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	model := alerts()
	parts := model.Partition(h.ops)
	deadline := time.Now().Add(undecided)
	for _, part := range parts {
		key := part[0].Input.(input).key
		result := porcupine.CheckOperationsTimeout(model, part, max(time.Millisecond, time.Until(deadline)))
		if result == porcupine.Ok {
			continue
		}
		_, info := porcupine.CheckOperationsVerbose(model, part, undecided/4)
		picture, err := h.picture(model, info)
		if err != nil {
			return fmt.Errorf("the history of %s is %s, and no picture could be made of it: %w", key, result, err)
		}
		return fmt.Errorf("the history of %s (%d operations) is %s: see %s", key, len(part), result, picture)
	}
	return nil
}

// picture writes what porcupine found to a folder that outlives the test.
func (h *history) picture(model porcupine.Model, info porcupine.LinearizationInfo) (path string, err error) {
	dir, err := os.MkdirTemp(h.pictures, "tocsin-history")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "history.html")
	return path, porcupine.VisualizePath(model, info, path)
}
