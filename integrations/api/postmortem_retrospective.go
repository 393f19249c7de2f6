package api

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// maxUndelivered is how many addresses are named that did not get it.
const maxUndelivered = 50

// Retrospective is the e-mail that tells everybody concerned what was learned, as it was sent or would be sent now.
type Retrospective struct {
	Postmortem string `json:"postmortem"`
	State      string `json:"state" jsonschema:"enum=draft,enum=edited,enum=sent" doc:"A draft is made anew from the postmortem each time."`
	Subject    string `json:"subject"`
	Text       string `json:"text" doc:"Markdown."`
	EditedAt   Time   `json:"edited_at"`
	EditedBy   string `json:"edited_by"`
	SentAt     Time   `json:"sent_at"`
	SentBy     string `json:"sent_by"`

	Recipients Readers `json:"recipients"`
}

// Readers are who gets a retrospective.
type Readers struct {
	Configured   []string      `json:"configured" doc:"By postmortem.retrospective."`
	People       []string      `json:"people" doc:"Users who get it by e-mail: of the configuration, of the incident, and the owner."`
	Unreached    []string      `json:"unreached" doc:"Users who would get it, and have no e-mail address."`
	Emails       int           `json:"emails" doc:"How many addresses get it, each once: of these users, and of subscribers."`
	Unsubscribed int           `json:"unsubscribed" doc:"How many are named, but have unsubscribed from the mails of the incident: they get nothing."`
	Waiting      int           `json:"waiting" doc:"Of those to whom it was sent, how many do not have it yet."`
	Delivered    int           `json:"delivered" doc:"To how many the provider took it."`
	Failed       int           `json:"failed"`
	Failures     []Undelivered `json:"failures" doc:"The first 50 that failed; addresses are for responders."`
}

// Undelivered is somebody who did not get it.
type Undelivered struct {
	To    string `json:"to"`
	Error string `json:"error"`
}

func (c *call) retrospective(s *postmortem.State, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	readers, err := c.Engine.RetrospectiveReaders(c.ctx, s)
	if err != nil {
		return nil, err
	}
	r, letter := s.Retrospective, s.Letter()
	v := Retrospective{
		Postmortem: s.Name(), State: "draft", Subject: letter.Subject, Text: letter.Text,
		EditedAt: utc(r.EditedAt), EditedBy: r.EditedBy, SentAt: utc(r.SentAt), SentBy: r.SentBy,
		Recipients: c.readers(s, readers),
	}
	switch {
	case r.Sent():
		v.State = "sent"
	case r.Edited():
		v.State = "edited"
	}
	return v, nil
}

func (c *call) readers(s *postmortem.State, readers engine.Readers) Readers {
	v := Readers{
		Configured: []string{}, People: []string{}, Unreached: each(readers.Unreached, func(user string) string { return user }),
		Emails: len(readers.List), Unsubscribed: readers.Left, Failures: []Undelivered{},
	}
	settings := c.env.Dir.Postmortem.Retrospective
	for _, t := range settings.Targets {
		v.Configured = append(v.Configured, t.String())
	}
	v.Configured = append(v.Configured, settings.Emails...)
	if settings.Audience != "" {
		v.Configured = append(v.Configured, "audience:"+settings.Audience)
	}
	for _, r := range readers.List {
		if r.User != "" {
			v.People = append(v.People, r.User)
		}
		if !s.Retrospective.Sent() {
			continue
		}
		var p *page.Page
		var got bool
		if r.State != nil {
			p, got = r.State.GotRetrospective(s.Name())
		}
		switch {
		case !got:
			v.Waiting++
		case p == nil: // it is forgotten, as only pages are that came to their end
			v.Delivered++
		default:
			v.count(c, *p, cmp.Or(r.User, r.Email))
		}
	}
	for _, p := range s.Pages {
		if _, ok := s.RetrospectiveOf(p); ok {
			v.count(c, p, "channel:"+p.Channel)
		}
	}
	return v
}

func (v *Readers) count(c *call, p page.Page, to string) {
	switch p.Status {
	case page.Sent, page.Delivered:
		v.Delivered++
	case page.Failed:
		if v.Failed++; v.Failed > maxUndelivered {
			return
		}
		if strings.Contains(to, "@") && !c.key.Role.includes(Responder) {
			to = ""
		}
		v.Failures = append(v.Failures, Undelivered{to, p.Error})
	case page.Cancelled:
		v.Unsubscribed++
	default:
		v.Waiting++
	}
}

func getRetrospective(c *call) (any, error) {
	return c.retrospective(c.Engine.Postmortem(c.ctx, c.name("PM")))
}

// RetrospectiveEdit changes what a retrospective says.
type RetrospectiveEdit struct {
	Actor
	Subject string `json:"subject,omitempty" doc:"One line of 150 characters at most. Default: as it is."`
	Text    string `json:"text,omitempty" doc:"Markdown, 30,000 characters at most. Default: as it is."`
	Reset   bool   `json:"reset,omitempty" doc:"The draft again, in the place of what was edited."`
}

func editRetrospective(c *call) (any, error) {
	var body RetrospectiveEdit
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	act := postmortem.Action{Do: postmortem.EditRetrospective, By: by, Via: via, Note: body.Note, Letter: postmortem.Letter{Subject: body.Subject, Text: body.Text}}
	switch said := body.Subject+body.Text != ""; {
	case body.Reset && said:
		return nil, invalid("reset", "give a subject and a text, or reset")
	case body.Reset:
		act.Do = postmortem.ResetRetrospective
	case !said:
		return nil, invalid("text", "missing: give a subject, a text, or reset")
	}
	return c.retrospective(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), act))
}

// RetrospectiveSending sends it.
type RetrospectiveSending struct {
	Actor
	Force  bool   `json:"force,omitempty" doc:"Although the postmortem is not published yet, for a reason."`
	Reason string `json:"reason,omitempty" doc:"With force: why."`
}

func sendRetrospective(c *call) (any, error) {
	var body RetrospectiveSending
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	switch {
	case body.Reason != "" && (body.Note != "" || !body.Force):
		return nil, invalid("reason", "it goes with force, and in the place of note")
	case len(body.Reason) > maxNote:
		return nil, invalid("reason", "it has %d bytes, %d are possible", len(body.Reason), maxNote)
	}
	return c.retrospective(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), postmortem.Action{
		Do: postmortem.SendRetrospective, By: by, Via: via, Note: cmp.Or(body.Reason, body.Note), Force: body.Force,
	}))
}

func retrospectiveRoutes() []route {
	const path = "/postmortems/{ref}/retrospective"
	return []route{
		{method: http.MethodGet, path: path, id: "getRetrospective", role: Viewer, answer: Retrospective{}, handle: getRetrospective,
			doc: "The retrospective as it was sent, or would be sent now, and who gets it."},
		{method: http.MethodPut, path: path, id: "editRetrospective", role: Responder, acts: true, body: RetrospectiveEdit{}, answer: Retrospective{}, handle: editRetrospective,
			doc: "Put your words in the place of the draft, or go back to it."},
		{method: http.MethodPost, path: path + "/send", id: "sendRetrospective", role: Responder, acts: true, body: RetrospectiveSending{}, answer: Retrospective{}, handle: sendRetrospective,
			doc: "Send the retrospective, once: to each address by e-mail, and to the channels of postmortem.retrospective. Refused before the postmortem is published, unless by force for a reason."},
	}
}
