package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
	"github.com/tocsin-oncall/tocsin/integrations/email/smtptest"
	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// hushed are recognisable secrets, one for each place in the configuration that has one.
var hushed = map[string]string{
	"store password": "hush-store-4f6c1a", "signing key": "hush-signing-key-of-more-than-32-characters", "viewer's key": "hush-viewer-key-77aa",
	"sender's key": "hush-sender-key-1c9e", "second sender's key": "hush-second-key-8b21", "Slack token": "xoxb-hush-slack-token",
	"Slack signing secret": "hush-slack-signing", "SMTP password": "hush-smtp-password", "webhook URL": "hush-webhook-path",
	"webhook secret": "whsec_aHVzaC13ZWJob29rLXNlY3JldC0x", "shoutrrr URL": "hush-shoutrrr-token", "second Twilio token": "hush-secondary-token",
	"Twilio token": twiliotest.AuthToken, "Twilio account": twiliotest.AccountSID,
}

// betrayed names the secrets that a text shows.
func betrayed(text string) (names []string) {
	for name, secret := range hushed {
		if strings.Contains(text, secret) {
			names = append(names, name)
		}
	}
	return names
}

func secretive(slack *slacktest.Server, twilio *twiliotest.Fake, smtp *smtptest.Server, redis string) string {
	h := hushed
	return people + fmt.Sprintf(`
store: redis://:%s@%s
signing_key: %s
default_notify: {high: [{via: slack}, {via: sms}, {via: email}]}
channels:
  - {name: hook, type: webhook, url: "http://127.0.0.1:1/%s?token=%[4]s", secret: %[5]q}
  - {name: chat, type: shoutrrr, url: "generic://127.0.0.1:1/%[6]s?token=%[6]s"}
integrations:
  - {name: watched, type: json, key: [%[7]s, %[8]s], map: {dedup_key: body.id}}
providers:
  slack: {bot_token: %[9]s, signing_secret: %[10]s, base_url: %[11]q}
  twilio: {account_sid: %[12]s, auth_token: %[13]q, secondary_token: %[14]s, from: %[15]q, base_url: %[16]q}
  smtp: {host: 127.0.0.1, port: %[17]d, from: oncall@example.com, tls: none, username: oncall, password: %[18]s}
log: {level: debug}
`, h["store password"], redis, h["signing key"], h["webhook URL"], h["webhook secret"], h["shoutrrr URL"],
		h["sender's key"], h["second sender's key"], h["Slack token"], h["Slack signing secret"], slack.URL(),
		twiliotest.AccountSID, twiliotest.AuthToken, h["second Twilio token"], twiliotest.From, twilio.URL,
		smtp.Port(), h["SMTP password"]) + standard(`0s: "user:ethan", "channel:hook", "channel:chat"`, `1s: "user:amir"`)
}

func TestNoSecretIsEverShown(t *testing.T) {
	t.Parallel()
	slack, twilio := slacktest.Start(t), twiliotest.Start(t)
	slack.Token, slack.SigningSecret = hushed["Slack token"], hushed["Slack signing secret"]
	smtp := smtptest.Start(t, smtptest.Options{Username: "oncall", Password: hushed["SMTP password"]})
	redis := redistest.Start(t, "requirepass "+hushed["store password"])
	config := secretive(slack, twilio, smtp, redis.Addr)
	s := serve(t, config)
	twilio.SMSURL = s.URL + "/twilio/sms"
	shown := map[string]string{} // where → what

	first := as[receipts](t, s.Do(http.MethodPost, "/in/watched", hushed["sender's key"], "application/json", []byte(`{"id":"one"}`)), http.StatusAccepted)
	message := slackMessage(t, slack, "to ethan", func(m slacktest.Message) bool { return m.Asked == "U01ETHAN" })
	texted(t, twilio, ethansPhone, containing("one"))
	twilio.SetMode(twiliotest.Broken)
	slack.Refuse("U02AMIR", "internal_error")
	failing := s.untilAlert(first.Alerts[0].Number, "every way to have been tried", func(a alertView) bool {
		tried := 0
		for _, p := range a.Pages {
			if p.Attempts > 0 {
				tried++
			}
		}
		return tried >= 6
	})
	for _, p := range failing.Pages {
		shown["the error of a page by "+p.Channel] += p.Error
	}
	slack.Click(t, message, "tocsin_ack", "U01ETHAN", s.URL+"/slack/interactions")
	reply(t, twilio, ethansPhone, "ack 1")

	for name, path := range map[string]string{
		"the alerts": "/api/v1/alerts", "the configuration": "/api/v1/config", "users": "/api/v1/users",
		"metrics": "/metrics", "readiness": "/-/ready", "explain": "/api/v1/explain?integration=watched&title=x",
	} {
		shown[name] = s.get(path).Body
	}
	if len(shown["the configuration"]) < 500 {
		t.Errorf("/api/v1/config shows only %s", shown["the configuration"])
	}
	for name, a := range map[string]programtest.Answer{
		"a wrong key":         s.Do(http.MethodPost, "/in/watched", "x"+hushed["sender's key"], "application/json", []byte(`{}`)),
		"a key in the query":  s.Do(http.MethodPost, "/in/watched?key="+hushed["sender's key"], "", "application/json", []byte(`{"bad`)),
		"a key in the path":   s.Do(http.MethodPost, "/in/"+hushed["sender's key"], "", "application/json", []byte(`{}`)),
		"an unknown API path": s.Do(http.MethodGet, "/api/v1/"+hushed["viewer's key"], hushed["viewer's key"], "", nil),
		"a forged call":       s.Do(http.MethodPost, "/twilio/sms", "", "application/x-www-form-urlencoded", []byte("From=x")),
		"a forged click":      s.Do(http.MethodPost, "/slack/interactions", "", "application/x-www-form-urlencoded", []byte("payload={}")),
	} {
		if a.Status/100 == 2 {
			t.Errorf("%s was answered %d", name, a.Status)
		}
		shown["the answer to "+name] = a.Body
	}

	// A file that went wrong right where the secrets are.
	for _, damaged := range []string{
		strings.Replace(config, "signing_secret: ", "signing_sceret: ", 1),
		strings.Replace(config, "signing_key: ", "signing_key:\n\t- ", 1),
		strings.Replace(config, "account_sid: ", "account_sid: [", 1),
		strings.Replace(config, "type: webhook, ", "type: webhok, ", 1),
		strings.Replace(config, "generic://", "nosuch://", 1),
		strings.Replace(config, "store: redis://", "store: reddis://", 1),
	} {
		s.Write(damaged)
		shown["the answer to a bad file"] += s.Do(http.MethodPost, "/-/reload", programtest.AdminKey, "", nil).Body
	}
	redis.Kill()
	shown["the answer without a store"] = s.Do(http.MethodPost, "/in/watched", hushed["sender's key"], "application/json", []byte(`{"id":"two"}`)).Body
	s.Signal(t, syscall.SIGTERM)
	s.Code(t)
	shown["the log"] = s.Log.String() + s.Out.String()
	s.Write(config)
	s.Begin() // the store is away
	if code := s.Code(t); code == 0 {
		t.Error("a start without a store ended with code 0")
	}
	shown["the log of a start without a store"] = s.Log.String() + s.Out.String()
	for where, text := range shown {
		if names := betrayed(text); len(names) > 0 {
			t.Errorf("%s shows %q: %s", where, names, programtest.Tail(text))
		}
	}
	if link := ackLink.FindString(shown["the log"]); link != "" {
		t.Errorf("the log has an ack link: %s", link)
	}
}
