package issue

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

func env() directory.Env {
	return directory.Env{Now: time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC), Dir: &directory.Directory{Trackers: map[string]directory.Tracker{
		Jira: {Web: "https://example.org/jira", Project: "PAY", Type: "Task"}, GitHub: {Web: "https://github.com", Project: "example-org/checkout"},
	}}}
}

func TestAnAddressIsRecognisedOfTheTrackersThatAreConfiguredOnly(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://example.org/jira/browse/PAY-12":               "jira PAY-12",
		"https://EXAMPLE.org/jira/browse/PAY-12/?focus=1":      "jira PAY-12",
		"https://example.org/browse/PAY-12":                    "link ",
		"https://example.org.evil.example/jira/browse/PAY-12":  "link ",
		"https://example.org/jira/browse/PAY-12/../../logout":  "link ",
		"https://github.com/example-org/checkout/issues/34":    "github example-org/checkout#34",
		"https://github.com/example-org/checkout/pull/34":      "github example-org/checkout#34",
		"https://github.com/example-org/checkout/issues/0":     "link ",
		"https://github.com/example-org/checkout/issues/34/no": "link ",
		"::": "link ",
	} {
		if tracker, key := Recognise(address, env()); tracker+" "+key != want {
			t.Errorf("%s is %s %s, want %s", address, tracker, key, want)
		}
	}
}

func TestKeysAreBroughtIntoOneFormAndTheSameIssueIsLinkedOnce(t *testing.T) {
	t.Parallel()
	var b Book
	for _, w := range []Wish{
		{Tracker: Jira, Key: " pay-12 "}, {Tracker: Jira, Key: "PAY-12"}, {URL: "https://example.org/jira/browse/PAY-12"},
		{Tracker: GitHub, Key: "#34"}, {Tracker: GitHub, Key: "example-org/checkout#34"}, {Tracker: Jira, Key: "PAY-12", Relation: Blocks},
	} {
		if _, _, err := b.Add(w, "amir", env()); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, i := range b.List {
		names = append(names, i.Key+" "+string(i.Relation)+" "+i.URL)
	}
	want := "PAY-12 relates_to https://example.org/jira/browse/PAY-12, example-org/checkout#34 relates_to https://github.com/example-org/checkout/issues/34, PAY-12 blocks https://example.org/jira/browse/PAY-12"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("linked are %s\nwant %s", got, want)
	}
}

func TestARecordHoldsABoundedNumberOfIssuesAndASummaryFitsItsTracker(t *testing.T) {
	t.Parallel()
	var b Book
	for range Most {
		i, _, err := b.Add(Wish{Tracker: Jira, Create: &Draft{Summary: strings.Repeat("ä\n", 400)}}, "amir", env())
		if err != nil || len([]rune(i.New.Summary)) != maxSummary || strings.Contains(i.New.Summary, "\n") {
			t.Fatalf("%+v, %v", i, err)
		}
	}
	var no *Refused
	if _, _, err := b.Add(Wish{Tracker: Jira, Key: "PAY-1"}, "amir", env()); !errors.As(err, &no) {
		t.Errorf("one more is %v", err)
	}
}

func TestAnIssueThatCannotBeReadKeepsWhatIsKnownOfItAndSaysSoOnce(t *testing.T) {
	t.Parallel()
	i, now := Issue{Tracker: GitHub, Key: "example-org/checkout#34"}, env().Now
	var b Book
	said := func(f Facts) string {
		t.Helper()
		now = now.Add(time.Minute)
		results, err := Results(map[string]Facts{i.Key: f})
		if err != nil {
			t.Fatal(err)
		}
		return b.read(&i, results[i.Key], now)
	}
	said(Facts{State: "open", Category: Open, Summary: "Retry less"})
	known := now
	if text := said(Facts{Trouble: "not allowed"}); text != "example-org/checkout#34: not allowed" {
		t.Errorf("it says %q", text)
	}
	if text := said(Facts{Trouble: "not allowed"}); text != "" || i.State != "open" || i.Stale != "not allowed" || !i.ReadAt.Equal(known) {
		t.Errorf("it says %q of %+v", text, i)
	}
	if text := said(Facts{State: "closed", Category: Done}); text != "example-org/checkout#34 is closed (done), after open" || i.Stale != "" {
		t.Errorf("it says %q of %+v", text, i)
	}
	if said(Facts{State: "closed", Category: Done, URL: "javascript:alert(1)"}); i.URL != "" {
		t.Errorf("it leads to %s", i.URL)
	}
}

func TestARelationIsSaidFromBothSides(t *testing.T) {
	t.Parallel()
	for _, r := range Relations {
		if r.Words() == "" || r.Seen() == "" {
			t.Errorf("%s has no words", r)
		}
	}
	if IsCausedBy.Words() != "is caused by" || IsCausedBy.Seen() != "causes" {
		t.Errorf("%s, %s", IsCausedBy.Words(), IsCausedBy.Seen())
	}
}
