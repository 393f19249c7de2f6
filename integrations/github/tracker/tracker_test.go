package tracker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/github/githubtest"
	"github.com/tocsin-oncall/tocsin/integrations/github/tracker"
)

var now = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

// desk is a GitHub and its client.
type desk struct {
	*testing.T
	hub    *githubtest.Server
	client *tracker.Client
}

func open(t *testing.T, token string) *desk {
	t.Helper()
	clock := func() time.Time { return now }
	d := &desk{T: t, hub: githubtest.Start(t, clock)}
	var err error
	if d.client, err = tracker.New(tracker.Config{BaseURL: d.hub.URL, Token: token}, http.DefaultTransport, clock); err != nil {
		t.Fatal(err)
	}
	return d
}

// do does a task.
func (d *desk) do(do string, args map[string]string) (map[string]issue.Facts, error) {
	d.Helper()
	all := map[string]string{
		issue.ArgMarker: "tocsin-inc-7-1-0badcafe", issue.ArgSince: now.Add(-time.Minute).Format(time.RFC3339), issue.ArgOwner: "INC-7",
		issue.ArgTitle: "Payments fail", issue.ArgRelation: "causes",
	}
	for k, v := range args {
		all[k] = v
	}
	r, err := d.client.Send(context.Background(), deliver.Message{Kind: page.Work, Link: "https://oncall.example.com/api/v1/incidents/INC-7", Task: &page.Task{Do: do, Args: all}})
	facts := map[string]issue.Facts{}
	for key, text := range r.Result {
		var f issue.Facts
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			d.Fatal(err)
		}
		facts[key] = f
	}
	return facts, err
}

var draft = map[string]string{issue.ArgProject: githubtest.Repository, issue.ArgSummary: "Payments fail", issue.ArgDescription: "Cards of APAC are refused."}

func TestAnIssueIsCreatedOnceThoughItsAnswerIsLost(t *testing.T) {
	t.Parallel()
	d := open(t, githubtest.Token)
	for n := range 120 {
		d.hub.Put(fmt.Sprint("another ", n))
	}
	d.hub.Swallow()
	if _, err := d.do(issue.Create, draft); err == nil || errors.Is(err, deliver.ErrPermanent) {
		t.Fatalf("a lost answer is %v", err)
	}
	for n := range 150 { // others go on meanwhile: it is not on the first page any more
		d.hub.Put(fmt.Sprint("later ", n))
	}
	got, err := d.do(issue.Create, draft)
	if err != nil || got[issue.NewKey].Key != githubtest.Repository+"#121" || !strings.HasSuffix(got[issue.NewKey].URL, "/issues/121") {
		t.Fatalf("%+v, %v", got, err)
	}
	made := d.hub.Issues()
	if len(made) != 271 || !strings.Contains(made[120].Body, "Cards of APAC") || !strings.Contains(made[120].Body, "https://oncall.example.com/api/v1/incidents/INC-7") {
		t.Errorf("%d issues, %+v", len(made), made[120])
	}
}

func TestALinkedIssueSaysWhereFromOnce(t *testing.T) {
	t.Parallel()
	d := open(t, githubtest.Token)
	d.hub.Put("Retry the bank")
	d.hub.Swallow()
	args := map[string]string{issue.ArgKey: githubtest.Repository + "#1"}
	for range 3 {
		_, _ = d.do(issue.Attach, args)
	}
	got, err := d.do(issue.Attach, args)
	if f := got[githubtest.Repository+"#1"]; err != nil || f.State != "open" || f.Category != issue.Open || f.Summary != "Retry the bank" {
		t.Fatalf("%+v, %v", got, err)
	}
	if c := d.hub.Issues()[0].Comments; len(c) != 1 || !strings.Contains(c[0], "This causes [INC-7](https://oncall.example.com/api/v1/incidents/INC-7): Payments fail") {
		t.Errorf("comments: %q", c)
	}
	got, err = d.do(issue.Attach, map[string]string{issue.ArgKey: githubtest.Repository + "#99"})
	if err != nil || !got[githubtest.Repository+"#99"].Missing {
		t.Errorf("one that is not there: %+v, %v", got, err)
	}
}

func TestManyIssuesOfSeveralRepositoriesAreReadWithOneRequest(t *testing.T) {
	t.Parallel()
	d := open(t, githubtest.Token)
	d.hub.Put("one")
	d.hub.Put("two")
	d.hub.Close(2, "not_planned")
	r := githubtest.Repository
	got, err := d.do(issue.Read, map[string]string{issue.ArgKeys: r + "#1 " + r + "#2 " + r + "#3 example-org/gone#1"})
	if err != nil || got[r+"#1"].Category != issue.Open || got[r+"#2"].Category != issue.Done || got[r+"#2"].State != "closed (not planned)" ||
		!got[r+"#3"].Missing || !got["example-org/gone#1"].Missing {
		t.Errorf("%+v, %v", got, err)
	}
	if asked := d.hub.Requests(); !slices.Equal(asked, []string{"POST /api/graphql"}) {
		t.Errorf("asked %v", asked)
	}
}

func TestAnIssueThatMayNotBeSeenKeepsNobodyFromTheOthers(t *testing.T) {
	t.Parallel()
	d := open(t, githubtest.Token)
	d.hub.Put("one")
	mine, guarded := githubtest.Repository+"#1", githubtest.Forbidden+"#1"
	got, err := d.do(issue.Read, map[string]string{issue.ArgKeys: guarded + " " + mine})
	if err != nil || got[mine].State != "open" || got[guarded].Missing || !strings.Contains(got[guarded].Trouble, "SAML enforcement") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefusalsAreTriedAgainOrSayWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token, repo string
		status      int
		header      map[string]string
		permanent   bool
		after       time.Duration
		says        string
	}{
		"a wrong token":      {token: "ghp_secret", permanent: true, says: "give another one under providers.github"},
		"no such repository": {repo: "example-org/gone", permanent: true, says: "not shown to this token"},
		"away":               {status: 503, says: "HTTP 503"},
		"secondary limit":    {status: 403, header: map[string]string{"Retry-After": "90"}, after: 90 * time.Second, says: "rate limit"},
		"primary limit": {status: 403, header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(now.Add(20 * time.Minute).Unix())},
			after: 20 * time.Minute, says: "rate limit"},
		"not allowed": {status: 403, permanent: true, says: "permission to read and write issues"},
		"renamed":     {status: 301, permanent: true, says: "the repository moved"},
		"turned off":  {status: 410, permanent: true, says: "issues are turned off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, repo := githubtest.Token, githubtest.Repository
			if c.token != "" {
				token = c.token
			}
			if c.repo != "" {
				repo = c.repo
			}
			d := open(t, token)
			d.hub.Answer(c.status, c.header)
			_, err := d.do(issue.Create, map[string]string{issue.ArgProject: repo, issue.ArgSummary: "x"})
			var retry *deliver.Retry
			switch {
			case err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "ghp_secret"):
				t.Errorf("it says %v", err)
			case errors.Is(err, deliver.ErrPermanent) != c.permanent:
				t.Errorf("for good: %v, want %v", !c.permanent, c.permanent)
			case !c.permanent && (!errors.As(err, &retry) || retry.After != c.after || retry.Limited != (c.after > 0)):
				t.Errorf("again after %+v", retry)
			}
		})
	}
}
