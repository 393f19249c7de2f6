package draw

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/schedules"
	"github.com/tocsin-oncall/tocsin/schedules/fairness"
)

func TestFairnessFitsANarrowPicture(t *testing.T) {
	t.Parallel()
	p := fairness.Person{OnCall: 8760 * time.Hour, Night: time.Hour, Weekend: time.Hour, Holiday: time.Hour, Pages: 1, NightPages: 1}
	for _, user := range []string{"ethan", "maximiliane.hohenberg.the.third"} {
		p.User = user
		svg := parse(t, Fairness([]fairness.Person{p}, Options{Width: 480}))
		for _, bar := range svg.all("bar") {
			if width := number(t, bar, "width"); width < 20 {
				t.Errorf("a bar of what one person alone has is %g pixels wide", width)
			}
		}
		for _, text := range svg.all("small") {
			if right := number(t, text, "x") + float64(7*len(text.Text)); right > 480 {
				t.Errorf("%q ends at %g of 480", text.Text, right)
			}
		}
	}
}

func number(t testing.TB, e element, name string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(e.attr(name), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNamesOfAllScriptsTakeTheirRoom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		columns int
		want    string
	}{
		{"ethan", 5, "ethan"},
		{"ethan", 4, "etha"},
		{"maximiliane", 6, "maxim…"},
		{"山田太郎", 8, "山田太郎"},
		{"山田太郎", 7, "山田太…"},
		{"山田太郎", 3, "山"},
		{"e\u0301than", 5, "e\u0301than"}, // an accent of its own
		{"e\u0301than", 1, "e\u0301"},
		{"ethan", 0, ""},
	} {
		if got := shorten(c.name, c.columns); got != c.want {
			t.Errorf("%q in %d columns is %q, want %q", c.name, c.columns, got, c.want)
		}
	}
	// A terminal's rows stay as long as they are, also with letters that take two columns.
	s, problems := schedules.New(schedules.Spec{Name: "s", Rotations: []schedules.RotationSpec{
		{Name: "日勤", Starts: "2026-03-02T00:00", Every: "1d", Participants: [][]string{{"山田太郎"}, {"José"}}},
	}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	from := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	var lengths []int
	for line := range strings.SplitSeq(Text(s.Timeline(from, from.AddDate(0, 0, 6)), Options{Width: 82}), "\n") {
		if strings.Contains(line, "│") {
			lengths = append(lengths, cellsOf(line))
		}
	}
	if want := []int{82, 82}; !slices.Equal(lengths, want) {
		t.Errorf("lines of %v columns, want %v", lengths, want)
	}
}

func TestAShortOverrideIsNamedBesideItsBar(t *testing.T) {
	t.Parallel()
	s, problems := schedules.New(schedules.Spec{Name: "s", Rotations: []schedules.RotationSpec{
		{Name: "daily", Starts: "2026-03-02T00:00", Every: "1d", Participants: [][]string{{"ethan"}, {"amir"}}},
	}, Overrides: []schedules.OverrideSpec{
		{User: "darren", From: "2026-03-10T09:00", To: "2026-03-10T09:30"},
		{User: "jason", From: "2026-03-12T09:00", To: "2026-03-12T09:30"},
		{User: "amir", From: "2026-03-12T10:00", To: "2026-03-12T10:30"}, // too near for a name between
	}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	from := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	svg := parse(t, SVG(s.Timeline(from, from.AddDate(0, 0, 7)), Options{}))
	if diff := cmp.Diff([]string{"darren", "amir"}, texts(svg.all("small"))); diff != "" {
		t.Error(diff)
	}
}

func TestAGapSaysNobodyInFullOrNotAtAll(t *testing.T) {
	t.Parallel()
	for minutes := 60; minutes < 24*60; minutes += 20 {
		s, problems := schedules.New(schedules.Spec{Name: "s", Rotations: []schedules.RotationSpec{
			{Name: "daily", Participants: [][]string{{"ethan"}}, Starts: time.Date(2026, 3, 9, 0, minutes, 0, 0, time.UTC).Format("2006-01-02T15:04")},
		}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		from := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
		for _, name := range texts(parse(t, SVG(s.Timeline(from, from.AddDate(0, 0, 7)), Options{})).all("name")) {
			if name != "ethan" && name != "nobody" {
				t.Errorf("a gap of %d minutes is called %q", minutes, name)
			}
		}
	}
}

func TestAPictureSaysWhenTheClockChanges(t *testing.T) {
	t.Parallel()
	loc, err := time.LoadLocation("Australia/Lord_Howe")
	if err != nil {
		t.Fatal(err)
	}
	s, problems := schedules.New(schedules.Spec{Name: "s", Location: loc, Rotations: []schedules.RotationSpec{{Participants: [][]string{{"ethan"}}}}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct{ from, want string }{
		{"2026-04-03", " · the clock goes back by 30 min on Sun 5 Apr"},
		{"2026-10-02", " · the clock goes forward by 30 min on Sun 4 Oct"},
		{"2026-06-05", ""},
	} {
		from, err := time.ParseInLocation(time.DateOnly, c.from, loc)
		if err != nil {
			t.Fatal(err)
		}
		if got := clockChanges(s.Timeline(from, from.AddDate(0, 0, 3))); got != c.want {
			t.Errorf("from %s on: %q, want %q", c.from, got, c.want)
		}
	}
}
