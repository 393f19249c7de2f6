package demo

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/app"
	"github.com/tocsin-oncall/tocsin/integrations/email/smtptest"
	"github.com/tocsin-oncall/tocsin/integrations/github/githubtest"
	"github.com/tocsin-oncall/tocsin/integrations/jira/jiratest"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
	"github.com/tocsin-oncall/tocsin/integrations/statuspage/statuspagetest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// The names under which the server and Jira are known, and reached on the stage's network.
const (
	publicURL = "https://oncall.example.com"
	jiraURL   = "https://example.atlassian.net"
)

// secrets are the environment of the server.
var secrets = map[string]string{
	"TOCSIN_API_KEY": "an-api-key-of-the-demo", "DATADOG_KEY": "a-datadog-key-of-the-demo", "ALERTMANAGER_KEY": "an-alertmanager-key-of-the-demo",
	"GITHUB_WEBHOOK_SECRET": "a-github-secret-of-the-demo", "SLACK_BOT_TOKEN": "xoxb-test-token", "SLACK_SIGNING_SECRET": "slack-signing-secret",
	"TWILIO_ACCOUNT_SID": twiliotest.AccountSID, "TWILIO_AUTH_TOKEN": twiliotest.AuthToken, "SMTP_HOST": "127.0.0.1",
	"STATUSPAGE_KEY": statuspagetest.Key, "JIRA_API_TOKEN": jiratest.APIToken, "GITHUB_TOKEN": githubtest.Token,
}

// monday is the day on which it happens.
var monday = time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)

// stage is everything that the story happens on.
type stage struct {
	testing.TB
	dir    string // of the artefacts
	server *app.Paced
	web    *httptest.Server // the same for those who call it

	slack  *slacktest.Server
	mail   *smtptest.Server
	phones *twiliotest.Fake
	jira   *jiratest.Server
	repo   *githubtest.Server
	public *statuspagetest.Server

	options app.Options
	stores  []string     // where the state moves to as the story goes on
	console bytes.Buffer // of the server
	log     bytes.Buffer // of the server, warnings and worse

	typed []typed          // commands, in order
	said  []slacktest.Said // by people, in Slack
	calls []spoken         // what was heard on the phone
	story []chapter        // as the index tells it
}

// raise starts the server on a Monday morning.
func raise(t testing.TB, dir string) *stage {
	s := &stage{TB: t, dir: dir}
	s.slack, s.mail, s.phones = slacktest.Start(t), smtptest.Start(t, smtptest.Options{}), twiliotest.Start(t)
	s.jira, s.repo, s.public = jiratest.Start(t, s.now), githubtest.Start(t, s.now), statuspagetest.New(t, "transactions")
	s.slack.SetClock(s.now)
	s.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.server.Handler().ServeHTTP(w, r) }))
	t.Cleanup(s.web.Close)
	connect(t, map[string]string{publicURL: s.web.URL, jiraURL: s.jira.URL})
	s.options = app.Options{
		Paths: []string{filepath.Join("testdata", "tocsin.yaml"), s.standIns()}, Console: &s.console, Version: "demo",
		Env: func(name string) (string, bool) { v, ok := secrets[name]; return v, ok },
		Log: slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	var err error
	s.server, err = app.Pace(t.Context(), s.options, monday.Add(8*time.Hour))
	s.must(err)
	t.Cleanup(func() {
		if err := s.server.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("warnings of the server:\n%s", s.log.String())
		}
	})
	return s
}

// standIns is the rest of the configuration: where the fakes are that stand in for the providers.
func (s *stage) standIns() string {
	path := filepath.Join(s.TempDir(), "stand-ins.yaml")
	s.must(os.WriteFile(path, fmt.Appendf(nil, `providers:
  slack: {base_url: %q}
  twilio: {base_url: %q}
  statuspage: {base_url: %q}
  github: {base_url: %q}
  smtp: {port: %d, tls: none}
`, s.slack.URL(), s.phones.URL, s.public.URL, s.repo.URL, s.mail.Port()), 0o600))
	return path
}

func (s *stage) now() time.Time {
	if s.server == nil {
		return monday
	}
	return s.server.Now()
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// pass lets time pass until a moment: "13:32" of the same day, or "2026-03-10 09:00".
func (s *stage) pass(until string) {
	s.Helper()
	if !strings.Contains(until, " ") {
		until = s.now().Format(time.DateOnly) + " " + until
	}
	at, err := time.Parse("2006-01-02 15:04", until)
	s.must(err)
	if at.Before(s.now()) {
		s.Fatalf("it is %v already, later than %s", s.now(), until)
	}
	s.must(s.server.Pass(context.Background(), at.Sub(s.now())))
}

// settle lets everything be done that is due now.
func (s *stage) settle() {
	s.Helper()
	s.must(s.server.Pass(context.Background(), 0))
}
