package incident

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// chatty is a directory whose incidents get channels.
func chatty(change ...func(*directory.Chat)) *directory.Directory {
	dir := org(nil)
	for _, name := range []string{"ethan", "amir"} {
		dir.Users[name] = directory.User{Name: name, Slack: "U-" + name}
	}
	dir.Incident.Chat = &directory.Chat{Invite: true, Name: func(f directory.IncidentFacts) (string, error) {
		return fmt.Sprintf("inc-%d-%s", f.Number, f.Title), nil
	}}
	for _, c := range change {
		c(dir.Incident.Chat)
	}
	return dir
}

// task is the one under way, as "post after=1 up_to=3"; "" when there is none.
func (s *story) task() string {
	p := s.Out.Page(s.Chat.Task)
	if p == nil {
		return ""
	}
	text := p.Task.Do
	for _, name := range []string{"name", "private", "channel", "ts", "member", "after", "up_to"} {
		if v, ok := p.Task.Args[name]; ok {
			text += " " + name + "=" + v
		}
	}
	return text
}

// slack does the task under way; result is what it gives, in pairs.
func (s *story) slack(minute int, result ...string) {
	s.t.Helper()
	o := page.Outcome{Result: map[string]string{}}
	for i := 0; i < len(result); i += 2 {
		o.Result[result[i]] = result[i+1]
	}
	s.settles(minute, o)
}

func (s *story) settles(minute int, o page.Outcome) {
	s.t.Helper()
	p := s.Out.Page(s.Chat.Task)
	if p == nil {
		s.t.Fatalf("minute %d: nothing is to be done in Slack", minute)
	}
	p.Claim("r1", at(minute))
	o.N, o.Fence = p.N, p.Attempts
	s.Settled(o, Env{Now: at(minute), Dir: s.dir})
	s.Settled(o, Env{Now: at(minute), Dir: s.dir}) // the store could not say whether it was committed
}

// drain does whatever is to be done in Slack.
func (s *story) drain(minute int) (did []string) {
	s.t.Helper()
	for s.Chat.Task != 0 {
		did = append(did, strings.Fields(s.task())[0])
		switch {
		case len(did) > 20:
			s.t.Fatalf("minute %d: there is no end to it: %v", minute, did)
		case did[len(did)-1] == string(ChatCreate):
			s.slack(minute, ResultChannel, "C7", ResultName, "inc-7", ResultURL, "https://example.slack.com/archives/C7")
		case did[len(did)-1] == string(ChatSummary):
			s.slack(minute, ResultTS, "1.1")
		default:
			s.slack(minute)
		}
	}
	return did
}

func TestAnIncidentGetsItsChannelStepByStep(t *testing.T) {
	t.Parallel()
	s := begin(t, chatty(), Opening{Title: "Payments fail: APAC", By: "ethan"})
	equal(t, "first", s.task(), "create name=inc-7-payments-fail-apac private=false")
	equal(t, "status", s.Chat.Status, ChatMaking)
	s.must(1, Action{Do: Note, By: "ethan", Note: "rollback started"})
	equal(t, "one at a time", s.task(), "create name=inc-7-payments-fail-apac private=false")
	s.slack(2, ResultChannel, "C7", ResultName, "inc-7-payments-fail-apac", ResultURL, "https://example.slack.com/archives/C7")
	equal(t, "said", s.says("chat"), "its channel in Slack is #inc-7-payments-fail-apac")
	equal(t, "then", s.task(), "summary channel=C7")
	s.slack(2, ResultTS, "1.1")
	equal(t, "then", s.task(), "invite channel=C7 member=U-ethan")
	s.slack(2)
	equal(t, "then", s.task(), "post channel=C7 after=0 up_to=3")
	s.slack(2)
	equal(t, "then", s.task(), "")
	equal(t, "found by", s.Keys()[1], "slack/C7")

	s.must(5, Action{Do: SetRole, Role: Commander, User: "amir", By: "amir"})
	equal(t, "who joins is invited", s.task(), "invite channel=C7 member=U-amir")
	s.slack(5, ResultMissed, "user_not_found")
	equal(t, "who cannot be is noted", s.says("chat"), "amir could not be invited to #inc-7-payments-fail-apac: user_not_found")
	equal(t, "what follows", s.drain(6), []string{"post", "summary"})
	equal(t, "amir is not invited again", s.Chat.Missed, []string{"amir"})
	equal(t, "its update", s.Chat.Summary, "1.1")
	s.must(7, Action{Do: OpenChannel, By: "ethan"})
	equal(t, "until somebody wants it", s.task(), "invite channel=C7 member=U-amir")
}

func TestWhatComesWhileSlackIsAwayIsToldTogetherAndInOrder(t *testing.T) {
	t.Parallel()
	s := begin(t, chatty(), Opening{Title: "Payments fail", By: "darren"})
	s.drain(1)
	s.must(2, Action{Do: Note, By: "amir", Note: "looking"})
	equal(t, "news", s.task(), "post channel=C7 after=2 up_to=3")
	s.settles(2, page.Outcome{Error: "slack chat.postMessage: HTTP 503"})
	s.must(60, Action{Do: Note, By: "amir", Note: "still looking"})
	for i := range 50 {
		s.must(61, joined(i+1, "P2"))
	}
	s.must(62, Action{Do: Mitigate, By: "amir"})
	equal(t, "what was tried stays as it is", s.task(), "post channel=C7 after=2 up_to=3")
	s.slack(90)
	p := s.Out.Page(s.Chat.Task)
	equal(t, "then the rest at once", p.Task.Args["after"], "3")
	var told []string
	for _, e := range s.News(3, s.Noted) {
		told = append(told, e.Kind+" "+e.Text)
	}
	equal(t, "told", told, []string{"note still looking", "joined 50 alerts joined, the first of them alert #1 (P2): checkout errors",
		"priority raised from P3 to P2 by alert #1", "mitigated mitigated"})
	equal(t, "paced", p.DueAt, at(90).Add(2*time.Second))
}

func TestTheChannelIsToldHowItEndedAndArchivedLater(t *testing.T) {
	t.Parallel()
	s := begin(t, chatty(func(c *directory.Chat) { c.ArchiveAfter = time.Hour }), Opening{Title: "Payments fail"})
	s.drain(1)
	s.must(10, Action{Do: Close, By: "amir"})
	equal(t, "at the close", s.drain(10), []string{"post", "summary", "closing"})
	equal(t, "archived", s.Chat.ArchiveAt, at(70))
	s.must(69, Woken{})
	equal(t, "not yet", s.task(), "")
	s.must(70, Woken{})
	equal(t, "now", s.drain(70), []string{"archive"})
	equal(t, "status", s.Chat.Status, ChatArchived)
	s.must(71, Action{Do: Note, By: "amir", Note: "a late remark"})
	equal(t, "nothing is said in an archived channel", s.task(), "")

	// Opened again, it goes on in the same channel, or in another one where Slack does not give that back.
	s.must(80, Action{Do: Reopen, By: "amir"})
	equal(t, "again", s.task(), "revive name=inc-7-payments-fail private=false channel=C7")
	s.slack(80, ResultChannel, "C8", ResultName, "inc-7-payments-fail-2")
	equal(t, "another one", s.says("chat"), "its channel in Slack is #inc-7-payments-fail-2")
	equal(t, "with a summary of its own", s.task(), "summary channel=C8")
	s.drain(80)
	s.must(90, Action{Do: Close, By: "amir"})
	equal(t, "closed again", s.drain(90), []string{"post", "summary", "closing"})
	s.must(95, Action{Do: Reopen, By: "amir"})
	s.must(200, Woken{})
	equal(t, "not archived while it is open", s.Chat.Status, ChatOpen)
}

func TestAChannelThatSomebodyArchivedIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := begin(t, chatty(), Opening{Title: "Payments fail"})
	s.drain(1)
	s.must(2, Action{Do: Note, By: "amir", Note: "looking"})
	s.slack(2, ResultGone, "it was archived in Slack")
	equal(t, "said", s.says("chat"), "#inc-7 is left alone: it was archived in Slack")
	s.must(3, Action{Do: Note, By: "amir", Note: "found it"})
	equal(t, "nothing more", s.task(), "")
	equal(t, "status", s.Chat.Status, ChatGone)
	s.must(4, Action{Do: OpenChannel, By: "amir"})
	equal(t, "another one is made when somebody wants it", s.task(), "create name=inc-7-payments-fail private=false")
}

func TestWhatSlackRefusesForGoodEndsTheChannelAndNotTheIncident(t *testing.T) {
	t.Parallel()
	s := begin(t, chatty(), Opening{Title: "Payments fail"})
	s.settles(1, page.Outcome{Permanent: true, Error: "slack conversations.create: missing_scope channels:manage"})
	equal(t, "status", s.Chat.Status, ChatFailed)
	equal(t, "said", s.says("chat"), "it has no channel in Slack: slack conversations.create: missing_scope channels:manage")
	s.must(2, Action{Do: Note, By: "amir", Note: "looking"})
	equal(t, "no endless tries", s.task(), "")
	s.must(3, Action{Do: OpenChannel, By: "amir"})
	equal(t, "the scope was added", s.task(), "create name=inc-7-payments-fail private=false")
	s.drain(4)
	equal(t, "status", s.Chat.Status, ChatOpen)
}

func TestTheConfigurationSaysWhichIncidentsGetAChannel(t *testing.T) {
	t.Parallel()
	severe := func(f directory.IncidentFacts) (bool, error) { return f.Priority <= "P2", nil }
	s := begin(t, chatty(func(c *directory.Chat) { c.When = severe }), Opening{Title: "Payments fail", Priority: "P3"})
	equal(t, "a P3", s.task(), "")
	s.must(1, Action{Do: SetPriority, Priority: "P1", By: "amir"})
	equal(t, "a P1", s.task(), "create name=inc-7-payments-fail private=false")

	s.dir.Incident.Chat = nil // a reload
	s.must(2, Woken{})
	equal(t, "nothing is kept that is not configured any more", []any{s.task(), s.Chat.Status}, []any{"", ChatNone})
	equal(t, "asked for", s.refused(3, Action{Do: OpenChannel, By: "amir"}), "There are no channels for incidents: incident.slack is not configured.")

	broken := func(directory.IncidentFacts) (bool, error) { return false, errors.New("broken") }
	s = begin(t, chatty(func(c *directory.Chat) { c.When = broken }), Opening{Title: "Payments fail"})
	equal(t, "one too many does no harm", s.Chat.Status, ChatMaking)
}

func TestWhatIsNoNameBecomesOne(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"INC 7: Payments fail!": "inc-7-payments-fail", "__x__": "__x__", "Ärger / Straße": "rger-stra-e", "!!!": "", "  a--b  ": "a-b",
		strings.Repeat("x", 100): strings.Repeat("x", 76), strings.Repeat("x", 75) + " y": strings.Repeat("x", 75),
	} {
		equal(t, text, ChannelName(text), want)
	}
	s := begin(t, chatty(func(c *directory.Chat) { c.Name = func(directory.IncidentFacts) (string, error) { return "!!!", nil } }), Opening{Title: "x"})
	equal(t, "no name", s.task(), "create name=inc-7 private=false")
}

func TestAMessageIsInTheTimelineOnceAndWhereItBelongs(t *testing.T) {
	t.Parallel()
	s := begin(t, chatty(), Opening{Title: "Payments fail"})
	s.drain(1)
	s.must(5, Action{Do: Note, By: "amir", Note: "rollback started"})
	s.drain(5)
	said := Message{At: at(3), By: "darren", Text: "100 % of payments fail", Link: "https://example.slack.com/archives/C7/p1", Ref: MessageRef("C7", "1.2"), LoggedBy: "amir", Via: "slack"}
	s.must(9, said)
	equal(t, "again", s.refused(10, said), "This message is in the timeline of INC-7 already.")
	equal(t, "it is not told where it was said", s.task(), "")
	last := s.Timeline[len(s.Timeline)-1]
	equal(t, "kept", last, Entry{N: s.Noted, At: at(3), Kind: "message", By: "darren", Via: "slack", Text: said.Text,
		LoggedAt: at(9), LoggedBy: "amir", Link: said.Link, Ref: said.Ref})
	course := s.Course()
	equal(t, "order", []string{course[len(course)-2].Text, course[len(course)-1].Text}, []string{said.Text, "rollback started"})

	elsewhere := said
	elsewhere.Ref = MessageRef("C1", "1.2")
	s.must(11, elsewhere)
	equal(t, "what was said elsewhere is told", strings.Fields(s.task())[0], "post")
	equal(t, "to come", s.refused(12, Action{Do: Note, Note: "x", At: at(13)}), "The note would be of 2026-03-09T09:13:00Z, which is still to come.")
	s.must(12, Action{Do: Note, By: "amir", Note: "the first complaint", At: at(-10)})
	equal(t, "a note of what was before", s.Course()[0].Text, "the first complaint")
}

func TestTheConferenceIsGivenAtTheOpeningAndMayBeChanged(t *testing.T) {
	t.Parallel()
	dir := org(nil)
	dir.Incident.Conference = func(f directory.IncidentFacts) (string, error) { return "https://meet.example.com/" + f.Name, nil }
	s := begin(t, dir, Opening{Title: "Payments fail"})
	equal(t, "at the opening", s.Conference, "https://meet.example.com/INC-7")
	set := func(to string) Action { return Action{Do: Update, By: "amir", Edit: Edit{Conference: &to}} }
	equal(t, "no link", s.refused(1, set("call me")), `"call me" is not a link: write an absolute http or https URL of 2000 bytes at most.`)
	s.must(1, set("https://meet.example.com/other"))
	equal(t, "by hand", s.Conference, "https://meet.example.com/other")
	s.must(2, set(""))
	equal(t, "said", s.says("updated"), "no conference any more")

	dir.Incident.Conference = func(directory.IncidentFacts) (string, error) { return "", errors.New("broken") }
	s = begin(t, dir, Opening{Title: "Payments fail"})
	equal(t, "none", s.says("conference"), "there is no conference link: incident.conference gives none: broken")
}
