package github_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/github"
)

func headers(of ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(of); i += 2 {
		h.Set(of[i], of[i+1])
	}
	return h
}

func TestASignatureIsThatOfTheSecretAndTheBody(t *testing.T) {
	t.Parallel()
	// The vector of GitHub's documentation.
	const secret, body, sum = "It's a Secret to Everybody", "Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	if !github.Signed(secret, []byte(body), headers("X-Hub-Signature-256", "sha256="+sum)) {
		t.Error("the documented signature is not taken")
	}
	for what, h := range map[string]http.Header{
		"none": {}, "another": headers("X-Hub-Signature-256", "sha256=00"+sum[2:]), "half": headers("X-Hub-Signature-256", "sha256="+sum[:32]),
		"no hex": headers("X-Hub-Signature-256", "sha256=xyz"), "the older one": headers("X-Hub-Signature", "sha1=01"), "empty": headers("X-Hub-Signature-256", "sha256="),
	} {
		if github.Signed(secret, []byte(body), h) {
			t.Errorf("%s is taken", what)
		}
	}
	if github.Signed("", []byte(body), headers("X-Hub-Signature-256", "sha256="+sum)) {
		t.Error("an empty secret proves something")
	}
}

func sample(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/deployment_status.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestADeploymentStatusIsAReport(t *testing.T) {
	t.Parallel()
	got, err := github.Decode(sample(t), headers("X-GitHub-Event", "deployment_status"))
	if err != nil {
		t.Fatal(err)
	}
	const sha = "9f2b6d0c4e1a8b7d3c5f60718293a4b5c6d7e8f9"
	want := &deployment.Report{
		External: "acme/payments/1203344", Project: "acme/payments", Environment: "prod-eu", Tier: deployment.Production, Version: "v1.4.2", Revision: sha,
		Message: "Release 1.4.2", By: "amir", Status: deployment.Succeeded, At: time.Date(2026, 3, 9, 14, 1, 30, 0, time.UTC),
		Commits: []deployment.Commit{{SHA: sha, Title: "Retry less\n\nEach try holds a connection.", Author: "Amir", URL: "https://github.com/acme/payments/commit/" + sha}},
		Links: []deployment.Link{{Text: "workflow run", Href: "https://github.com/acme/payments/actions/runs/77"}, {Text: "log", Href: "https://github.com/acme/payments/actions/runs/77/job/9"},
			{Text: "environment", Href: "https://eu.pay.example.com"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNobodySignsWithASecretThatIsEmpty(t *testing.T) {
	t.Parallel()
	mac := hmac.New(sha256.New, nil)
	mac.Write([]byte("{}"))
	for _, signature := range []string{"sha256=" + hex.EncodeToString(mac.Sum(nil)), "sha256=", "", "sha256=zz"} {
		if github.Signed("", []byte("{}"), headers("X-Hub-Signature-256", signature)) {
			t.Errorf("%q counts as signed", signature)
		}
	}
}

func TestStatesOfGitHubAreOurs(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]deployment.Status{
		"queued": "pending", "pending": "pending", "waiting": "pending", "in_progress": "started", "success": "succeeded", "failure": "failed", "error": "failed",
	} {
		body := `{"deployment":{"id":7,"sha":"a1"},"deployment_status":{"state":"` + state + `"},"repository":{"full_name":"acme/x"}}`
		r, err := github.Decode([]byte(body), headers("X-GitHub-Event", "deployment_status"))
		if err != nil || r == nil || r.Status != want {
			t.Errorf("%s is %+v, %v", state, r, err)
		}
	}
	r, err := github.Decode([]byte(`{"deployment":{"id":7,"sha":"a1","ref":"main"},"repository":{"full_name":"acme/x"}}`), headers("X-GitHub-Event", "deployment"))
	if err != nil || r.Status != deployment.Pending || r.Version != "" {
		t.Errorf("one that was created is %+v, %v", r, err)
	}
}

func TestWhatSaysNothingOfADeploymentIsLeftAlone(t *testing.T) {
	t.Parallel()
	inactive := `{"deployment":{"id":7,"sha":"a1"},"deployment_status":{"state":"inactive"},"repository":{"full_name":"acme/x"}}`
	for event, body := range map[string]string{"ping": `{"zen":"Keep it logically awesome."}`, "push": `{}`, "deployment_status": inactive} {
		if r, err := github.Decode([]byte(body), headers("X-GitHub-Event", event)); r != nil || err != nil {
			t.Errorf("%s is %+v, %v", event, r, err)
		}
	}
	for what, c := range map[string]struct{ event, body string }{
		"no event": {"", "{}"}, "a form": {"deployment", "payload=%7B%7D"}, "nothing in it": {"deployment", "{}"}, "no JSON": {"deployment_status", "{"},
	} {
		if r, err := github.Decode([]byte(c.body), headers("X-GitHub-Event", c.event)); r != nil || err == nil {
			t.Errorf("%s is %+v", what, r)
		}
	}
}
