package jira_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/integrations/jira"
	"github.com/tocsin-oncall/tocsin/integrations/jira/jiratest"
)

var start = time.Date(2026, 3, 9, 3, 0, 0, 0, time.UTC)

// house is two replicas on one store, with a Jira, in virtual time.
type house struct {
	*testing.T
	now     time.Time
	jira    *jiratest.Server
	engines []*engine.Engine
	runs    []func()
}

func open(t *testing.T, cfg jira.Config) *house {
	t.Helper()
	h := &house{T: t, now: start}
	clock := func() time.Time { return h.now }
	h.jira = jiratest.Start(t, clock)
	if cfg.API == 0 {
		cfg = jira.Config{Email: jiratest.Email, APIToken: jiratest.APIToken, API: 3}
	}
	cfg.BaseURL = h.jira.URL
	client, err := jira.New(cfg, http.DefaultTransport, clock)
	if err != nil {
		t.Fatal(err)
	}
	store := mem.New(clock)
	dir := &directory.Directory{
		Zone: time.UTC, IssueRefresh: 15 * time.Minute, Users: map[string]directory.User{"amir": {Name: "amir"}},
		Trackers: map[string]directory.Tracker{issue.Jira: {Web: h.jira.URL, Project: "PAY", Type: "Task"}},
	}
	for i := range 2 {
		e := engine.New(engine.Options{
			Store: store, Replica: fmt.Sprint("r", i), World: &engine.World{Dir: dir}, Run: func(f func()) { h.runs = append(h.runs, f) },
			Pick: func(int) int { return 0 }, Watch: unwatched{}, Log: slog.New(slog.DiscardHandler),
		})
		e.Delivery.Configure(&deliver.Setup{Senders: map[string]deliver.Sender{issue.Jira: client}, PublicURL: "https://oncall.example.com"})
		h.engines = append(h.engines, e)
	}
	if _, _, err := h.engines[0].OpenIncident(context.Background(), incident.Opening{Title: "Payments fail", Priority: "P1", Description: "Cards of APAC are refused."}); err != nil {
		t.Fatal(err)
	}
	return h
}

type unwatched struct{}

func (unwatched) Delivered(string, string, time.Duration) {}
func (unwatched) Bundled(int)                             {}
func (unwatched) Woken(time.Duration)                     {}
func (unwatched) Unreachable(int)                         {}
func (unwatched) RuleErrors(string, int)                  {}
func (unwatched) Acked(string, time.Duration)             {}
func (unwatched) HandedOff(string)                        {}

// wait lets time pass on both replicas, stopping at every moment at which one wants to be called.
func (h *house) wait(d time.Duration) {
	h.Helper()
	for end := h.now.Add(d); ; {
		next := h.settle()
		if next.After(end) {
			h.now = end
			return
		}
		h.now = next
	}
}

func (h *house) settle() time.Time {
	h.Helper()
	for range 1000 {
		for len(h.runs) > 0 {
			f := h.runs[0]
			h.runs = h.runs[1:]
			f()
		}
		next := h.now.Add(time.Hour)
		for _, e := range h.engines {
			for _, step := range []func(context.Context, time.Time) (time.Time, error){e.Step, e.Delivery.Step} {
				at, err := step(context.Background(), h.now)
				if err != nil {
					h.Fatal(err)
				}
				if !at.IsZero() && at.Before(next) {
					next = at
				}
			}
		}
		if len(h.runs) == 0 && next.After(h.now) {
			return next
		}
	}
	h.Fatal("it never comes to rest")
	return h.now
}

func (h *house) do(do incident.Do, w issue.Wish) *incident.State {
	h.Helper()
	if _, err := h.engines[0].ActOnIncident(context.Background(), "INC-1", incident.Action{Do: do, By: "amir", Issue: w}); err != nil {
		h.Fatal(err)
	}
	h.wait(0)
	return h.incident()
}

func (h *house) incident() *incident.State {
	h.Helper()
	s, err := h.engines[1].Incident(context.Background(), "INC-1")
	if err != nil {
		h.Fatal(err)
	}
	return s
}

func told(s *incident.State, words string) bool {
	return slices.ContainsFunc(s.Timeline, func(e incident.Entry) bool { return strings.Contains(e.Text, words) })
}

func TestAnIssueIsCreatedLinkedAndFollowed(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]jira.Config{"cloud": {}, "data center": {Token: jiratest.Token, API: 2}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, cfg)
			s := h.do(incident.LinkIssue, issue.Wish{Relation: issue.IsCausedBy, Create: &issue.Draft{}})
			i := s.Issues.List[0]
			if i.Key != "PAY-1" || i.State != "To Do" || i.Category != issue.Open || i.URL != h.jira.URL+"/browse/PAY-1" || !told(s, "PAY-1 is created") {
				t.Fatalf("the issue: %+v", i)
			}
			made := h.jira.Issues()[0]
			if made.Summary != "INC-1: Payments fail" || !strings.Contains(fmt.Sprint(made.Description), "Cards of APAC") || !strings.Contains(fmt.Sprint(made.Description), "https://oncall.example.com/api/v1/incidents/INC-1") {
				t.Errorf("Jira has %+v", made)
			}
			for _, l := range made.RemoteLinks {
				if l["relationship"] != "causes" || l["title"] != "INC-1: Payments fail" {
					t.Errorf("the link back: %v", l)
				}
			}
			h.jira.Change("PAY-1", "In Review", "indeterminate", "Amir")
			h.wait(16 * time.Minute)
			if s = h.incident(); s.Issues.List[0].State != "In Review" || s.Issues.List[0].Assignee != "Amir" || !told(s, "PAY-1 is In Review, after To Do") {
				t.Errorf("after a refresh: %+v", s.Issues.List[0])
			}
			h.jira.Change("PAY-1", "Closed", "done", "")
			h.jira.Move("PAY-1", "OPS-9")
			if s = h.do(incident.RefreshIssues, issue.Wish{}); s.Issues.List[0].Key != "OPS-9" || s.Issues.List[0].Category != issue.Done || !told(s, "PAY-1 moved to OPS-9, and is Closed") {
				t.Errorf("after its move: %+v", s.Issues.List[0])
			}
		})
	}
}

func TestJiraIsAwayForADayAndTheIssueIsCreatedOnce(t *testing.T) {
	t.Parallel()
	h := open(t, jira.Config{})
	h.jira.Answer(503, "")
	h.do(incident.LinkIssue, issue.Wish{Create: &issue.Draft{Project: "OPS"}})
	h.wait(24 * time.Hour)
	s := h.incident()
	p := s.Out.Page(s.Issues.List[0].Page)
	if p == nil || !p.Waiting() || p.Attempts < 96 || p.Attempts > 120 || !strings.Contains(p.Error, "HTTP 503") || p.DueAt.Sub(h.now) > 15*time.Minute {
		t.Fatalf("after a day the task is %+v", p)
	}
	if !told(s, "could not be created yet") {
		t.Error("the timeline does not say that Jira is away")
	}
	if h.engines[0].Delivery.Stuck(h.now) {
		t.Error("a Jira that is away counts as if nobody could be paged")
	}
	h.jira.Answer(0, "")
	h.wait(20 * time.Minute)
	if made := h.jira.Issues(); len(made) != 1 || made[0].Key != "OPS-1" {
		t.Fatalf("Jira has %+v", made)
	}
	if i := h.incident().Issues.List[0]; i.Key != "OPS-1" || i.State != "To Do" || i.Error != "" {
		t.Errorf("the issue is %+v", i)
	}
}

func TestAnAnswerThatIsLostMakesNoSecondIssueThoughTheSearchLags(t *testing.T) {
	t.Parallel()
	h := open(t, jira.Config{})
	h.jira.Lag = 10 * time.Minute
	h.jira.Put("PAY-1", "older", "Done", "done")
	h.jira.Swallow()
	h.do(incident.LinkIssue, issue.Wish{Create: &issue.Draft{}})
	h.wait(time.Minute)
	if made := h.jira.Issues(); len(made) != 2 {
		t.Fatalf("Jira has %d issues: %+v", len(made), made)
	}
	if i := h.incident().Issues.List[0]; i.Key != "PAY-2" {
		t.Errorf("the issue is %+v", i)
	}
}

func TestManyIssuesAreReadWithOneRequest(t *testing.T) {
	t.Parallel()
	h := open(t, jira.Config{})
	for n := 1; n <= 90; n++ {
		key := fmt.Sprintf("PAY-%d", n)
		h.jira.Put(key, "x", "To Do", "new")
		h.do(incident.LinkIssue, issue.Wish{Key: key})
	}
	h.jira.Requests()
	h.wait(16 * time.Minute)
	if got := h.jira.Requests(); len(got) != 1 || got[0] != "POST /rest/api/3/issue/bulkfetch" {
		t.Errorf("a refresh asked %d times: %v", len(got), got)
	}
	h.do(incident.Close, issue.Wish{})
	h.wait(time.Hour)
	if got := h.jira.Requests(); len(got) > 0 {
		t.Errorf("of a closed incident it asked %v", got)
	}
	if n := len(h.incident().Out.Pages); n > 10 {
		t.Errorf("%d tasks are kept", n)
	}
}

func TestWhatTryingAgainDoesNotMendSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cfg   jira.Config
		draft issue.Draft
		want  string
	}{
		"a wrong token": {cfg: jira.Config{Token: "wrong", API: 2}, want: "check email and api_token, or token"},
		"no project":    {draft: issue.Draft{Project: "GONE"}, want: "The value 'GONE' does not exist"},
		"a field":       {draft: issue.Draft{Type: "Epic"}, want: "field issuetype: Specify a valid issue type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, c.cfg)
			s := h.do(incident.LinkIssue, issue.Wish{Create: &c.draft})
			i := s.Issues.List[0]
			if !strings.Contains(i.Error, c.want) || !told(s, c.want) || strings.Contains(i.Error, "wrong") {
				t.Errorf("it says %q", i.Error)
			}
			h.jira.Requests()
			if h.wait(time.Hour); len(h.jira.Requests()) > 0 {
				t.Error("it is tried again by itself")
			}
			if h.do(incident.RefreshIssues, issue.Wish{}); len(h.jira.Requests()) == 0 {
				t.Error("a refresh does not try again")
			}
		})
	}
}

func TestARateLimitPutsEverythingOffForAsLongAsJiraAsks(t *testing.T) {
	t.Parallel()
	h := open(t, jira.Config{})
	h.jira.Put("PAY-1", "x", "To Do", "new")
	h.jira.Answer(429, "600")
	h.do(incident.LinkIssue, issue.Wish{Key: "PAY-1"})
	h.jira.Requests()
	h.jira.Answer(0, "")
	if h.wait(9 * time.Minute); len(h.jira.Requests()) > 0 {
		t.Error("it was asked before its time")
	}
	if h.wait(2 * time.Minute); h.incident().Issues.List[0].State != "To Do" {
		t.Errorf("afterwards: %+v", h.incident().Issues.List[0])
	}
}

func TestAnIssueThatIsGoneIsSaidOnce(t *testing.T) {
	t.Parallel()
	h := open(t, jira.Config{})
	h.do(incident.LinkIssue, issue.Wish{Key: "PAY-77"})
	h.wait(time.Hour)
	s, n := h.incident(), 0
	for _, e := range s.Timeline {
		if strings.Contains(e.Text, "is not there any more") {
			n++
		}
	}
	if !s.Issues.List[0].Missing || n != 1 {
		t.Errorf("missing %v, said %d times", s.Issues.List[0].Missing, n)
	}
	if s = h.do(incident.UnlinkIssue, issue.Wish{N: 1}); len(s.Issues.List) != 0 {
		t.Error("it is still linked")
	}
}
