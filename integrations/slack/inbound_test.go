package slack_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
)

// engine records what it is asked to do, and answers as it is told.
type engine struct {
	mu    sync.Mutex
	asked []string
	err   error
	open  []*alert.State
	shift []slack.Shift

	incidents []*incident.State // the first has the channel C7
	messages  []incident.Message
}

func (e *engine) Act(ctx context.Context, ref string, a alert.Action) (*alert.State, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	line := fmt.Sprintf("%s %s by %s via %s", a.Do, ref, a.By, a.Via)
	if !a.Until.IsZero() {
		line += " until " + a.Until.Format("15:04")
	}
	if until, ok := ctx.Deadline(); !ok || time.Until(until) > 3*time.Second {
		line += " without hurry"
	}
	e.asked = append(e.asked, line)
	if e.err != nil {
		return nil, e.err
	}
	return checkout(), nil
}

func (e *engine) Open(context.Context, int) ([]*alert.State, error) { return e.open, e.err }
func (e *engine) OnCall(context.Context) ([]slack.Shift, error)     { return e.shift, e.err }

func (e *engine) did() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]string(nil), e.asked...)
}

// workspace is a Slack, and a Tocsin at url that takes its requests.
type workspace struct {
	*slacktest.Server
	engine *engine
	in     *slack.Interactions
	url    string
	log    *bytes.Buffer
}

func people() *directory.Directory {
	return &directory.Directory{Zone: time.UTC, Users: map[string]directory.User{
		"ethan": {Name: "ethan", Slack: "U01ETHAN"}, "amir": {Name: "amir", Slack: "U02"}, "darren": {Name: "darren"},
		"jason": {Name: "jason", Slack: "UBOTH"}, "jason2": {Name: "jason2", Slack: "UBOTH"},
	}}
}

func connect(t *testing.T, change ...func(*slack.InboundOptions)) *workspace {
	t.Helper()
	w := &workspace{Server: slacktest.Start(t), engine: &engine{}, log: new(bytes.Buffer)}
	w.SetClock(func() time.Time { return three })
	o := slack.InboundOptions{
		SigningSecrets: []string{"the-next-signing-secret", w.SigningSecret}, Acts: w.engine, Directory: people,
		Now: func() time.Time { return three }, Log: slog.New(slog.NewTextHandler(w.log, nil)), BaseURL: w.URL(),
	}
	for _, c := range change {
		c(&o)
	}
	var err error
	if w.in, err = slack.NewInteractions(o); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/slack/interactions", w.in.Buttons)
	mux.HandleFunc("/slack/commands", w.in.Command)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// posted sends an alert to the channel and returns the message.
func (w *workspace) posted(t *testing.T, status alert.Status) slacktest.Message {
	t.Helper()
	m := toSRE()
	m.Alert.Status = status
	send(t, sender(t, w.Server), m)
	all := w.Messages()
	return all[len(all)-1]
}

// click presses a button and returns what the person is told.
func (w *workspace) click(t *testing.T, status alert.Status, action, member string) string {
	t.Helper()
	before := len(w.Replies())
	if a := w.Click(t, w.posted(t, status), action, member, w.url+"/slack/interactions"); a.Status != http.StatusOK || a.Body != "" {
		t.Fatalf("answered %+v, want an empty 200", a)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := w.WaitReply(ctx, func(slacktest.Reply) bool { return len(w.Replies()) > before })
	if err != nil {
		t.Fatal(err)
	}
	r = w.Replies()[before]
	if r.User != member || r.Type != "ephemeral" {
		t.Errorf("told %+v, want it said to %s alone", r, member)
	}
	return r.Text
}

func TestAButtonActsAsThePersonWhoPressedIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status         alert.Status
		button, want   string
		confirmedStart string
	}{
		{alert.Open, slack.ActionAck, "ack " + id + " by ethan via slack", "You have acknowledged [P1] #1042"},
		{alert.Open, slack.ActionEscalate, "escalate " + id + " by ethan via slack", "You have escalated"},
		{alert.Open, slack.ActionSnooze, "snooze " + id + " by ethan via slack until 04:00", "You have snoozed"},
		{alert.Acked, slack.ActionClose, "close " + id + " by ethan via slack", "You have closed"},
	} {
		t.Run(tt.button, func(t *testing.T) {
			t.Parallel()
			w := connect(t)
			told := w.click(t, tt.status, tt.button, "U01ETHAN")
			if diff := cmp.Diff([]string{tt.want}, w.engine.did()); diff != "" {
				t.Error(diff)
			}
			if !strings.HasPrefix(told, tt.confirmedStart) || strings.Contains(told, "<!channel>") {
				t.Errorf("told %q", told)
			}
		})
	}
}

func TestSomebodyWhoIsNotLinkedChangesNothing(t *testing.T) {
	t.Parallel()
	w := connect(t)
	for _, member := range []string{"U99STRANGER", "UBOTH"} { // UBOTH is claimed by two users
		told := w.click(t, alert.Open, slack.ActionAck, member)
		if !strings.Contains(told, "Your Slack account "+member+" is not linked") {
			t.Errorf("told %q", told)
		}
	}
	for _, text := range []string{"ack 1042", "list", "oncall"} {
		if a := w.Command(t, text, "U99STRANGER", w.url+"/slack/commands"); !strings.Contains(a.Body, "is not linked") {
			t.Errorf("%s: answered %q", text, a.Body)
		}
	}
	if did := w.engine.did(); did != nil {
		t.Errorf("a stranger did %v", did)
	}
}

func TestSlackIsAnsweredBeforeThePersonIsTold(t *testing.T) {
	t.Parallel()
	w := connect(t)
	m := w.posted(t, alert.Open)
	release := w.Hold() // a response_url that does not answer
	defer release()
	if a := w.Click(t, m, slack.ActionAck, "U01ETHAN", w.url+"/slack/interactions"); a.Status != http.StatusOK {
		t.Fatalf("answered %+v", a)
	}
	if len(w.engine.did()) != 1 || len(w.Replies()) != 0 {
		t.Fatalf("by then did %v and said %v", w.engine.did(), w.Replies())
	}
	release()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := w.WaitReply(ctx, func(r slacktest.Reply) bool { return strings.HasPrefix(r.Text, "You have acknowledged") }); err != nil {
		t.Error(err)
	}
}

func TestALinkButtonIsNoAction(t *testing.T) {
	t.Parallel()
	w := connect(t)
	m := w.posted(t, alert.Open)
	if a := w.Click(t, m, slack.ActionRunbook, "U01ETHAN", w.url+"/slack/interactions"); a.Status != http.StatusOK {
		t.Errorf("answered %+v", a)
	}
	if did := w.engine.did(); did != nil || len(w.Replies()) != 0 {
		t.Errorf("opening a link did %v and said %v", did, w.Replies())
	}
}

func TestARefusalIsToldAndAFaultIsNot(t *testing.T) {
	t.Parallel()
	w := connect(t)
	w.engine.err = fmt.Errorf("act: %w", &alert.Refused{Reason: "amir has acknowledged it already"})
	if told := w.click(t, alert.Open, slack.ActionAck, "U01ETHAN"); told != "amir has acknowledged it already" {
		t.Errorf("told %q", told)
	}
	w.engine.err = errors.New("store unavailable: dial tcp 10.0.0.7:6379")
	if told := w.click(t, alert.Open, slack.ActionAck, "U01ETHAN"); !strings.Contains(told, "use the link") || strings.Contains(told, "10.0.0.7") {
		t.Errorf("told %q", told)
	}
	if a := w.Command(t, "list", "U01ETHAN", w.url+"/slack/commands"); !strings.Contains(a.Body, "could not be done now") {
		t.Errorf("list answered %q", a.Body)
	}
}

func TestCommandsOfPeople(t *testing.T) {
	t.Parallel()
	w := connect(t)
	w.engine.open = []*alert.State{checkout(), {Number: 7, Priority: "P4", Title: "<!here>", Status: alert.Acked, AckedBy: "amir"}}
	w.engine.shift = []slack.Shift{{Schedule: "it-west-primary", Users: []string{"ethan", "amir"}, Until: three}, {Schedule: "empty"}}
	for text, want := range map[string]string{
		"":             "`/tocsin ack 1042` acknowledges",
		"help":         "`/tocsin oncall` shows who is on call",
		"list":         "👀 [P4] #7 &lt;!here&gt;, amir has it",
		"oncall":       "*it-west-primary*: ethan, amir, until <!date^1773025200^",
		"OnCall ":      "*empty*: nobody",
		"ack 1042":     "You have acknowledged [P1] #1042",
		"ack #1042":    "You have acknowledged",
		"close " + id:  "You have closed",
		"ack":          "Name one alert by its number",
		"ack 1 2":      "Name one alert by its number",
		"ack <!here>":  "“&lt;!here&gt;” is not the number of an alert",
		"drop tables;": "There is no command “drop”",
	} {
		a := w.Command(t, text, "U01ETHAN", w.url+"/slack/commands")
		if got := decoded(t, a.Body); a.Status != http.StatusOK || !strings.Contains(got, want) {
			t.Errorf("/tocsin %s: %d %q, want %q", text, a.Status, got, want)
		}
	}
	for _, did := range w.engine.did() {
		if did != "ack 1042 by ethan via slack" && did != "close "+id+" by ethan via slack" {
			t.Errorf("did %q", did)
		}
	}
}

func TestWhatIsNotSignedBySlackDoesNothing(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(h http.Header, body string){
		"no signature":        func(h http.Header, _ string) { h.Del("X-Slack-Signature") },
		"no timestamp":        func(h http.Header, _ string) { h.Del("X-Slack-Request-Timestamp") },
		"another secret":      func(h http.Header, body string) { sign(h, "somebody-elses-secret", three, body) },
		"another body":        func(h http.Header, body string) { sign(h, "slack-signing-secret", three, body+"&x=1") },
		"another timestamp":   func(h http.Header, _ string) { h.Set("X-Slack-Request-Timestamp", "1773025201") },
		"six minutes old":     func(h http.Header, b string) { sign(h, "slack-signing-secret", three.Add(-6*time.Minute), b) },
		"six minutes early":   func(h http.Header, b string) { sign(h, "slack-signing-secret", three.Add(6*time.Minute), b) },
		"a timestamp of text": func(h http.Header, _ string) { h.Set("X-Slack-Request-Timestamp", "now") },
		"the end of time":     func(h http.Header, b string) { sign(h, "slack-signing-secret", time.Unix(1<<62, 0), b) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := connect(t)
			body := w.ClickBody(t, w.posted(t, alert.Open), slack.ActionAck, "U01ETHAN")
			r := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
			sign(r.Header, w.SigningSecret, three, body)
			forge(r.Header, body)
			rec := httptest.NewRecorder()
			w.in.Buttons(rec, r)
			if rec.Code != http.StatusUnauthorized || w.engine.did() != nil {
				t.Errorf("answered %d %q and did %v", rec.Code, rec.Body, w.engine.did())
			}
			if strings.Contains(w.log.String()+rec.Body.String(), w.SigningSecret) {
				t.Error("the secret was shown")
			}
		})
	}
}

func sign(h http.Header, secret string, at time.Time, body string) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", slacktest.Sign(secret, stamp, body))
}

func TestAReplayIsAnsweredWithoutActingAgain(t *testing.T) {
	t.Parallel()
	w := connect(t)
	body := w.ClickBody(t, w.posted(t, alert.Open), slack.ActionAck, "U01ETHAN")
	for range 3 {
		if a := w.Send(t, w.url+"/slack/interactions", body); a.Status != http.StatusOK {
			t.Errorf("answered %+v", a)
		}
	}
	if did := w.engine.did(); len(did) != 1 {
		t.Errorf("did %v", did)
	}
}

func TestSlacksOwnSignatureExampleIsAccepted(t *testing.T) {
	t.Parallel()
	const secret, body = "8f742231b10e8888abcd99yyyzzz85a5", "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	for age, want := range map[time.Duration]int{0: 200, 300 * time.Second: 200, -300 * time.Second: 200, 301 * time.Second: 401} {
		w := connect(t, func(o *slack.InboundOptions) {
			o.SigningSecrets = []string{secret}
			o.Now = func() time.Time { return time.Unix(1531420618, 0).Add(age) }
		})
		r := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader(body))
		r.Header.Set("X-Slack-Request-Timestamp", "1531420618")
		r.Header.Set("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")
		rec := httptest.NewRecorder()
		w.in.Command(rec, r)
		if rec.Code != want {
			t.Errorf("%s later: answered %d %q, want %d", age, rec.Code, rec.Body, want)
		}
	}
}

func TestAnAnswerGoesOnlyToSlack(t *testing.T) {
	t.Parallel()
	var reached sync.Map
	inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached.Store(r.URL.Path, true) }))
	defer inside.Close()
	w := connect(t)
	w.posted(t, alert.Open)
	api := strings.TrimSuffix(w.URL(), "/api/")
	for _, to := range []string{
		inside.URL + "/metadata", "http://hooks.slack.com@" + strings.TrimPrefix(inside.URL, "http://") + "/user", "file:///etc/passwd", "", "://",
		strings.Replace(api, "http://", "http://user:pass@", 1) + "/response/U01ETHAN", strings.Replace(api, "http://", "https://", 1) + "/response/U01ETHAN",
	} {
		payload := fmt.Sprintf(`{"type":"block_actions","user":{"id":"U01ETHAN"},"response_url":%q,"actions":[{"action_id":"tocsin_ack","value":%q}]}`, to, id)
		body := "payload=" + strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B").Replace(payload)
		r := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
		sign(r.Header, w.SigningSecret, three, body)
		rec := httptest.NewRecorder()
		w.in.Buttons(rec, r)
		if rec.Code != http.StatusOK {
			t.Errorf("%s: answered %d %q", to, rec.Code, rec.Body)
		}
	}
	reached.Range(func(path, _ any) bool { t.Errorf("posted to %v", path); return true })
	if len(w.Replies()) != 0 || len(w.engine.did()) != 7 {
		t.Errorf("replies %v, did %d of 7", w.Replies(), len(w.engine.did()))
	}
	if strings.Contains(w.log.String(), "metadata") {
		t.Errorf("the log shows a response_url, which is a key to post:\n%s", w.log)
	}
}

func TestBadRequestsAreRefusedInWords(t *testing.T) {
	t.Parallel()
	w := connect(t)
	for name, tt := range map[string]struct {
		method, body string
		want         int
	}{
		"GET":             {http.MethodGet, "", http.StatusMethodNotAllowed},
		"2 MB":            {http.MethodPost, strings.Repeat("x", 2<<20), http.StatusRequestEntityTooLarge},
		"no payload":      {http.MethodPost, "a=b", http.StatusBadRequest},
		"not JSON":        {http.MethodPost, "payload=%7B", http.StatusBadRequest},
		"not a form":      {http.MethodPost, "payload=%zz", http.StatusBadRequest},
		"another kind":    {http.MethodPost, `payload={"type":"view_submission"}`, http.StatusOK},
		"no actions":      {http.MethodPost, `payload={"type":"block_actions"}`, http.StatusOK},
		"value is no id":  {http.MethodPost, `payload={"type":"block_actions","user":{"id":"U02"},"actions":[{"action_id":"tocsin_ack","value":"../x"}]}`, http.StatusOK},
		"another program": {http.MethodPost, `payload={"type":"block_actions","user":{"id":"U02"},"actions":[{"action_id":"deploy","value":"x"}]}`, http.StatusOK},
	} {
		r := httptest.NewRequest(tt.method, "/slack/interactions", strings.NewReader(tt.body))
		sign(r.Header, w.SigningSecret, three, tt.body)
		rec := httptest.NewRecorder()
		w.in.Buttons(rec, r)
		if rec.Code != tt.want || tt.want >= 400 && rec.Body.Len() == 0 {
			t.Errorf("%s: %d %q, want %d and why", name, rec.Code, rec.Body, tt.want)
		}
	}
	if did := w.engine.did(); did != nil {
		t.Errorf("did %v", did)
	}
}
