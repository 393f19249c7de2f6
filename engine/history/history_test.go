package history_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/history"
	"github.com/tocsin-oncall/tocsin/engine/maintenance"
	"github.com/tocsin-oncall/tocsin/engine/override"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

// told is what lines say, in short.
func told(lines []history.Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s", l.At.Sub(start), l.Kind)
		if l.Event != nil {
			fmt.Fprintf(&b, " %s %s", l.Event.Status, l.Event.DedupKey)
		}
		if l.By != "" {
			b.WriteString(" by " + l.By)
		}
		if l.Approximate {
			b.WriteString(" approximately")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestTheLifeOfAnAlertIsToldInOrder(t *testing.T) {
	t.Parallel()
	s := &alert.State{
		Number: 7, Integration: "prom", DedupKey: "disk", Title: "Disk full", Priority: "P3", Status: alert.Closed,
		CreatedAt: at(0), LastEventAt: at(45), Count: 5,
		Timeline: []alert.Entry{
			{At: at(0), Kind: "created"}, {At: at(4), Kind: "acked", By: "ethan"}, {At: at(20), Kind: "closed", Text: alert.ResolvedBySource},
			{At: at(25), Kind: "reopened"}, {At: at(30), Kind: "snoozed", By: "amir"}, {At: at(50), Kind: "closed", By: "amir"},
		},
	}
	want := `0s event firing disk
4m0s ack by ethan
10m0s event firing disk approximately
20m0s event resolved disk
25m0s event firing disk
30m0s ack by amir approximately
35m0s event firing disk approximately
45m0s event firing disk approximately
50m0s close by amir
`
	if diff := cmp.Diff(want, told(history.OfAlert(s))); diff != "" {
		t.Error(diff)
	}
	s.Integration = canary.Integration
	if lines := history.OfAlert(s); lines != nil {
		t.Error("the canary is told:", told(lines))
	}
}

func TestARepeatIsNeverToldAfterWhatItRepeatsIsOver(t *testing.T) {
	t.Parallel()
	s := &alert.State{
		Number: 7, Integration: "prom", DedupKey: "disk", Status: alert.Closed, CreatedAt: at(0), LastEventAt: at(20), Count: 2,
		Timeline: []alert.Entry{{At: at(0), Kind: "created"}, {At: at(20), Kind: "closed", Text: alert.ResolvedBySource}},
	}
	want := "0s event firing disk\n19m59.999s event firing disk approximately\n20m0s event resolved disk\n"
	if diff := cmp.Diff(want, told(history.OfAlert(s))); diff != "" {
		t.Error(diff)
	}
}

func TestEachMemberOfAGroupIsTold(t *testing.T) {
	t.Parallel()
	s := &alert.State{
		Number: 7, Integration: "prom", DedupKey: "disks", Grouped: true, Status: alert.Closed, CreatedAt: at(0), LastEventAt: at(2), Count: 2,
		Past:     []alert.Past{{At: at(0), Over: at(5), Key: "one"}, {At: at(2), Key: "two"}},
		Timeline: []alert.Entry{{At: at(0), Kind: "created"}, {At: at(9), Kind: "closed", Text: alert.ResolvedBySource}},
	}
	want := "0s event firing one\n2m0s event firing two\n5m0s event resolved one\n9m0s event resolved two\n"
	if diff := cmp.Diff(want, told(history.OfAlert(s))); diff != "" {
		t.Error(diff)
	}
}

func TestASpanHasAlertsThatBeganInItAndNothingAfter(t *testing.T) {
	t.Parallel()
	s := &alert.State{Number: 1, Integration: "prom", DedupKey: "disk", CreatedAt: at(0), LastEventAt: at(0), Count: 1,
		Timeline: []alert.Entry{{At: at(8), Kind: "acked", By: "ethan"}}}
	for name, c := range map[string]struct {
		span  history.Span
		lines int
	}{
		"all":    {history.Span{}, 2},
		"before": {history.Span{Until: at(0)}, 0},
		"cut":    {history.Span{From: at(0), Until: at(8)}, 1},
		"after":  {history.Span{From: at(1)}, 0},
	} {
		if got := c.span.Of(s); len(got) != c.lines {
			t.Errorf("%s: %s", name, told(got))
		}
	}
	o := &override.State{Number: 3, Status: override.Over, Schedule: "primary", User: "amir", From: at(0), To: at(60), CreatedAt: at(-5)}
	if lines := (history.Span{From: at(30)}).Of(o); len(lines) != 1 || lines[0].Stead.Name != "OVR-3" {
		t.Errorf("%+v", lines)
	}
	o.Status, o.CancelledAt = override.Cancelled, at(-1)
	if lines := (history.Span{}).Of(o); lines != nil {
		t.Error("an override that never began is told")
	}
	away := &override.Absence{Number: 2, Status: override.Cancelled, User: "amir", From: at(0), To: at(60), CancelledAt: at(20)}
	if lines := (history.Span{}).Of(away); len(lines) != 1 || !lines[0].Away.To.Equal(at(20)) {
		t.Errorf("%+v", lines)
	}
}

func TestAMaintenanceIsToldWithWhenItWasTakenBack(t *testing.T) {
	t.Parallel()
	m := &maintenance.State{
		Number: 4, Status: maintenance.Active, Match: maintenance.Match{Service: "db"}, From: at(0), Until: at(60), Zone: "Europe/Berlin",
		RRule: "FREQ=WEEKLY", Ends: at(90 * 24 * 60), Reason: "patches", By: "ethan", CreatedAt: at(-5),
	}
	lines := (history.Span{From: at(20 * 24 * 60)}).Of(m)
	want := []history.Line{{At: at(-5), Format: 1, Kind: history.Maintenance, By: "ethan", Maintenance: &history.Upkeep{
		Name: "MNT-4", When: `service == "db"`, From: at(0), Until: at(60), Timezone: "Europe/Berlin", RRule: "FREQ=WEEKLY", Ends: at(90 * 24 * 60), Reason: "patches"}}}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error("one that comes again:", diff)
	}
	if lines := (history.Span{Until: at(0)}).Of(m); lines != nil {
		t.Error("one that had not begun is told")
	}
	m.Status, m.EndedAt = maintenance.Cancelled, at(20)
	if lines := (history.Span{}).Of(m); len(lines) != 1 || !lines[0].Maintenance.Cancelled.Equal(at(20)) {
		t.Errorf("%+v", lines)
	}
	if lines := (history.Span{From: at(30)}).Of(m); lines != nil {
		t.Error("one that was over is told")
	}
	m.EndedAt = at(-1)
	if lines := (history.Span{}).Of(m); lines != nil {
		t.Error("one that never took place is told")
	}
}

func TestLinesAreReadAsTheyWereWrittenAndSortAsText(t *testing.T) {
	t.Parallel()
	lines := []history.Line{
		{At: start, Format: 1, Kind: history.Event, Alert: 7, Integration: "prom", Event: &event.Event{
			Status: event.Firing, DedupKey: "k", Title: "<5% & falling>\nsecond line", Details: map[string]any{"free": 0.5}}},
		{At: start.Add(time.Millisecond), Format: 1, Kind: history.Ack, Alert: 7, By: "ethan"},
		{At: start.Add(1100 * time.Millisecond), Format: 1, Kind: history.Away, Away: &history.Absence{Name: "AWAY-1", User: "amir", From: at(0), To: at(5)}},
	}
	var b bytes.Buffer
	for _, l := range lines {
		if err := history.Write(&b, l); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(text) != 3 || text[0] > text[1] || text[1] > text[2] || !strings.HasPrefix(text[0], `{"at":"2026-03-09T03:00:00.000Z","v":1,"kind":"event",`) || !strings.Contains(text[0], "<5% & falling>") {
		t.Errorf("%s", b.String())
	}
	var read []history.Line
	if err := history.Read(strings.NewReader("\n"+b.String()+"\n"), func(l history.Line) error { read = append(read, l); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lines, read); diff != "" {
		t.Error(diff)
	}
}

func TestALineThatMakesNoSenseIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{`:                             "line 1: unexpected end",
		`{"at":"2026-03-09T03:00:00Z"}`: "line 1: it has no version",
		"\n" + `{"at":"2026-03-09T03:00:00Z","v":2,"kind":"novel"}`:    "line 2: version 2: it was written by a newer version",
		`{"v":1,"kind":"ack","alert":1}`:                               "it has no time",
		`{"at":"2026-03-09T03:00:00Z","v":1,"kind":"ack"}`:             "needs the number of its alert",
		`{"at":"2026-03-09T03:00:00Z","v":1,"kind":"event"}`:           "an event needs",
		`{"at":"2026-03-09T03:00:00Z","v":1,"kind":"override"}`:        "an override needs",
		`{"at":"2026-03-09T03:00:00Z","v":1,"kind":"away","away":{}}`:  "an absence needs",
		`{"at":"2026-03-09T03:00:00Z","v":1,"kind":"maintenance"}`:     "a maintenance needs",
		`{"at":"2026-03-09T03:00:00Z","v":1,"kind":"party","alert":1}`: `the kind "party" is not known`,
	} {
		err := history.Read(strings.NewReader(text), func(history.Line) error { return nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	stop := errors.New("stop")
	if err := history.Read(strings.NewReader(`{"at":"2026-03-09T03:00:00Z","v":1,"kind":"ack","alert":1}`), func(history.Line) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}
