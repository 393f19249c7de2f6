package gitlab_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/gitlab"
)

var hook = http.Header{"X-Gitlab-Event": {"Deployment Hook"}}

func TestADeploymentHookIsAReport(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/deployment.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := gitlab.Decode(data, hook)
	if err != nil {
		t.Fatal(err)
	}
	const sha = "279484c09fbe69ededfced8c1bb6e6d24616b468"
	got.At = got.At.UTC()
	want := &deployment.Report{
		External: "acme/payments/15", Project: "acme/payments", Environment: "prod-eu", Tier: deployment.Production, Version: "1.4.2", Revision: sha,
		Message: "Retry less", By: "amir", Status: deployment.Succeeded, At: time.Date(2026, 3, 9, 14, 1, 30, 0, time.UTC),
		Commits: []deployment.Commit{{SHA: sha, Title: "Retry less", URL: "https://gitlab.example.com/acme/payments/-/commit/" + sha}},
		Links:   []deployment.Link{{Text: "job", Href: "https://gitlab.example.com/acme/payments/-/jobs/796"}, {Text: "environment", Href: "https://eu.pay.example.com"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for state, want := range map[string]deployment.Status{"created": "pending", "running": "started", "failed": "failed", "canceled": "cancelled"} {
		r, err := gitlab.Decode([]byte(strings.Replace(string(data), `"success"`, `"`+state+`"`, 1)), hook)
		if err != nil || r.Status != want {
			t.Errorf("%s is %+v, %v", state, r, err)
		}
	}
	if r, err := gitlab.Decode([]byte(strings.Replace(string(data), `"279484c0"`, `"0badcafe"`, 1)), hook); err != nil || r.Revision != "0badcafe" {
		t.Errorf("with a link to another commit the revision is %q, %v", r.Revision, err)
	}
	if r, err := gitlab.Decode([]byte(strings.Replace(string(data), `"production"`, `"other"`, 1)), hook); err != nil || r.Tier != "" {
		t.Errorf("the tier other is %q, %v", r.Tier, err)
	}
}

func TestOtherHooksAreLeftAloneAndBrokenOnesRefused(t *testing.T) {
	t.Parallel()
	if r, err := gitlab.Decode([]byte(`{}`), http.Header{"X-Gitlab-Event": {"Push Hook"}}); r != nil || err != nil {
		t.Errorf("a push is %+v, %v", r, err)
	}
	for what, body := range map[string]string{"nothing in it": `{}`, "no JSON": `{`, "no time": `{"deployment_id":1,"status":"success","status_changed_at":"soon","project":{"path_with_namespace":"a/b"}}`} {
		if r, err := gitlab.Decode([]byte(body), hook); err == nil {
			t.Errorf("%s is %+v", what, r)
		}
	}
	if _, err := gitlab.Decode([]byte(`{}`), nil); err == nil {
		t.Error("what is not GitLab's is taken")
	}
}
