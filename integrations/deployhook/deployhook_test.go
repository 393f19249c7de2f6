package deployhook_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/integrations/deployhook"
)

func TestAPlainReportSaysWhatItLikes(t *testing.T) {
	t.Parallel()
	got, err := deployhook.Decode([]byte(`{"id":7001,"project":"acme/shop","environment":"prod","state":"succeeded","version":17.2,"started_at":1773064680,
		"finished_at":"2026-03-09T14:01:30Z","commits":[{"sha":"a1","title":"Retry less"}],"links":[{"text":"log","href":"https://ci.example.com/7"}],"extra":{"ignored":true}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &deployment.Report{External: "7001", Project: "acme/shop", Environment: "prod", Status: deployment.Succeeded, Version: "17.2",
		StartedAt: time.Date(2026, 3, 9, 13, 58, 0, 0, time.UTC), FinishedAt: time.Date(2026, 3, 9, 14, 1, 30, 0, time.UTC),
		Commits: []deployment.Commit{{SHA: "a1", Title: "Retry less"}}, Links: []deployment.Link{{Text: "log", Href: "https://ci.example.com/7"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, bad := range []string{``, `[]`, `{"id":[1]}`, `{"service":7}`, `{"service":"x","at":"soon"}`} {
		if r, err := deployhook.Decode([]byte(bad)); err == nil {
			t.Errorf("%s is %+v", bad, r)
		}
	}
}
