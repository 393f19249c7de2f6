package postmortem

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// tracked is a written postmortem with a Jira.
func tracked(t *testing.T) *story {
	t.Helper()
	s := written(t)
	s.dir.Trackers = map[string]directory.Tracker{issue.Jira: {Web: "https://jira.example.com", Project: "PAY", Type: "Task"}}
	s.dir.IssueRefresh = 15 * time.Minute
	return s
}

// tasks are those that wait, by what they do.
func (s *story) tasks() (do []string) {
	for _, p := range s.Pages {
		if issue.Tracks(&p) && p.Waiting() {
			do = append(do, p.Task.Do)
		}
	}
	return do
}

// answer has Jira do the task that waits.
func (s *story) answer(facts map[string]issue.Facts) {
	s.t.Helper()
	result, err := issue.Results(facts)
	if err != nil {
		s.t.Fatal(err)
	}
	i := slices.IndexFunc(s.Pages, func(p page.Page) bool { return issue.Tracks(&p) && p.Waiting() })
	if i < 0 {
		s.t.Fatal("no task waits")
	}
	s.Pages[i].Claim("r1", s.now)
	s.must(Settled{page.Outcome{N: s.Pages[i].N, Fence: s.Pages[i].Attempts, Delivered: true, Result: result}})
}

func TestAllActionsWithoutAnIssueGetOneAndThoseThatAreDoneNeedNone(t *testing.T) {
	t.Parallel()
	s := tracked(t)
	s.write(Edit{Actions: []ItemEdit{{Text: "Alert on the pool"}, {Text: "Roll back"}, {Text: "Watch", Issue: "https://wiki.example.com/watch"}}})
	s.write(Edit{Actions: []ItemEdit{{N: 3, Done: ptr(true)}}})
	s.must(Action{Do: CreateIssues, By: "amir"})
	equal(t, "tasks", s.tasks(), []string{issue.Create, issue.Create})
	args := s.Pages[len(s.Pages)-1].Task.Args
	equal(t, "summary", args[issue.ArgSummary], "Alert on the pool")
	if text := args[issue.ArgDescription]; !strings.Contains(text, "Action 2 of postmortem PM-3 of incident INC-7: Checkout fails") {
		t.Errorf("description %q", text)
	}
	s.answer(map[string]issue.Facts{issue.NewKey: {Key: "PAY-1", URL: "https://jira.example.com/browse/PAY-1"}})
	equal(t, "the address of the first", s.Item(1).Issue, "https://jira.example.com/browse/PAY-1")
	equal(t, "it is told where it comes from", s.tasks(), []string{issue.Create, issue.Attach})
	equal(t, "again", s.refused(Action{Do: CreateIssues, By: "amir"}), "Every action of PM-3 that is not done has an issue.")
	equal(t, "a second one", s.refused(Action{Do: LinkIssue, Issue: issue.Wish{Action: 1, Create: &issue.Draft{}}}), "Action item 1 has an issue already: PAY-1. Unlink it first.")
	s.must(Action{Do: UnlinkIssue, By: "amir", Issue: issue.Wish{Action: 2}})
	equal(t, "a creation that is called off", s.tasks(), []string{issue.Attach})
	equal(t, "nothing to unlink", s.refused(Action{Do: UnlinkIssue, Issue: issue.Wish{Action: 3}}), "Action item 3 has no issue.")
}

func TestAnIssueThatIsDoneDoesNotMakeItsActionDoneAndTheReminderSaysSo(t *testing.T) {
	t.Parallel()
	s := tracked(t)
	s.write(Edit{Actions: []ItemEdit{{N: 1, Issue: "https://jira.example.com/browse/PAY-7"}}})
	s.answer(map[string]issue.Facts{"PAY-7": {Key: "PAY-7", State: "In Review", Category: issue.InProgress}})
	s.now = s.now.Add(15 * time.Minute)
	s.must(Woken{})
	equal(t, "a quarter of an hour later it is read", s.tasks(), []string{issue.Read})
	s.answer(map[string]issue.Facts{"PAY-7": {Key: "PAY-7", State: "Closed", Category: issue.Done}})
	if said := s.says("issue"); !strings.HasSuffix(said, "PAY-7 is Closed (done), after In Review; the action is still to be done and verified") {
		t.Errorf("the timeline says %q", said)
	}
	item := s.Item(1)
	equal(t, "the action", item.Done || item.Verified(), false)
	s.now = monday.AddDate(0, 0, 5)
	if text := s.actionsText([]Item{*item}, "ethan", s.env()); !strings.Contains(text, "its issue PAY-7 is done: say that the action is, and have it verified") {
		t.Errorf("the reminder: %s", text)
	}
	s.write(Edit{Actions: []ItemEdit{{N: 1, Done: ptr(true)}}})
	s.must(Woken{})
	equal(t, "nothing is asked of an action that is done", s.Issues.RefreshAt, time.Time{})
}

func TestAnAddressOfNoTrackerStaysAnAddress(t *testing.T) {
	t.Parallel()
	s := tracked(t)
	s.write(Edit{Actions: []ItemEdit{{N: 1, Issue: "https://jira.example.com/browse/PAY-7"}}})
	s.write(Edit{Actions: []ItemEdit{{N: 1, Issue: "https://elsewhere.example.com/browse/PAY-7"}}})
	equal(t, "address", s.Item(1).Issue, "https://elsewhere.example.com/browse/PAY-7")
	if s.Ticket(1) != nil || len(s.tasks()) > 0 {
		t.Errorf("it is followed: %+v, %v", s.Ticket(1), s.tasks())
	}
}

func TestAWaiverEndsRemindersAndNotWhatIsOnItsWayToATracker(t *testing.T) {
	t.Parallel()
	s := tracked(t)
	s.must(Action{Do: CreateIssues, By: "amir"})
	s.must(Action{Do: Assign, By: "amir", Owner: "amir"})
	s.must(Action{Do: Waive, By: "amir", Note: "a drill"})
	equal(t, "tasks", s.tasks(), []string{issue.Create})
	s.answer(map[string]issue.Facts{issue.NewKey: {Key: "PAY-1", URL: "https://jira.example.com/browse/PAY-1"}})
	equal(t, "the issue is known", s.Ticket(1).Key, "PAY-1")
}
