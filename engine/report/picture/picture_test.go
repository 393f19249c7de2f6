package picture_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/report"
	"github.com/tocsin-oncall/tocsin/engine/report/picture"
)

// march is a report of a month and of the one before, always the same: mornings and some nights are busy, and a few alerts
// are forgotten for hours.
func march(t *testing.T, title string) *report.Report {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 4, 2, 9, 0, 0, 0, time.UTC)
	p, err := report.Named("last-month", zone, now)
	if err != nil {
		t.Fatal(err)
	}
	f, err := report.New(report.Input{Period: p, Zone: zone, Now: now, By: report.ByTeam})
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(4, 2))
	people := []string{"ethan", "amir", "darren", "jason"}
	at := p.Before.From
	for n := uint64(1); at.Before(p.To); n++ {
		at = at.Add(time.Duration(dice.ExpFloat64() * float64(3*time.Hour))).Truncate(time.Second)
		if h := at.In(zone).Hour(); h < 7 && dice.IntN(3) > 0 {
			continue
		}
		a := &alert.State{
			Number: n, Title: fmt.Sprintf("%s %d", title, dice.IntN(40)), Integration: "prom", DedupKey: fmt.Sprint("key-", dice.IntN(60)), Policy: "standard",
			Team: []string{"ops", "web"}[dice.IntN(2)], CreatedAt: at, Status: alert.Closed, ClosedAt: at.Add(time.Hour + time.Duration(dice.IntN(7200))*time.Second),
		}
		who := people[min(dice.IntN(6), 3)]
		a.Pages = []page.Page{{N: 1, User: who, Step: 1 + dice.IntN(2), Status: page.Sent, SentAt: at.Add(time.Second)}}
		took := time.Duration(30+dice.ExpFloat64()*200) * time.Second
		if dice.IntN(45) == 0 {
			took = time.Duration(1+dice.IntN(4)) * time.Hour
		}
		if dice.IntN(4) > 0 {
			a.AckedAt, a.AckedBy = at.Add(took), who
		}
		f.Alert(a)
		if n%23 == 0 {
			f.Incident(&incident.State{Number: n / 23, Title: title, OpenedAt: at, EngagedAt: at.Add(took), ResolvedAt: at.Add(took * 9), Team: "ops"})
		}
	}
	return f.Report()
}

func TestWhatSendersWroteIsTextInThePictures(t *testing.T) {
	t.Parallel()
	r := march(t, "<script>alert(1)</script>\x00\x1b & \"quoted\"")
	r.People[0].User = "<b onload=x>"
	for name, write := range map[string]func(io.Writer, *report.Report) error{"svg": picture.WriteSVG, "html": picture.WriteHTML} {
		var b strings.Builder
		if err := write(&b, r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "<b onload") || !strings.Contains(b.String(), "&lt;script&gt;") {
			t.Errorf("%s: a title is not escaped", name)
		}
		if strings.Contains(strings.ReplaceAll(b.String(), "http://www.w3.org/2000/svg", ""), "http") {
			t.Errorf("%s needs something from elsewhere", name)
		}
	}
}

func TestAPictureIsGoodXMLAndSaysInWordsWhatItShows(t *testing.T) {
	t.Parallel()
	empty, err := report.New(report.Input{Period: march(t, "x").Period})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*report.Report{"a month": march(t, "Disk full"), "nothing": empty.Report()} {
		var b strings.Builder
		if err := picture.WriteSVG(&b, r); err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(b.String()))
		for {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") {
			t.Errorf("%s has a place that is no number", name)
		}
		if !strings.Contains(b.String(), "<desc>") || !strings.Contains(b.String(), "Alerts: ") {
			t.Errorf("%s is not described", name)
		}
	}
}

func TestEveryDurationThatThereIsAnyOfIsDrawn(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := picture.WriteSVG(&b, march(t, "Disk full")); err != nil {
		t.Fatal(err)
	}
	for title, drawn := range map[string]bool{"Time to acknowledge": true, "Time to close": true, "Time to mitigate": true, "Time to detect": false, "Communication delay": false} {
		if strings.Contains(b.String(), ">"+title+"</text>") != drawn {
			t.Errorf("%s: drawn %v", title, !drawn)
		}
	}
}

// docs/report.svg is drawn of an invented month: TOCSIN_WRITE_DOCS=1 go test ./engine/report/picture draws it anew.
func TestThePictureInTheDocumentsIsWhatTheProgramDraws(t *testing.T) {
	t.Parallel()
	var b, page strings.Builder
	r := march(t, "Queue of orders is growing")
	if err := errors.Join(picture.WriteSVG(&b, r), picture.WriteHTML(&page, r)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "..", "..", "docs", "report.svg")
	if os.Getenv("TOCSIN_WRITE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if folder := os.Getenv("TOCSIN_PICTURES"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, "report.html"), []byte(page.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	drawn, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(drawn) != b.String() {
		t.Errorf("%s is not what the program draws; TOCSIN_WRITE_DOCS=1 go test ./engine/report/picture draws it anew", path)
	}
}

func TestPeopleWhoseLongNamesBeginAlikeCanBeToldApart(t *testing.T) {
	t.Parallel()
	r := march(t, "Disk full")
	for i := range r.People {
		r.People[i].User = fmt.Sprint("firstname.of.the.family.of-", i)
	}
	var b strings.Builder
	if err := picture.WriteSVG(&b, r); err != nil {
		t.Fatal(err)
	}
	for i := range r.People {
		if want := fmt.Sprintf(">firstnam…ily.of-%d</text>", i); !strings.Contains(b.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}
