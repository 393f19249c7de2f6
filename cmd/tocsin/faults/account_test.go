package faults

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// account waits until all is sent and accepted that ever will be, lets the judge compare, and checks the histories.
func (l *load) account(by *programtest.Server) *verdict {
	l.t.Helper()
	l.senders.Wait()
	l.people.Wait()
	close(l.ended)
	l.crowd.Wait()
	l.drain(by)

	e := evidence{lives: map[uint64]*life{}, arrivals: l.p.arrivals(), spans: l.spans}
	for number, a := range l.lives {
		if !ofCrowd(a.key) {
			e.lives[number] = a
		}
	}
	programtest.Until(l.t, "the list of all alerts", func() (err error) {
		e.known, err = l.list(by, func(called int64, page []known) {
			for _, k := range page { // what there is in the end is part of every history
				l.h.note(crowdSize, input{get, k.DedupKey, k.Number}, called, output{number: k.Number, status: k.Status, count: k.Count})
			}
		})
		return err
	})
	v := judge(e)
	for _, wrong := range v.wrong[:min(20, len(v.wrong))] {
		l.t.Error(wrong)
	}
	if len(v.wrong) > 0 {
		l.t.Errorf("%d promises were broken; the journal of what arrived is %s", len(v.wrong), written(e.arrivals))
	}
	if most := lateness + l.longest(); v.slowest > most {
		l.t.Errorf("a page came %s after its alert was accepted; the longest fault and a lease explain %s", v.slowest, most)
	}
	checking := time.Now()
	if err := l.h.check(); err != nil {
		l.t.Error(err)
	}
	ops, unknown := l.h.counts()
	var broken []string
	for _, s := range l.spans {
		broken = append(broken, fmt.Sprintf("%s %.1f s", s.what, s.to.Sub(s.from).Seconds()))
	}
	l.t.Logf("%s; %d faults (%s); %d answers missing; %d operations linearizable, %d of them of unknown outcome, checked in %.1f s; %.0f s in all; seed %d",
		v, len(l.spans), strings.Join(broken, ", "), l.unanswered, ops, unknown, time.Since(checking).Seconds(), time.Since(l.began).Seconds(), seed)
	return v
}

// drain waits until every page is sent or not needed any more.
func (l *load) drain(by *programtest.Server) {
	l.t.Helper()
	var looked time.Time
	programtest.UntilWithin(l.t, size.patience, "everything to be sent", func() error {
		if time.Since(looked) < time.Second/2 {
			return errors.New("some alerts wait")
		}
		looked = time.Now()
		all, err := l.list(by, func(int64, []known) {})
		if err != nil {
			return err
		}
		for _, k := range all {
			if k.waits() || k.Status == "open" && len(k.Pages) < 2 {
				return fmt.Errorf("#%d (%s) waits: it is %s with %v", k.Number, k.DedupKey, k.Status, k.Pages)
			}
		}
		return nil
	})
}

// written writes a journal to a file that outlives the test, and names it.
func written(journal []arrival) string {
	f, err := os.CreateTemp("", "tocsin-journal-*.txt")
	if err != nil {
		return err.Error()
	}
	for _, a := range journal {
		_, err = fmt.Fprintf(f, "%s %s #%d %s refused=%t lost=%t\n", clock(a.at), a.way, a.number, a.key, a.refused, a.lost)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err.Error()
	}
	return f.Name()
}

// lateness is what may delay a page beside a fault: a lease that must run out, a provider that refuses once or twice,
// and a machine that is busy.
const lateness = 40 * time.Second

// longest is the longest fault.
func (l *load) longest() (d time.Duration) {
	for _, s := range l.spans {
		d = max(d, s.to.Sub(s.from))
	}
	return d
}
