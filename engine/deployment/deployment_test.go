package deployment_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

var start = time.Date(2026, 3, 9, 14, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

var dir = &directory.Directory{
	Services: map[string]directory.Service{"payments": {Name: "payments"}, "checkout": {Name: "checkout"}, "shop": {Name: "shop"}},
	Sources: map[string]directory.Source{"gh": {
		Services:     map[string]string{"acme/mono": "shop", "acme/mono@payments-live": "payments"},
		Environments: map[string]string{"frankfurt": "production"},
	}},
	Retention: directory.Retention{Deployments: 90 * 24 * time.Hour},
}

func env(minutes int) deployment.Env { return directory.Env{Now: at(minutes), Dir: dir} }

// told is a deployment of which reports came at minutes, one after another.
func told(t *testing.T, reports ...deployment.Report) *deployment.State {
	t.Helper()
	s := deployment.New(store.NewID(store.KindDeployment, deployment.Key("gh", "901").Shard), 5, "gh", "901", env(60))
	for _, r := range reports {
		r.Integration, r.External = "gh", "901"
		if r.Service == "" && r.Project == "" {
			r.Service = "payments"
		}
		if err := s.Apply(r, env(60)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestADeploymentIsFollowedFromItsBeginningToItsEnd(t *testing.T) {
	t.Parallel()
	s := told(t,
		deployment.Report{Status: deployment.Pending, At: at(0), Environment: "production", Revision: "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"},
		deployment.Report{Status: deployment.Started, At: at(2)},
		deployment.Report{Status: deployment.Succeeded, At: at(7), Version: "1.4.2"})
	if s.Status != deployment.Succeeded || !s.StartedAt.Equal(at(2)) || !s.FinishedAt.Equal(at(7)) || s.Tier != deployment.Production || !s.PlacedAt.Equal(at(0)) {
		t.Errorf("it is %+v", s)
	}
	if s.Name() != "DEP-5" || s.What() != "payments 1.4.2 to production" {
		t.Errorf("it is called %s, %s", s.Name(), s.What())
	}
	s.Version = ""
	if s.What() != "payments 0a1b2c3d4e to production" {
		t.Errorf("it is called %s", s.What())
	}
}

func TestReportsInAnyOrderAndSeveralTimesMakeTheSameDeployment(t *testing.T) {
	t.Parallel()
	reports := []deployment.Report{
		{Status: deployment.Pending, At: at(0), Environment: "eu-live"},
		{Status: deployment.Started, At: at(2), Environment: "eu-live"},
		{Status: deployment.Failed, At: at(5), Environment: "eu-live"},
		{Status: deployment.Succeeded, At: at(9), Environment: "eu-live"},
	}
	want := told(t, reports...)
	for _, order := range [][]int{{3, 2, 1, 0}, {1, 3, 0, 2}, {0, 0, 1, 1, 2, 3, 2, 1, 0, 3}, {3, 1, 2, 0}} {
		var mixed []deployment.Report
		for _, i := range order {
			mixed = append(mixed, reports[i])
		}
		got := told(t, mixed...)
		got.ID, got.PlacedAt = want.ID, want.PlacedAt
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in the order %v it differs:\n%s", order, diff)
		}
	}
}

func TestWhatIsSaidAgainChangesNothing(t *testing.T) {
	t.Parallel()
	r := deployment.Report{Integration: "gh", External: "901", Service: "payments", Status: deployment.Started,
		Commits: []deployment.Commit{{SHA: "a1", Title: "retry less"}}, Links: []deployment.Link{{Text: "run", Href: "https://ci.example.com/1"}}}
	s := told(t, r)
	if err := s.Apply(r, env(75)); err != nil {
		t.Fatal(err)
	}
	if !s.UpdatedAt.Equal(at(60)) || !s.StartedAt.Equal(at(60)) || len(s.Links) != 1 {
		t.Errorf("it changed at %s: %+v", s.UpdatedAt, s)
	}
}

func TestALateReportTellsOnlyWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	s := told(t,
		deployment.Report{Status: deployment.Succeeded, At: at(9), Version: "1.4.2", By: "amir"},
		deployment.Report{Status: deployment.Started, At: at(2), Version: "1.4.2-rc1", Message: "release"})
	if s.Version != "1.4.2" || s.Message != "release" || s.By != "amir" || s.Status != deployment.Succeeded || !s.StartedAt.Equal(at(2)) {
		t.Errorf("it is %+v", s)
	}
}

func TestABeginningThatIsToldLateWithoutATimeIsNotAfterTheEnd(t *testing.T) {
	t.Parallel()
	s := told(t, deployment.Report{Status: deployment.Succeeded, At: at(9)}, deployment.Report{Status: deployment.Started})
	if !s.StartedAt.Equal(at(9)) || !s.FinishedAt.Equal(at(9)) {
		t.Errorf("it began %s and ended %s", s.StartedAt, s.FinishedAt)
	}
	if err := s.Apply(deployment.Report{Integration: "gh", External: "901", StartedAt: at(4)}, env(60)); err != nil || !s.StartedAt.Equal(at(4)) {
		t.Errorf("%v: told when, it began %s", err, s.StartedAt)
	}
}

func TestADeploymentOfWhichNobodySaysMoreHasSucceeded(t *testing.T) {
	t.Parallel()
	s := told(t, deployment.Report{})
	if s.Status != deployment.Succeeded || !s.StartedAt.Equal(at(60)) || !s.FinishedAt.Equal(at(60)) {
		t.Errorf("it is %+v", s)
	}
}

func TestAClockThatIsAheadMovesNothingToTheFuture(t *testing.T) {
	t.Parallel()
	s := told(t, deployment.Report{Status: deployment.Started, At: at(600)}, deployment.Report{Status: deployment.Succeeded, FinishedAt: at(700), StartedAt: at(650)})
	if s.StartedAt.After(at(60)) || s.FinishedAt.After(at(60)) {
		t.Errorf("it began %s and ended %s", s.StartedAt, s.FinishedAt)
	}
}

func TestAProjectIsTheServiceThatTheConfigurationSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ project, environment, service, as string }{
		{"acme/mono", "staging", "shop", "acme/mono"},
		{"acme/mono", "payments-live", "payments", "acme/mono"},
		{"acme/checkout", "production", "checkout", "acme/checkout"},
		{"checkout", "production", "checkout", ""},
		{"acme/unheard-of", "production", "acme/unheard-of", ""},
	} {
		s := told(t, deployment.Report{Project: c.project, Environment: c.environment})
		if s.Service != c.service || s.Project != c.as || s.Known(dir) != (c.service != "acme/unheard-of") {
			t.Errorf("%s in %s is %q of %q, known: %v", c.project, c.environment, s.Service, s.Project, s.Known(dir))
		}
	}
}

func TestTheNameOfAnEnvironmentSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]deployment.Tier{
		"production": "production", "Prod-EU": "production", "eu-live": "production", "payments/prd2": "production",
		"staging": "staging", "pre-production": "staging", "preprod": "staging", "nonprod": "staging", "UAT": "staging",
		"test": "testing", "qa-2": "testing", "dev": "development", "review/feature-1": "development",
		"latest": "", "delivery": "", "frankfurt": "", "reproduce": "", "": "",
	} {
		if got := deployment.TierOf(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
	if s := told(t, deployment.Report{Environment: "frankfurt"}); s.Tier != deployment.Production {
		t.Errorf("the configuration says that frankfurt is production, and it is %q", s.Tier)
	}
	if s := told(t, deployment.Report{Environment: "production", Tier: deployment.Testing}); s.Tier != deployment.Testing || s.Live() {
		t.Errorf("the sender says that it is for testing, and it is %q", s.Tier)
	}
}

func TestWhatIsTooLongIsCutAndWhatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	r := deployment.Report{Service: "payments", Message: strings.Repeat("é", 1000), Version: strings.Repeat("9", 1000)}
	for range 300 {
		r.Commits = append(r.Commits, deployment.Commit{SHA: "a1", Title: strings.Repeat("x", 1000) + "\nbody", URL: "javascript:alert(1)"})
	}
	s := told(t, r)
	if len(s.Commits) != 50 || s.Changes != 300 || len(s.Message) > 500 || len(s.Version) != 200 || s.Commits[0].URL != "" || len(s.Commits[0].Title) != 500 {
		t.Errorf("it holds %d of %d commits, a message of %d bytes and a version of %d", len(s.Commits), s.Changes, len(s.Message), len(s.Version))
	}
	for field, bad := range map[string]deployment.Report{
		"state": {Service: "x", Status: "done"}, "tier": {Service: "x", Tier: "prod"}, "id": {Service: "x", External: strings.Repeat("1", 501)},
		"finished_at": {Service: "x", StartedAt: at(2), FinishedAt: at(1)}, "at": {Service: "x", At: time.Date(-1199, 3, 9, 0, 0, 0, 0, time.UTC)},
		"started_at": {Service: "x", StartedAt: time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC)},
	} {
		var refused *deployment.Refused
		if err := bad.Check(); !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestAnIdOfASenderMayBeAsLongAsItIsAllowed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", deployment.MaxExternal)
	one, two := deployment.Key("gh", long+"1"), deployment.Key("gh", long+"2")
	if len(one.Name) > 200 || one.Name == two.Name {
		t.Errorf("the keys are %q and %q", one.Name, two.Name)
	}
}

func TestOnlyTheFirstReportMustSayWhatIsDeployed(t *testing.T) {
	t.Parallel()
	s := told(t, deployment.Report{Status: deployment.Started})
	if err := s.Apply(deployment.Report{Integration: "gh", External: "901", Status: deployment.Failed}, env(60)); err != nil || s.Status != deployment.Failed || s.Service != "payments" {
		t.Errorf("%v: it is %+v", err, s)
	}
	var refused *deployment.Refused
	if err := deployment.New("y", 6, "gh", "902", env(60)).Apply(deployment.Report{Status: deployment.Started}, env(60)); !errors.As(err, &refused) || refused.Field != "service" {
		t.Errorf("a new one of nothing: %v", err)
	}
}

func TestItIsKeptForSoLongAfterItsLastChange(t *testing.T) {
	t.Parallel()
	s := told(t, deployment.Report{Status: deployment.Succeeded, At: at(-60 * 24 * 200)}) // reported long after
	if want := at(60).AddDate(0, 0, 90); !s.GoneAt(env(60)).Equal(want) {
		t.Errorf("it goes at %s, want %s", s.GoneAt(env(60)), want)
	}
	forever := *dir
	forever.Retention.Deployments = 0
	if !s.GoneAt(directory.Env{Dir: &forever}).IsZero() {
		t.Error("it goes, though deployments are kept for ever")
	}
}

func TestItIsFoundByServiceEnvironmentAndTier(t *testing.T) {
	t.Parallel()
	s := told(t, deployment.Report{Environment: "prod-eu"})
	for _, f := range []deployment.Filter{
		{}, {Service: "payments"}, {Environment: "prod-eu"}, {Tier: deployment.Production},
		{Service: "payments", Environment: "prod-eu"}, {Service: "payments", Tier: deployment.Production},
	} {
		if !slices.Contains(s.Lists(), f.List()) || !f.Has(s) {
			t.Errorf("%+v does not find it in %q", f, f.List())
		}
	}
	if (deployment.Filter{Environment: "prod-eu", Tier: deployment.Staging}).Has(s) {
		t.Error("it is found as one of staging")
	}
	odd := told(t, deployment.Report{Service: "payments/in/prod-eu", Environment: "x"})
	f := deployment.Filter{Service: "payments", Environment: "prod-eu/in/x"}
	if !slices.Contains(odd.Lists(), f.List()) {
		t.Fatalf("%q is none of its lists %q: this shows nothing", f.List(), odd.Lists())
	}
	if f.Has(odd) {
		t.Error("a service whose name looks like a list of another is found as the other")
	}
}
