package slack_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

func TestANameThatIsTakenFiftyTimesStillGivesAChannel(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.MakeChannel("inc-payments")
	for n := 2; n <= 50; n++ {
		r.MakeChannel(fmt.Sprintf("inc-payments-%d", n))
	}
	got := r.do(incident.ChatCreate, "name", "inc-payments")
	if !strings.HasPrefix(got["name"], "inc-payments-") || r.Asked("conversations.create") > 6 {
		t.Errorf("it is %v after %d calls", got, r.Asked("conversations.create"))
	}
	again, err := r.try(true, incident.ChatCreate, "name", "inc-payments")
	if err != nil || again["channel"] != got["channel"] {
		t.Errorf("the second attempt finds %v, %v", again, err)
	}
}

func TestAChannelThatIsJustBeingMadeForAnotherIncidentIsNotTaken(t *testing.T) {
	t.Parallel()
	r := open(t)
	first := r.do(incident.ChatCreate, "name", "inc-payments")["channel"]
	r.Change(first, func(c *slacktest.Channel) { c.Purpose = "" }) // as it is before its purpose is written
	r.now = r.now.Add(page.Lease)
	if got := r.do(incident.ChatCreate, "name", "inc-payments"); got["name"] != "inc-payments-2" {
		t.Errorf("it is given %v", got)
	}
}

func TestAChannelWhosePurposeCannotBeWrittenIsStillOfUse(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.Deny("conversations.setPurpose", "restricted_action")
	got, err := r.try(false, incident.ChatCreate, "name", "inc-7")
	if err != nil || got["channel"] == "" || !strings.Contains(got["warning"], "restricted_action; the workspace forbids it to the bot") {
		t.Errorf("made: %v, %v", got, err)
	}
}

func TestNewsOfAnyLengthFitWhatSlackTakes(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"letters": strings.Repeat("x", 9000), "escapes": strings.Repeat("<&>", 3000), "wide": strings.Repeat("語", 3000), "emoji": strings.Repeat("🔥", 2000)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			channel := r.make()
			for n := 1; n <= 30; n++ {
				r.inc.Timeline = append(r.inc.Timeline, incident.Entry{N: n, At: three, Kind: "note", By: "amir", Text: fmt.Sprint(n, " ", text)})
			}
			r.do(incident.ChatPost, "channel", channel, "after", "0", "up_to", "30")
			if m := r.Messages()[0]; !m.Contains(": 30 ") || !m.Contains(" more before_") || m.Contains(": 1 ") {
				t.Errorf("told %v", m.Blocks)
			}
		})
	}
}

func TestALinkThatIsTooLongIsLeftOutAndNotTheNews(t *testing.T) {
	t.Parallel()
	r := open(t)
	channel := r.make()
	r.inc.Timeline = []incident.Entry{{N: 1, At: three, Kind: "message", Text: strings.Repeat("x", 1000), Link: "https://example.com/?" + strings.Repeat("&", 1900)}}
	r.do(incident.ChatPost, "channel", channel, "after", "0", "up_to", "1")
	r.inc.Links = []incident.Link{{Text: "far", Href: r.inc.Timeline[0].Link}, {Text: "near", Href: "https://example.com/near"}}
	r.inc.Conference = "https://meet.example.com/" + strings.Repeat("x", 1900)
	r.do(incident.ChatSummary, "channel", channel)
	if m := r.Messages()[1]; !m.Contains("|near>") || m.Contains("|far>") {
		t.Errorf("the summary is %v", m.Blocks)
	}
	r.do(incident.ChatCreate, "name", "inc-7-again")
	if c := r.Channels()[1]; c.Topic != "INC-7 SEV1: Payments <!channel> fail" {
		t.Errorf("the topic is %q", c.Topic)
	}
}

func TestRolesOfAnyLanguageAreReadAndPingNobody(t *testing.T) {
	t.Parallel()
	r := open(t)
	channel := r.make()
	r.inc.Roles = map[string]string{"übersetzer": "amir", "<!channel>": "ethan"}
	r.do(incident.ChatSummary, "channel", channel)
	m := r.Messages()[0]
	if !m.Contains("*Übersetzer*\namir") || m.Contains("<!channel>*") {
		t.Errorf("the summary is %v", m.Blocks)
	}
}

func TestWhatAHostileAnswerHoldsIsNeitherReadWholeNorRepeated(t *testing.T) {
	t.Parallel()
	const secret = "xoxb-very-secret"
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	t.Cleanup(other.Close)
	for name, answer := range map[string]http.HandlerFunc{
		"endless": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"ok":false,"error":"`)
			for r.Context().Err() == nil {
				if _, err := fmt.Fprint(w, strings.Repeat("x", 1<<16)); err != nil {
					return
				}
			}
		},
		"page": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>token "+secret+"</html>") },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		},
		"code": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"ok":false,"error":"<b>`+strings.Repeat("y", 5000)+`"}`)
		},
		"nothing": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true}`) },
	} {
		server := httptest.NewServer(answer)
		sender, err := slack.New(slack.Options{Token: secret, BaseURL: server.URL, Timeout: 20 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		inc := &incident.State{ID: incidentID, Number: 7, Title: "x", OpenedAt: three}
		for _, do := range []incident.ChatTask{incident.ChatCreate, incident.ChatPost, incident.ChatArchive} {
			_, err = sender.Send(t.Context(), deliver.Message{Key: incidentID + "/1", Kind: page.Work, Via: "slack", Incident: inc,
				Task: &page.Task{Do: string(do), Args: map[string]string{"channel": "C7", "name": "inc-7"}}})
			if err != nil && (strings.Contains(err.Error(), secret) || utf8.RuneCountInString(err.Error()) > 300) {
				t.Errorf("%s, %s: %v", name, do, err)
			}
			if err == nil && name != "nothing" {
				t.Errorf("%s, %s counts as done", name, do)
			}
			var retry *deliver.Retry
			if name == "endless" && !errors.As(err, &retry) {
				t.Errorf("%s, %s: %v", name, do, err)
			}
		}
		server.Close()
	}
	if elsewhere > 0 {
		t.Error("a redirect was followed, with the token")
	}
}
