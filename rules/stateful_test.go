package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/rules"
)

var someWindows = []rules.Window{
	{Name: "business-hours", Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "09:00", To: "17:00"},
	{Name: "nights", From: "22:00", To: "07:00"},
	{Name: "lost-hour", From: "02:15", To: "02:45"},
	{Name: "always"},
}

func TestADelayUntilEndsAtTheNextSuchMoment(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ until, now, want string }{
		{"07:00", "2026-03-10T03:00:00+01:00", "2026-03-10T07:00:00+01:00"},
		{"07:00", "2026-03-10T07:00:00+01:00", "2026-03-10T07:00:00+01:00"}, // it is seven
		{"07:00", "2026-03-10T07:00:01+01:00", "2026-03-11T07:00:00+01:00"},
		{"07:00 America/New_York", "2026-03-10T03:00:00+01:00", "2026-03-10T07:00:00-04:00"},
		// In Berlin clocks go from 02:00 to 03:00 on 29 March, and from 03:00 back to 02:00 on 25 October.
		{"07:00", "2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		{"07:00", "2026-10-24T23:00:00+02:00", "2026-10-25T07:00:00+01:00"},
		{"business-hours", "2026-03-10T12:00:00+01:00", ""},
		{"business-hours", "2026-03-10T17:00:00+01:00", "2026-03-11T09:00:00+01:00"},
		{"business-hours", "2026-03-27T18:00:00+01:00", "2026-03-30T09:00:00+02:00"}, // over the weekend of the change
		{"lost-hour", "2026-03-28T03:00:00+01:00", "2026-03-30T02:15:00+02:00"},      // on the 29th no clock shows it
		{"always", "2026-03-10T12:00:00+01:00", ""},
	} {
		router := compile(t, rules.Spec{Zone: "Europe/Berlin", Windows: someWindows, Rules: []rules.Rule{{DelayUntil: test.until, To: "policy:p"}}})
		d := router.Route(rules.Event{}, at(t, test.now))
		var want time.Time
		if test.want != "" {
			want = at(t, test.want)
		}
		if !d.DelayUntil.Equal(want) || d.Delay != 0 {
			t.Errorf("until %s at %s: %v, want %v", test.until, test.now, d.DelayUntil, want)
		}
	}
}

func TestAWindowBeginsAndEndsAsDuringSeesIt(t *testing.T) {
	t.Parallel()
	router := compile(t, rules.Spec{Zone: "Europe/Berlin", Windows: someWindows, Rules: []rules.Rule{{To: "policy:p"}}})
	for _, test := range []struct{ window, now, ends string }{
		{"nights", "2026-03-28T23:00:00+01:00", "2026-03-29T07:00:00+02:00"},
		{"nights", "2026-03-28T12:00:00+01:00", "2026-03-28T12:00:00+01:00"}, // it is not night
		{"business-hours", "2026-03-10T16:59:59+01:00", "2026-03-10T17:00:00+01:00"},
		{"always", "2026-03-10T16:59:59+01:00", ""},
	} {
		h, ok := router.Hours(test.window)
		if !ok {
			t.Fatal("there is no window", test.window)
		}
		now := at(t, test.now)
		got, ends := h.Ends(now)
		if ends != (test.ends != "") || ends && !got.Equal(at(t, test.ends)) {
			t.Errorf("%s at %s ends at %v (%t), want %s", test.window, test.now, got, ends, test.ends)
		}
		if ends && (h.Contains(got) || got.After(now) && !h.Contains(got.Add(-time.Second))) {
			t.Errorf("%s ends at %v, and during(…) sees it otherwise", test.window, got)
		}
	}
}

func TestWhatARuleHoldsBackWithIsInTheDecision(t *testing.T) {
	t.Parallel()
	router := compile(t, rules.Spec{Rules: []rules.Rule{
		{Delay: time.Minute, AutoClose: time.Hour, Continue: true},
		{
			Name: "links", Delay: 2 * time.Minute, Require: &rules.Require{Events: 3, Within: 5 * time.Minute},
			Throttle: &rules.Throttle{Pages: 3, Per: 10 * time.Minute, By: []string{"labels.cluster"}},
			GroupBy:  []string{"labels.site"}, Group: rules.Group{Wait: time.Second, Limit: 20}, To: "policy:p",
		},
	}})
	got := router.Route(rules.Event{Labels: map[string]string{"cluster": "west", "site": "a"}}, noon)
	want := rules.Decision{
		Policy: "p", Rule: "links", Delay: 2 * time.Minute, AutoClose: time.Hour, Require: &rules.Require{Events: 3, Within: 5 * time.Minute},
		Throttle: &rules.Throttled{Pages: 3, Per: 10 * time.Minute, Key: `policy:p|"links"|labels.cluster="west"`, Rule: "links"},
		GroupKey: `policy:p|labels.site="a"`, Group: rules.Group{Wait: time.Second, Limit: 20},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhatCannotBeEvaluatedHoldsNothingBack(t *testing.T) {
	t.Parallel()
	router := compile(t, rules.Spec{Rules: []rules.Rule{{
		Throttle: &rules.Throttle{Pages: 1, Per: time.Minute, By: []string{`details.n + 1`}}, To: "policy:p",
	}}})
	got := router.Route(rules.Event{Details: map[string]any{"n": map[string]any{}}}, noon)
	if got.Throttle != nil || got.Policy != "p" || len(got.Errors) != 1 || !strings.HasPrefix(got.Errors[0], "rules[0].throttle: ") {
		t.Errorf("%+v", got)
	}
}

func TestEveryMistakeInAHoldIsReported(t *testing.T) {
	t.Parallel()
	_, problems := rules.Compile(rules.Spec{Windows: someWindows, Rules: []rules.Rule{
		{DelayUntil: "busines-hours"}, {DelayUntil: "7:00"}, {DelayUntil: "07:00 Mars/Base"}, {DelayUntil: "24:00"}, {DelayUntil: "07:00", Delay: time.Hour},
		{Require: &rules.Require{Events: 1, Within: time.Minute}}, {Require: &rules.Require{Events: 2}},
		{Throttle: &rules.Throttle{Pages: 0, Per: 30 * 24 * time.Hour, By: []string{"labls.x"}}},
		{Group: rules.Group{Wait: time.Second, Window: time.Second, Limit: 9}},
		{GroupBy: []string{"title"}, Group: rules.Group{Wait: time.Hour, Window: time.Minute, Limit: 1}},
		{AutoClose: -1},
	}})
	var got []string
	for _, p := range problems {
		got = append(got, p.Path)
	}
	want := []string{
		"rules[0].delay_until", "rules[1].delay_until", "rules[2].delay_until", "rules[3].delay_until", "rules[4].delay_until",
		"rules[5].require.events", "rules[6].require.within",
		"rules[7].throttle.pages", "rules[7].throttle.per", "rules[7].throttle.by[0]",
		"rules[8].group_wait", "rules[8].group_window", "rules[8].group_limit",
		"rules[9].group_limit", "rules[9].group_wait", "rules[10].auto_close",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s\n%v", diff, problems)
	}
	if problems[0].Hint != `did you mean "business-hours"?` {
		t.Errorf("hint %q", problems[0].Hint)
	}
}
