package deliver

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/handoff"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

func pageOf(rec record.Record, n int) page.Page {
	for _, p := range rec.Paging() {
		if p.N == n {
			return p
		}
	}
	return page.Page{}
}

// compose writes the message of a page.
func compose(rec record.Record, p page.Page, setup *Setup, env directory.Env) Message {
	m := Message{Key: fmt.Sprintf("%s/%d", rec.Identity(), p.N), Kind: p.Kind, Via: p.Via, Text: p.Text, Task: p.Task, Address: p.Address, Again: p.Attempts > 1, Zone: env.Dir.Zone}
	address(&m, p.User, p.Channel, env)
	switch r := rec.(type) {
	case *alert.State:
		m.Alert = r
		about(&m, r, p.N, setup, env)
		for _, post := range r.Posts {
			if post.Via == p.Via && post.User == p.User && post.Channel == p.Channel {
				m.Thread = post.Ref
				break
			}
		}
	case *postmortem.State:
		m.Title = r.Subject(p, env)
		if invite, ok := r.Invitation(p, env); ok {
			m.Title, m.Invite = invite.Summary, &invite
		}
		if p.Task != nil {
			m.Link = setup.PublicURL + "/api/v1/postmortems/" + r.Name()
		}
		if p.Channel != "" {
			m.Title, m.Postmortem = fmt.Sprintf("%s %s: %s", r.Name(), strings.ReplaceAll(string(r.Stage()), "_", " "), r.Title), r
		}
		if letter, ok := r.RetrospectiveOf(p); ok {
			m.Title, m.Text, m.Markdown = letter.Subject, letter.Text, true
		}
	case *incident.State:
		m.Title, m.Incident = fmt.Sprintf("%s %s %s: %s", r.Name(), r.Severity(), r.Status, r.Title), r
		if u := r.UpdateN(p.Run); p.Kind == page.Update && u != nil {
			m.Title, m.Update = u.Title, u
		}
		if p.Task != nil {
			m.Link = setup.PublicURL + "/api/v1/incidents/" + r.Name()
		}
	case *handoff.State:
		n, _ := r.Notice(p.Round)
		m.Title, m.Text = r.Words(n, env)
	case *canary.State:
		m.Title = canary.Title
		link(&m, token.Token{Subject: string(r.ID), User: p.User, Page: p.N}, setup, env)
	case *contact.State:
		m.Title = contact.Title
		link(&m, token.Token{Subject: string(r.ID), User: p.User, Page: p.N}, setup, env)
	case *subscriber.State:
		m.Title = r.Title(p.N)
		if r.MayLeave() {
			link(&m, token.Token{Subject: string(r.ID), Page: p.N, Expires: env.Now.Add(subscriber.Keep)}, setup, env)
			m.Link, m.Unsubscribe = "", m.Link
		}
	case *override.Absence:
		m.Title = r.Title(p.Kind)
		if p.Kind == page.Request {
			link(&m, token.Token{Subject: string(r.ID), User: p.User, Page: p.N, Expires: r.To}, setup, env)
		}
	case *override.Swap:
		m.Title = r.Title(p.Kind)
		if p.Kind == page.Request {
			link(&m, token.Token{Subject: string(r.ID), User: p.User, Page: p.N, Expires: r.Expires()}, setup, env)
		}
	}
	return m
}

// composeEdit writes what a message sent before should look like now.
func composeEdit(a *alert.State, post alert.Post, setup *Setup, env directory.Env) Message {
	m := Message{Key: fmt.Sprintf("%s/edit/%s/%d", a.ID, post.Ref, a.Rev), Kind: page.Notice, Via: post.Via, Alert: a, Zone: env.Dir.Zone}
	address(&m, post.User, post.Channel, env)
	about(&m, a, 0, setup, env)
	return m
}

// composeBundle writes the one message for several claims of one person over one way.
func composeBundle(jobs []Job, name string, setup *Setup, env directory.Env) Message {
	first := pageOf(jobs[0].rec, jobs[0].page)
	if len(jobs) == 1 {
		return compose(jobs[0].rec, first, setup, env)
	}
	m := Message{Key: name, Kind: first.Kind, Via: first.Via, Zone: env.Dir.Zone}
	address(&m, first.User, "", env)
	if m.Kind == page.Reminder {
		m.Title, m.Text = reminders(jobs)
		return m
	}
	link(&m, token.Token{Subject: name, User: first.User}, setup, env)
	if m.Kind == page.Notice {
		m.Title, m.Text = news(jobs)
		return m
	}
	seen := map[*alert.State]bool{}
	for _, j := range jobs {
		if a := j.rec.(*alert.State); !seen[a] {
			seen[a] = true
			m.Bundle = append(m.Bundle, a)
		}
	}
	return m
}

// maxNews is how many alerts a bundle of notices names.
const maxNews = 20

// news writes what became of several alerts.
func news(jobs []Job) (title, text string) {
	first := pageOf(jobs[0].rec, jobs[0].page).Text
	var lines []string
	alike := true
	for _, j := range jobs {
		a, said := j.rec.(*alert.State), pageOf(j.rec, j.page).Text
		alike = alike && said == first
		lines = append(lines, fmt.Sprintf("#%d %s: %s", a.Number, a.Title, said))
	}
	if more := len(lines) - maxNews; more > 0 {
		lines = append(lines[:maxNews], fmt.Sprintf("and %d more", more))
	}
	title = fmt.Sprintf("News of %d alerts", len(jobs))
	if alike {
		title = fmt.Sprintf("%d alerts: %s", len(jobs), first)
	}
	return title, strings.Join(lines, "\n")
}

// reminders writes what somebody is reminded of: what is said of each record once, the most urgent first.
func reminders(jobs []Job) (title, text string) {
	var said []string
	for _, j := range jobs {
		if text := pageOf(j.rec, j.page).Text; !slices.Contains(said, text) {
			said = append(said, text)
		}
	}
	title = fmt.Sprintf("%d postmortems want something of you", len(said))
	if more := len(said) - maxNews; more > 0 {
		said = append(said[:maxNews], fmt.Sprintf("And %d more.", more))
	}
	return title, strings.Join(said, "\n\n")
}

func address(m *Message, user, channel string, env directory.Env) {
	if u, ok := env.Dir.Users[user]; ok {
		m.User, m.Address = &u, env.Dir.Address(user, m.Via)
		if u.Zone != nil {
			m.Zone = u.Zone
		}
	}
	if c, ok := env.Dir.Channels[channel]; ok {
		m.Channel, m.Address = &c, c.To
	}
}

// about adds the link of this recipient and what comes next.
func about(m *Message, a *alert.State, n int, setup *Setup, env directory.Env) {
	who := "channel:"
	switch {
	case m.User != nil:
		who = m.User.Name
	case m.Channel != nil:
		who += m.Channel.Name
	}
	link(m, token.Token{Subject: string(a.ID), User: who, Page: n}, setup, env)
	m.NextAt, m.NextText = Next(a, env)
}

func link(m *Message, t token.Token, setup *Setup, env directory.Env) {
	if setup.Signer == nil {
		return
	}
	if t.Expires.IsZero() {
		t.Expires = env.Now.Add(setup.LinkTTL)
	}
	m.Token = setup.Signer.Sign(t)
	m.Link = setup.PublicURL + "/a/" + m.Token
}

// Next says when the policy notifies somebody next and whom, in words; zero and "" when nobody.
func Next(a *alert.State, env directory.Env) (time.Time, string) {
	at, targets := a.NextStep(env)
	if at.IsZero() {
		return at, ""
	}
	var names []string
	for _, t := range targets {
		if t.Kind == policy.Random {
			names = append(names, "one of team "+t.Name)
			continue
		}
		to := env.Dir.Resolve([]policy.Target{t}, at, env.Pick)
		names = append(names, to.Users...)
		for _, c := range to.Channels {
			names = append(names, "channel "+c)
		}
	}
	if len(names) == 0 {
		return at, "nobody yet: the next step is empty"
	}
	return at, strings.Join(names, ", ")
}
