package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

const digested = `
postmortem:
  required_when: "true"
  due: 1d
  digest: {from: 2026-03-12T14:00, timezone: Europe/Berlin, to: ["user:ethan", team@example.com], room: Room 4}
`

// digests are the digests that arrived: when, to whom, and over what.
func (tw *town) digests() (got string) {
	for i, m := range tw.phones.got {
		if strings.HasPrefix(m.Title, "Review of postmortems") {
			got += tw.phones.at[i].Sub(start).Truncate(time.Second).String() + " " + m.Address + " " + m.Via + "\n"
		}
	}
	return got
}

func TestTheReviewDigestIsSentOnceByTwoReplicasAndSaysWhatIsSoThen(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 2, digested)
	tw.keep()
	tw.owe(2)
	tw.jump(2 * 24 * time.Hour)
	if _, err := tw.engines[0].ActOnPostmortem(context.Background(), "PM-1", postmortem.Action{Do: postmortem.Complete, By: "jason"}); err != nil {
		t.Fatal(err)
	}
	tw.keep()
	tw.jump(10*time.Hour - time.Minute)
	tw.wait(2 * time.Minute)
	want(t, tw.digests(), "\n58h0m0s U01 slack\n58h0m0s ethan@example.com email\n58h0m0s team@example.com email\n")
	m := tw.phones.got[len(tw.phones.got)-1]
	if !strings.Contains(m.Text, "- PM-1 Outage 1 (jason), published on Wed 11 Mar") || !strings.Contains(m.Text, "Overdue:\n- PM-2 Outage 2 (jason)") || !strings.Contains(m.Text, "14:00 to 15:00 CET, Room 4") && !strings.Contains(m.Text, "13:00 to 14:00 UTC, Room 4") {
		t.Errorf("text\n%s", m.Text)
	}
	for range 13 * 4 {
		tw.jump(6 * time.Hour)
		tw.wait(time.Minute)
	}
	if n := strings.Count(tw.digests(), "\n"); n != 3 {
		t.Errorf("%d messages, want none before the next review", n)
	}
}

func TestTheReviewDigestIsSentLateRatherThanNotAndOnceWhateverTheStoreDoes(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		tw := newTown(t, 2, digested)
		tw.keep()
		tw.clock.t = start.Add(60 * time.Hour) // nothing ran
		tw.faults[0].lost, tw.faults[1].refused, tw.faults[1].conflicts = n, n, n
		tw.wait(5 * time.Minute)
		if got := strings.Count(tw.digests(), "\n"); got != 3 {
			t.Errorf("%d faults: sent\n%s", n, tw.digests())
		}
	}
}

func TestADigestThatCannotBeReadIsSentLater(t *testing.T) {
	t.Parallel()
	tw := newTown(t, 1, digested)
	tw.keep()
	tw.clock.t = start.Add(58 * time.Hour)
	tw.settleStep()
	tw.faults[0].unlisted = true
	tw.wait(20 * time.Second)
	want(t, tw.digests(), "\n")
	tw.faults[0].unlisted = false
	tw.wait(2 * time.Minute)
	if got := strings.Count(tw.digests(), "\n"); got != 3 {
		t.Errorf("sent\n%s", tw.digests())
	}
}

// settleStep lets the first replica do what is due, and sends nothing yet.
func (tw *town) settleStep() {
	tw.Helper()
	if _, err := tw.engines[0].Step(context.Background(), tw.clock.t); err != nil {
		tw.Fatal(err)
	}
}
