package engine_test

import (
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
)

// Found by the simulator: everything was switched off for longer than the retention, while the word of a close
// was still to be sent. The alert was deleted, and its message sent by a claim that nobody could see.
func TestAnAlertThatIsDeletedSendsNothingMore(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, toAmir+"retention: {alerts: 48h}\n")
	tw.frozen[1] = true
	a := tw.fire(disk)
	tw.wait(time.Minute)
	if _, err := tw.engines[0].Act(t.Context(), string(a.ID), alert.Action{Do: alert.Close, By: "jason"}); err != nil {
		t.Fatal(err)
	}
	tw.crash(1) // before it sends amir the word of the close
	tw.jump(72 * time.Hour)
	tw.frozen[1] = false
	tw.wait(time.Minute)
	want(t, tw.phones.log(), "\n0s amir email\n")
}
