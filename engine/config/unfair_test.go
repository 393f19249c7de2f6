package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rotas is a configuration with one schedule of some rotations.
func rotas(more string, rotations ...string) string {
	return more + `
timezone: America/New_York
users:
  - {name: ethan, email: ethan@example.com}
  - {name: amir, email: amir@example.com}
  - {name: darren, email: darren@example.com}
  - {name: jason, email: jason@example.com}
schedules:
  - name: primary
    rotations:
      - ` + strings.Join(rotations, "\n      - ")
}

func TestARotationThatIsUnfairByItselfIsWarnedOf(t *testing.T) {
	t.Parallel()
	const starts = "starts: 2026-03-02T09:00, "
	for name, c := range map[string]struct {
		rotation, more string
		want           string // the beginning of what is said; "" for nothing
	}{
		"a week each":       {rotation: `{` + starts + `every: 1w, participants: [ethan, amir, darren]}`},
		"a month each":      {rotation: `{` + starts + `every: 1mo, participants: [ethan, amir, darren, jason]}`},
		"always one person": {rotation: `{participants: [ethan]}`},
		"day and night shifts": {
			rotation: `{` + starts + `every: 12h, participants: [ethan, amir]}`,
			want:     "this is not shared fairly: in 365 days amir has 2920 h of nights, 100% more than a fair share of 1460 h",
		},
		"the same days of each week": {
			rotation: `{` + starts + `rrule: "FREQ=WEEKLY;BYDAY=MO,TH,SA", participants: [ethan, amir, darren]}`,
			want:     "this is not shared fairly: in 371 days",
		},
		"one is in two turns of three": {
			rotation: `{` + starts + `every: 1d, participants: [ethan, amir, ethan]}`,
			want:     "this is not shared fairly: in 366 days",
		},
		"which may be accepted": {
			rotation: `{` + starts + `every: 1d, participants: [ethan, amir, ethan]}`,
			more:     "fairness: {max_share: 0.5}",
		},
		"while somebody is new": {
			rotation: `{` + starts + `every: 1w, participants: [ethan, amir, darren], members: [{user: darren, from: 2027-01-01}, {user: amir, from: 2026-06-01, until: 2026-12-01}]}`,
		},
		"without the overrides": {
			rotation: `{` + starts + "every: 1w, participants: [ethan, amir]}\n    overrides: [{user: jason, from: 2026-04-01, to: 2027-04-01}]",
		},
		"ends before a year is over": {rotation: `{` + starts + `every: 1w, ends: 2026-04-01, participants: [ethan, amir]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world, problems := openText(t, rotas(c.more, c.rotation))
			if world == nil {
				t.Fatal(problems)
			}
			got := world.Unfair()
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("it is fair; said %v", got)
			case c.want == "":
			case len(got) != 1 || !strings.HasPrefix(got[0].Message, c.want):
				t.Errorf("said %v, want %s", got, c.want)
			case got[0].Severity != Warning || got[0].Path != "schedules[0].rotations[0]" || got[0].Line == 0:
				t.Errorf("it is a warning at the rotation; said %+v", got[0])
			}
		})
	}
}

func TestNightsAreThoseWherePeopleLive(t *testing.T) {
	t.Parallel()
	text := rotas("", `{starts: 2026-03-02T09:00, every: 12h, participants: [ethan, amir]}`)
	text = strings.Replace(text, "amir@example.com}", "amir@example.com, timezone: Asia/Singapore}", 1)
	world, problems := openText(t, text)
	if world == nil {
		t.Fatal(problems)
	}
	// In Singapore it is day when it is night in New York, so that nobody of the two has nights but for an hour.
	var said []string
	for _, p := range world.Unfair() {
		said = append(said, p.Message)
	}
	if diff := cmp.Diff([]string(nil), said); diff != "" {
		t.Error(diff)
	}
}
