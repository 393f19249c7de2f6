package api

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestOneReportIsComputedAtATimeAndTheNextDoesNotWaitForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &call{Options: Options{reports: make(chan struct{}, 1)}, ctx: t.Context()}
		done, err := c.reportTurn()
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := c.reportTurn(); !errors.Is(err, errBusy) {
			t.Errorf("while one is computed: %v", err)
		}
		if waited := time.Since(began); waited != 15*time.Second {
			t.Errorf("it waited for %s", waited)
		}
		done()
		if done, err = c.reportTurn(); err != nil {
			t.Errorf("after it: %v", err)
		}
		time.AfterFunc(10*time.Second, done)
		if _, err = c.reportTurn(); err != nil {
			t.Errorf("after a short wait: %v", err)
		}
	})
}
