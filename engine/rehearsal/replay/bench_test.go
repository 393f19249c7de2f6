package replay_test

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
)

// quarter is 90 days of about a hundred thousand events: half of the alerts are over within ten minutes and nobody does
// anything, a third are acknowledged, some escalate for hours; some fire again, and a few are sent again while they fire.
func quarter(events int) *replay.Past {
	dice := rand.New(rand.NewPCG(1, 2))
	p := &replay.Past{}
	every := 90 * 24 * time.Hour / time.Duration(events)
	for n, number := 0, uint64(1); n < events; number++ {
		at := (time.Duration(n) * every).Truncate(time.Millisecond)
		kind := []string{"db", "web", "web", "noise", "other"}[dice.IntN(5)]
		line := func(after time.Duration, status event.Status) {
			l := told(at+after, number, kind, status)
			l.Event.DedupKey = fmt.Sprintf("%s-%d", kind, number)
			l.Event.Description = "The value has been above its limit for ten minutes"
			l.Event.Labels = map[string]string{"kind": kind, "env": "prod", "instance": fmt.Sprintf("node-%d", number%500), "region": "eu-west-1", "alertname": "ValueTooHigh"}
			p.Add(l)
			n++
		}
		line(0, event.Firing)
		if dice.IntN(8) == 0 {
			line(time.Minute, event.Firing)
		}
		switch r := dice.IntN(100); {
		case r < 50:
			line(time.Duration(1+dice.IntN(9))*time.Minute, event.Resolved)
		case r < 85:
			p.Add(did(at+time.Duration(2+dice.IntN(8))*time.Minute, number, history.Ack, "ethan"))
			line(time.Duration(20+dice.IntN(60))*time.Minute, event.Resolved)
		default:
			line(time.Duration(1+dice.IntN(4))*time.Hour, event.Resolved)
		}
	}
	return p
}

// BenchmarkReplay plays a quarter, of fewer events so that it does not take long, with two configurations. It reports the processor's time for a hundred thousand events
// and both configurations as cpu-s/100k: that of a busy machine is as good as that of an idle one.
func BenchmarkReplay(b *testing.B) {
	const events = 20_000
	p := quarter(events)
	before, after := world(b, town), other(b, "{name: noise, when: 'labels.kind == \"noise\"', to: nobody}", "{name: noise, when: 'labels.kind == \"noise\"', to: policy:slow}")
	b.ReportAllocs()
	used := cpu(b)
	for b.Loop() {
		r := compare(b, p, before, after, replay.Options{Recorded: true})
		if r.Events < events || r.Changed == 0 {
			b.Fatalf("%d events, %d changed", r.Events, r.Changed)
		}
	}
	b.ReportMetric((cpu(b)-used)/float64(b.N)*100_000/events, "cpu-s/100k")
}

// cpu is how many seconds of processor time the process took so far, collecting garbage included.
func cpu(b *testing.B) float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return (time.Duration(used.Utime.Nano()) + time.Duration(used.Stime.Nano())).Seconds()
}
