package faults

import (
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return noon.Add(d) }

// scene is one alert that was accepted at noon, as the judge sees it.
func scene(arrivals ...arrival) evidence {
	for i := range arrivals {
		arrivals[i].number, arrivals[i].key, arrivals[i].created = 7, "a", noon
	}
	k := known{seen: seen{ID: "id-7", Number: 7}, DedupKey: "a"}
	return evidence{
		lives: map[uint64]*life{7: {key: "a", id: "id-7", number: 7, sent: noon, accepted: noon}},
		known: map[uint64]known{7: k}, arrivals: arrivals,
	}
}

func text(at time.Duration) arrival { return arrival{at: after(at), way: bySMS} }
func post(at time.Duration) arrival { return arrival{at: after(at), way: bySecond} }

// acked is a scene in which the ack was asked for, and then answered.
func (e evidence) acked(asked, answered time.Duration) evidence {
	e.lives[7].asked, e.lives[7].acked = after(asked), after(answered)
	return e
}

func (e evidence) broke(from, to time.Duration) evidence {
	e.spans = append(e.spans, span{"a fault", after(from), after(to)})
	return e
}

func without(e evidence, change func(evidence)) evidence { change(e); return e }

const ms = time.Millisecond

func TestTheJudgePassesWhatWasPromised(t *testing.T) {
	t.Parallel()
	lost, refused := text(10*ms), text(10*ms)
	lost.lost, refused.refused = true, true
	for name, e := range map[string]evidence{
		"texted and escalated":                    scene(text(10*ms), post(escalates)),
		"acknowledged in time":                    scene(text(10*ms)).acked(time.Second, time.Second+ms),
		"acknowledged before the page":            scene().acked(ms, 2*ms),
		"due before the ack was answered":         scene(text(10*ms), post(escalates+20*ms)).acked(escalates-10*ms, escalates+10*ms),
		"twice, because the answer was lost":      scene(lost, text(5*time.Second), post(escalates)),
		"twice, because it was killed":            scene(text(10*ms), text(16*time.Second), post(escalates)).broke(50*ms, time.Second),
		"refused, and then taken":                 scene(refused, text(5*time.Second), post(escalates)),
		"in the network while the ack was stored": scene(text(6*time.Second)).acked(ms, 10*ms),
	} {
		if v := judge(e); len(v.wrong) > 0 {
			t.Errorf("%s: %s", name, v.wrong)
		}
	}
}

func TestTheJudgeFindsEachBrokenPromise(t *testing.T) {
	t.Parallel()
	refused := text(10 * ms)
	refused.refused = true
	for name, c := range map[string]struct {
		e    evidence
		says string
	}{
		"never texted":                {scene(post(escalates)), "never texted"},
		"refused and given up":        {scene(refused, post(escalates)), "never texted"},
		"never escalated":             {scene(text(10 * ms)), "did not escalate"},
		"lost":                        {without(scene(), func(e evidence) { delete(e.known, 7) }), "is lost"},
		"another under its number":    {without(scene(), func(e evidence) { e.known[7] = known{DedupKey: "b"} }), "is lost"},
		"paged and not there":         {without(scene(text(ms)), func(e evidence) { delete(e.known, 7); delete(e.lives, 7) }), "not known"},
		"twice for nothing":           {scene(text(10*ms), text(20*ms), post(escalates)), "nothing explains it"},
		"twice, long after a fault":   {scene(text(10*time.Second), text(20*time.Second), post(escalates)).broke(0, time.Second), "nothing explains it"},
		"due after the ack":           {scene(text(10*ms), post(escalates+ms)).acked(time.Second, time.Second+ms), "cannot have been claimed before"},
		"escalated too early":         {scene(text(10*ms), post(escalates/2)), "before it was due"},
		"retried after the ack":       {scene(refused, text(5*time.Second)).acked(ms, 2*ms), "cannot have been claimed before"},
		"claimed again after the ack": {scene(text(10*ms), text(15*time.Second)).acked(9*time.Second, 9*time.Second).broke(ms, 14*time.Second), "cannot have been claimed before"},
		"sent long after the ack":     {scene(text(20*time.Second)).acked(ms, 2*ms), "cannot have been claimed before"},
		"more than were under way":    {many(underWay + 1), "at most the"},
	} {
		if v := judge(c.e); len(v.wrong) == 0 || !strings.Contains(strings.Join(v.wrong, "\n"), c.says) {
			t.Errorf("%s: the judge says %q", name, v.wrong)
		}
	}
}

// many is a fault after which so many pages came twice.
func many(n int) evidence {
	e := scene(text(10*ms), post(escalates)).broke(20*ms, time.Second)
	for range n {
		again := text(16 * time.Second)
		again.number, again.key = 7, "a"
		e.arrivals = append(e.arrivals, again)
	}
	return without(e, func(e evidence) {
		for i := range e.arrivals[2:] {
			e.arrivals[2+i].at = after(20*ms + time.Duration(i)*ms)
		}
	})
}
