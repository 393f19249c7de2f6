package draw

import (
	"encoding/xml"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

// primary is a daily rotation, office hours of two weekly ones, and two overrides, one of which leaves a gap.
func primary(t testing.TB) *schedules.Schedule {
	t.Helper()
	s, problems := schedules.New(schedules.Spec{
		Name: "it-west-primary", Zone: "America/New_York",
		Rotations: []schedules.RotationSpec{
			{Name: "daily", Starts: "2026-02-02T09:00", Every: "1d", Participants: [][]string{{"ethan"}, {"amir"}, {"darren"}, {"jason"}}},
			{Name: "office <hours>", Starts: "2026-02-02T09:00", Every: "1w", Participants: [][]string{{"jason", "darren"}, {"ethan"}},
				Restrict: []schedules.RestrictionSpec{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"}}},
		},
		Overrides: []schedules.OverrideSpec{
			{User: "amir", Replace: "ethan", From: "2026-03-11T09:00", To: "2026-03-12T10:00", Reason: "<script>\x1b[31mdentist</script>", By: "ethan"},
			{User: "nobody", From: "2026-03-14T06:00", To: "2026-03-14T20:00", Reason: "moving house"},
		},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

func timeline(t testing.TB, days int) schedules.Timeline {
	s := primary(t)
	from := time.Date(2026, 3, 9, 0, 0, 0, 0, s.Location())
	return s.Timeline(from, from.AddDate(0, 0, days))
}

var now = time.Date(2026, 3, 11, 18, 5, 0, 0, time.UTC)

// element is one of a drawing, with what it contains.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Inside  []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all returns e and everything in it that has a class.
func (e element) all(class string) (found []element) {
	if slices.Contains(strings.Fields(e.attr("class")), class) {
		found = append(found, e)
	}
	for _, inside := range e.Inside {
		found = append(found, inside.all(class)...)
	}
	return found
}

func parse(t testing.TB, svg string) element {
	t.Helper()
	var e element
	if err := xml.Unmarshal([]byte(svg), &e); err != nil {
		t.Fatalf("%v in %s", err, svg)
	}
	return e
}

func texts(elements []element) (out []string) {
	for _, e := range elements {
		out = append(out, e.Text)
	}
	return out
}

func TestAWeekShowsRotationsOverridesAndWhoIsOnCall(t *testing.T) {
	t.Parallel()
	svg := parse(t, SVG(timeline(t, 7), Options{Now: now}))
	if diff := cmp.Diff([]string{"daily", "office <hours>", "Overrides", "On call"}, texts(svg.all("label"))); diff != "" {
		t.Error(diff)
	}
	days := []string{"Mon 9 Mar", "Tue 10 Mar", "Wed 11 Mar", "Thu 12 Mar", "Fri 13 Mar", "Sat 14 Mar", "Sun 15 Mar"}
	if diff := cmp.Diff(days, texts(svg.all("day"))); diff != "" {
		t.Error(diff)
	}
	if n := len(svg.all("weekend")); n != 2 {
		t.Errorf("%d days are shaded", n)
	}
	var gaps []string
	for _, g := range svg.all("gap") {
		if len(g.Inside) > 1 {
			gaps = append(gaps, g.Inside[0].Text)
		}
	}
	if diff := cmp.Diff([]string{"nobody, Sat 14 Mar 06:00 – 20:00: moving house", "nobody is on call, Sat 14 Mar 06:00 – 20:00"}, gaps); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"14:05"}, texts(svg.all("pilltext"))); diff != "" {
		t.Error(diff)
	}
	if desc := svg.Inside[1].Text; !strings.Contains(desc, "On call in turn: darren, jason, ethan, amir. 1 gap: nobody is on call for 14 h.") {
		t.Errorf("described as %q", desc)
	}
}

func TestBarsStandWhereTheirTimesAre(t *testing.T) {
	t.Parallel()
	svg := parse(t, SVG(timeline(t, 1), Options{Width: 1000}))
	bars := svg.all("bar")
	x := func(hour float64) float64 { return 24 + 120 + (1000-48-120)*hour/24 }
	for i, want := range []struct{ from, to float64 }{{0, 9}, {9, 24}, {9, 17}} { // darren and jason, then ethan in office hours
		left, _ := strconv.ParseFloat(bars[i].attr("x"), 64)
		width, _ := strconv.ParseFloat(bars[i].attr("width"), 64)
		if math.Abs(left-x(want.from)) > 0.2 || math.Abs(left+width-x(want.to)) > 2 {
			t.Errorf("bar %d is from %v to %v, not from %v to %v", i, left, left+width, x(want.from), x(want.to))
		}
	}
}

func TestALongTimeIsAStripForEachWeek(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]int{1: 1, 7: 1, 14: 2, 31: 5} {
		svg := parse(t, SVG(timeline(t, days), Options{Now: now}))
		strips := 0
		for _, label := range texts(svg.all("label")) {
			if label == "On call" {
				strips++
			}
		}
		if strips != want {
			t.Errorf("%d days are %d strips, want %d", days, strips, want)
		}
		if n := len(svg.all("pill")); days > 2 && n != 1 {
			t.Errorf("%d days have %d lines for now", days, n)
		}
		if bars := svg.all("bar"); len(bars) < 3*days {
			t.Errorf("%d days have %d bars", days, len(bars))
		}
	}
}

func TestTheNightOfTheChangeHasItsOwnLength(t *testing.T) {
	t.Parallel()
	s := primary(t)
	from := time.Date(2026, 3, 8, 0, 0, 0, 0, s.Location())
	text := Text(s.Timeline(from, from.AddDate(0, 0, 1)), Options{Width: 200})
	if strings.Contains(text, "02:00") || !strings.Contains(text, "01:00   03:00   04:00") {
		t.Errorf("hours of a day without 02:00:\n%s", text)
	}
}

func TestATextForATerminal(t *testing.T) {
	t.Parallel()
	got := Text(timeline(t, 7), Options{Now: now, Width: 100, Names: map[string]string{"jason": "Jason"}})
	want := `it-west-primary  Mon 9 Mar 2026 – Sun 15 Mar 2026 · America/New_York

                Mon 9 Mar   Tue 10 Mar  Wed 11 Mar  Thu 12 Mar  Fri 13 Mar  Sat 14 Mar  Sun 15 Mar
daily           │darr│Jason······│ethan······│amir·······│darren·····│Jason······│ethan······│amir··
office <hours>       │eth        │eth        │eth        │eth        │eth
Overrides                                    │amir·······                      ░░░░░░░
On call         │darr│eth        │ethan······│amir·······│eth        │eth      ░░░░░░░│ethan·│amir··
                     │Jason······                        │darren·····│Jason····░░░░░░░
                                               ▲ 14:05

Overrides
  amir for ethan, Wed 11 Mar 09:00 – Thu 12 Mar 10:00: <script>[31mdentist</script> (by ethan)
  nobody, Sat 14 Mar 06:00 – 20:00: moving house

1 gap: nobody is on call for 14 h.
  Sat 14 Mar 06:00 – 20:00  14 h
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestColoursInATerminalAreClosedAndFromNobodyElse(t *testing.T) {
	t.Parallel()
	got := Text(timeline(t, 14), Options{Now: now, Color: true})
	if opened, closed := strings.Count(got, "\x1b[48;5;"), strings.Count(got, "\x1b[0m"); opened == 0 || closed < opened {
		t.Errorf("%d colours begin, %d end", opened, closed)
	}
	plain := Text(timeline(t, 14), Options{Now: now})
	if strings.Contains(plain, "\x1b") {
		t.Error("an escape sequence without colours")
	}
	for line := range strings.SplitSeq(plain, "\n") {
		if n := len([]rune(line)); n > 100 && !strings.HasPrefix(line, "  ") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestNoTextOfAScheduleIsMarkup(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{}, {Title: "<b>&", Names: map[string]string{"amir": `"><script>`}}} {
		page := HTML(timeline(t, 7), o)
		if strings.Contains(page, "<script") || strings.Contains(page, "<b>") || strings.Contains(page, "\x1b") {
			t.Error("markup gets through")
		}
		if !strings.Contains(page, "&lt;script&gt;") {
			t.Error("the reason is missing")
		}
	}
}

func TestAPageHasATableForThoseWhoDoNotSee(t *testing.T) {
	t.Parallel()
	page := HTML(timeline(t, 7), Options{Theme: Dark})
	for _, want := range []string{
		`<html lang="en">`, `<svg xmlns="http://www.w3.org/2000/svg" role="img"`, `content="dark"`, `<caption>1 gap: nobody is on call for 14 h.</caption>`,
		`<tr class="gap"><td><time datetime="2026-03-14T06:00:00-04:00">Sat 14 Mar 06:00</time></td><td>Sat 14 Mar 20:00</td><td>nobody</td></tr>`,
		`<td>amir (override), darren</td>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
	if strings.Contains(page, "http://") && strings.Count(page, "http") != strings.Count(page, "http://www.w3.org") {
		t.Error("the page loads something")
	}
}

func TestThemesAreLightDarkOrBoth(t *testing.T) {
	t.Parallel()
	for theme, want := range map[Theme][]bool{Light: {true, false, false}, Dark: {false, true, false}, Auto: {true, true, true}} {
		svg := SVG(timeline(t, 1), Options{Theme: theme})
		got := []bool{strings.Contains(svg, "fill:#ffffff"), strings.Contains(svg, "fill:#15181d"), strings.Contains(svg, "prefers-color-scheme:dark")}
		if !slices.Equal(got, want) {
			t.Errorf("%q: light, dark, media query %v, want %v", theme, got, want)
		}
	}
}

func TestAPersonsColourIsTheSameInEveryPicture(t *testing.T) {
	t.Parallel()
	fill := paintOf("ethan", false).fill
	for _, days := range []int{1, 7, 31} {
		if !strings.Contains(SVG(timeline(t, days), Options{}), ".bar{fill:"+fill) {
			t.Errorf("ethan is another colour in %d days", days)
		}
	}
	seen := map[paint]bool{}
	for i := range 40 {
		seen[paintOf("u"+strconv.Itoa(i), false)] = true
	}
	if len(seen) < 25 {
		t.Errorf("40 people have %d colours", len(seen))
	}
}

// luminance is the relative luminance of WCAG 2.
func luminance(t testing.TB, hex string) float64 {
	t.Helper()
	var rgb [3]float64
	for i := range rgb {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		if rgb[i] = float64(v) / 255; rgb[i] <= 0.04045 {
			rgb[i] /= 12.92
		} else {
			rgb[i] = math.Pow((rgb[i]+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2]
}

func contrast(t testing.TB, a, b string) float64 {
	x, y := luminance(t, a)+0.05, luminance(t, b)+0.05
	return max(x, y) / min(x, y)
}

func TestNamesAreLegibleOnTheirColours(t *testing.T) {
	t.Parallel()
	for _, dark := range []bool{false, true} {
		g := groundOf(dark)
		for i := range 300 {
			p := paintOf("user"+strconv.Itoa(i), dark)
			if c := contrast(t, p.text, p.fill); c < 7 {
				t.Errorf("%+v: contrast %.1f", p, c)
			}
			if c := contrast(t, p.edge, g.page); c < 3 {
				t.Errorf("%+v: the edge has contrast %.1f on the page", p, c)
			}
		}
		if c := contrast(t, g.faint, g.weekend); c < 4.5 {
			t.Errorf("faint text has contrast %.1f", c)
		}
	}
}

func TestEmptyTimesDrawNothingWrong(t *testing.T) {
	t.Parallel()
	s := primary(t)
	at := time.Date(2026, 3, 8, 0, 0, 0, 0, s.Location())
	for _, tl := range []schedules.Timeline{s.Timeline(at, at), s.Timeline(at, at.Add(-time.Hour)), s.Timeline(at, at.Add(time.Second)), s.Timeline(at.AddDate(-5, 0, 0), at.AddDate(-5, 0, 3))} {
		parse(t, SVG(tl, Options{Now: at}))
		Text(tl, Options{Now: at, Width: 1})
		if HTML(tl, Options{}) == "" {
			t.Error("no page")
		}
	}
}

func TestFairnessIsDrawnWithALineAtWhatIsFair(t *testing.T) {
	t.Parallel()
	people := []fairness.Person{{User: "ethan", OnCall: 30 * time.Hour, Pages: 3}, {User: "<amir>", OnCall: 10 * time.Hour}}
	svg := parse(t, Fairness(people, Options{}))
	if diff := cmp.Diff([]string{"On call", "Pages"}, texts(svg.all("day"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a fair share", "30 h", "10 h", "3", "0"}, texts(svg.all("small"))); diff != "" {
		t.Error(diff)
	}
	parse(t, Fairness(nil, Options{}))
}

func BenchmarkSVG(b *testing.B) {
	tl := timeline(b, 31)
	for b.Loop() {
		_, _ = io.WriteString(io.Discard, SVG(tl, Options{Now: now}))
	}
}
