package demo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/slack/slacktest"
	"github.com/tocsin-oncall/tocsin/integrations/twilio/twiliotest"
)

// Members of the Slack workspace.
const (
	ethan  = "U01ETHAN"
	amir   = "U02AMIR"
	darren = "U03DARREN"
	jason  = "U04JASON"
)

// typed is a command that somebody gave, and its answer.
type typed struct {
	At           time.Time
	Line, Output string
	Slack        string // the member, of a slash command
}

// tocsin is a command line as people type it; what it prints is returned. It must go well.
func (s *stage) tocsin(line string) string {
	s.Helper()
	out, err := s.run(line)
	if err != nil {
		s.Fatalf("%s at %s: %v\n%s", line, s.now().Format("Jan 2 15:04"), err, out)
	}
	return out
}

// no is a command whose answer is no.
func (s *stage) no(line string) string {
	s.Helper()
	out, err := s.run(line)
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		s.Fatalf("%s is not refused: %v\n%s", line, err, out)
	}
	return out
}

func (s *stage) run(line string) (string, error) {
	s.Helper()
	words, err := split(line)
	s.must(err)
	if words[0] != "tocsin" {
		s.Fatalf("%s is not a command of Tocsin", line)
	}
	cmd := exec.Command(binary, words[1:]...)
	cmd.Dir = s.dir
	cmd.Env = []string{"TOCSIN_URL=" + s.web.URL, "TOCSIN_API_KEY=" + secrets["TOCSIN_API_KEY"], "TZ=UTC", "HOME=" + s.dir, "PATH=/usr/bin:/bin"}
	out, err := cmd.CombinedOutput()
	s.typed = append(s.typed, typed{At: s.now(), Line: line, Output: string(out)})
	s.settle()
	return string(out), err
}

var word = regexp.MustCompile(`"[^"]*"|[^ "]+`)

// split makes words of a line as a shell does, as far as is needed here: "double quotes" keep a word together.
func split(line string) ([]string, error) {
	if strings.Count(line, `"`)%2 != 0 {
		return nil, fmt.Errorf("%s: a quote is not closed", line)
	}
	var words []string
	for _, w := range word.FindAllString(line, -1) {
		words = append(words, strings.Trim(w, `"`))
	}
	return words, nil
}

// slash is a command in Slack, in the channel of the incident.
func (s *stage) slash(member, text string) string {
	s.Helper()
	a := s.slack.CommandIn(s, s.channel().ID, text, member, s.web.URL+"/slack/commands")
	var said struct{ Text string }
	if err := json.Unmarshal([]byte(a.Body), &said); err != nil || a.Status != http.StatusOK {
		s.Fatalf("/tocsin %s is answered %d %s", text, a.Status, a.Body)
	}
	s.typed = append(s.typed, typed{At: s.now(), Line: "/tocsin " + text, Output: said.Text, Slack: member})
	s.settle()
	return said.Text
}

// channel is that of the incident in Slack.
func (s *stage) channel() slacktest.Channel {
	s.Helper()
	all := s.slack.Channels()
	if len(all) != 1 {
		s.Fatalf("there are %d channels in Slack, want that of the incident", len(all))
	}
	return all[0]
}

// says is what a person writes into the channel.
func (s *stage) says(member, text string) slacktest.Said {
	s.Helper()
	m := slacktest.Said{Channel: s.channel().ID, TS: fmt.Sprintf("%d.9%05d", s.now().Unix(), len(s.said)), User: member, Text: text}
	s.said = append(s.said, m)
	return m
}

// addToTimeline is the message shortcut.
func (s *stage) addToTimeline(m slacktest.Said, member string) {
	s.Helper()
	before := len(s.slack.Replies())
	s.slack.Shortcut(s, "tocsin_add_to_timeline", m, member, s.web.URL+"/slack/interactions")
	s.replied(before)
}

// click presses a button of the latest message to a member that shows a text.
func (s *stage) click(member, shows, action string) {
	s.Helper()
	all := s.slack.Messages()
	for i := len(all) - 1; i >= 0; i-- {
		if m := all[i]; m.Asked == member && m.Contains(shows) && m.Button(action) != nil {
			before := len(s.slack.Replies())
			s.slack.Click(s, m, action, member, s.web.URL+"/slack/interactions")
			s.replied(before)
			return
		}
	}
	s.Fatalf("%s has no message about %q with a button %s", member, shows, action)
}

// replied waits until one more reply has come, which is sent after Slack was answered.
func (s *stage) replied(before int) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	n := 0
	_, err := s.slack.WaitReply(ctx, func(slacktest.Reply) bool { n++; return n > before })
	s.must(err)
	s.settle()
}

var link = regexp.MustCompile(regexp.QuoteMeta(publicURL) + `/a/[A-Za-z0-9_-]+`)

// follow opens a link of a message, and returns the page.
func (s *stage) follow(text string) (address, page string) {
	s.Helper()
	if address = link.FindString(text); address == "" {
		s.Fatalf("there is no link in %q", text)
	}
	return address, string(s.get(address))
}

// press sends the form of a page whose button does something.
func (s *stage) press(address, page, do string) string {
	s.Helper()
	token := regexp.MustCompile(`name="token" value="([^"]+)"><button[^>]* name="do" value="` + do + `"`).FindStringSubmatch(page)
	if token == nil {
		s.Fatalf("the page has no button that does %s:\n%s", do, page)
	}
	resp, err := http.PostForm(address, url.Values{"token": {token[1]}, "do": {do}})
	s.must(err)
	after := s.read(resp)
	s.settle()
	return string(after)
}

func (s *stage) get(address string) []byte {
	s.Helper()
	resp, err := http.Get(address)
	s.must(err)
	return s.read(resp)
}

func (s *stage) read(resp *http.Response) []byte {
	s.Helper()
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	s.must(err)
	if resp.StatusCode/100 != 2 {
		s.Fatalf("%s %s: %s\n%s", resp.Request.Method, resp.Request.URL.Path, resp.Status, body)
	}
	return body
}

// rest is a GET of the REST API.
func (s *stage) rest(path string) []byte {
	s.Helper()
	r, err := http.NewRequest(http.MethodGet, s.web.URL+"/api/v1"+path, nil)
	s.must(err)
	r.Header.Set("Authorization", "Bearer "+secrets["TOCSIN_API_KEY"])
	resp, err := http.DefaultClient.Do(r)
	s.must(err)
	return s.read(resp)
}

// sends is what a system posts.
func (s *stage) sends(path string, header map[string]string, body []byte) {
	s.Helper()
	r, err := http.NewRequest(http.MethodPost, publicURL+path, bytes.NewReader(body))
	s.must(err)
	r.Header.Set("Content-Type", "application/json")
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(r)
	s.must(err)
	s.read(resp)
	s.settle()
}

// github is a webhook of GitHub, signed.
func (s *stage) github(event string, body []byte) {
	s.Helper()
	mac := hmac.New(sha256.New, []byte(secrets["GITHUB_WEBHOOK_SECRET"]))
	mac.Write(body)
	s.sends("/in/github", map[string]string{"X-GitHub-Event": event, "X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil))}, body)
}

// spoken is what somebody heard on the phone.
type spoken struct {
	At       time.Time
	To, Text string
}

// unanswered lets a call go to voicemail.
func (s *stage) unanswered(call twiliotest.Sent) {
	s.Helper()
	text, err := s.phones.Voicemail(context.Background(), call)
	s.must(err)
	s.calls = append(s.calls, spoken{s.now(), call.To(), text})
	s.settle()
}
