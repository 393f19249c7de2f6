package picture_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/picture"
)

var night = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// story has a page that fails, one that is sent, a hold of a kind that nobody has told the package of, and an ack.
func story() *rehearsal.Story {
	s := &rehearsal.Story{Start: night, End: night.Add(20 * time.Minute), Quiet: true, Alerts: []*rehearsal.Alert{{
		Number: 1, Title: "Disk <full>", Status: "acked", AckedBy: "ethan", Priority: "P2", Rule: "ours", Policy: "standard", Pages: 1,
	}}}
	add := func(after time.Duration, e rehearsal.Entry) {
		e.At, e.Offset = night.Add(after), after
		s.Entries = append(s.Entries, e)
	}
	add(0, rehearsal.Entry{Kind: rehearsal.ProviderDown, Text: "slack is down"})
	add(0, rehearsal.Entry{Kind: "created", Alert: 1, Text: "P2 from prom"})
	add(0, rehearsal.Entry{Kind: "step", Alert: 1, Text: "step 1 pages ethan"})
	add(0, rehearsal.Entry{Kind: rehearsal.Paged, Alert: 1, Text: "ethan over slack fails", Page: &rehearsal.Page{User: "ethan", Via: "slack", Error: "slack is down"}})
	add(time.Minute, rehearsal.Entry{Kind: rehearsal.Paged, Alert: 1, Text: "ethan over sms", Page: &rehearsal.Page{User: "ethan", Via: "sms", Sent: true}})
	add(time.Minute, rehearsal.Entry{Kind: rehearsal.Paged, Alert: 1, Text: "sre", Page: &rehearsal.Page{Channel: "sre", Via: "slack", Sent: true}})
	add(4*time.Minute, rehearsal.Entry{Kind: "a_kind_of_tomorrow", Alert: 1, Text: "put aside by something new"})
	add(20*time.Minute, rehearsal.Entry{Kind: "acked", Alert: 1, By: "ethan", Text: "acknowledged"})
	add(20*time.Minute, rehearsal.Entry{Kind: rehearsal.Noticed, Alert: 1, Page: &rehearsal.Page{Channel: "sre", Via: "slack", Sent: true, Kind: page.Notice}})
	return s
}

func draw(t *testing.T, s *rehearsal.Story) string {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	svg := picture.SVG(s, picture.Options{Title: "Disk <full>", Zone: zone})
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return svg
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
}

func TestThePictureSaysWhatHappenedAndInWhichLane(t *testing.T) {
	t.Parallel()
	svg := draw(t, story())
	for _, want := range []string{
		">Disk &lt;full&gt;<", "Sunday 22 November 2026, 03:00 EST", ">ethan<", ">sre<", ">slack down<", ">✗ slack<", ">sms<",
		`class="outage"`, `class="ack"`, `class="acked"`, ">ethan: acknowledged<", ">put aside by something new<", ">· 16m ·<",
		"Nothing more happens after 03:20 EST: #1 is acknowledged by ethan; 1 page.", `class="state open"`, `class="state acked"`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "<script") {
		t.Error("there is something in it that does not belong")
	}
}

func TestAStormIsDrawnWithinBounds(t *testing.T) {
	t.Parallel()
	s := story()
	for i := range 5000 {
		at := time.Duration(i/10) * time.Second
		s.Entries = append(s.Entries, rehearsal.Entry{
			At: night.Add(time.Hour + at), Offset: time.Hour + at, Kind: rehearsal.Paged, Alert: uint64(i),
			Page: &rehearsal.Page{User: "amir", Via: "sms", Sent: true},
		})
	}
	svg := draw(t, s)
	if len(svg) > 2<<20 || !strings.Contains(svg, "more entries are not drawn") || !strings.Contains(svg, ">and 5 more<") {
		t.Errorf("%d bytes", len(svg))
	}
}

func TestAStoryInWhichNothingHappensIsDrawn(t *testing.T) {
	t.Parallel()
	page := picture.HTML(&rehearsal.Story{Start: night, End: night}, picture.Options{Title: "Nothing"})
	if !strings.HasPrefix(page, "<!doctype html>") || !strings.Contains(page, "No alert was opened.") {
		t.Error(page)
	}
}

func ExampleOffset() {
	fmt.Println(picture.Offset(0), picture.Offset(90*time.Second), picture.Offset(25*time.Hour))
	// Output: +0s +1m30s +25h
}
