package api

import (
	"net/http"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

// maxSubscribed is how many addresses one request subscribes.
const maxSubscribed = 1000

// Subscriber is somebody who is told by e-mail how an incident goes.
type Subscriber struct {
	Email     string `json:"email"`
	User      string `json:"user" doc:"Whose address that is, when the configuration names them."`
	Audience  string `json:"audience"`
	By        string `json:"by" doc:"Who subscribed them; empty for the configuration."`
	CreatedAt Time   `json:"created_at"`
	Told      int    `json:"told" doc:"The latest status update that they got; those before their subscription count."`
	Status    string `json:"status" doc:"Of the latest mail; empty for none yet."`
	Error     string `json:"error" doc:"Why it has not arrived."`
}

// NewSubscribers are addresses to be subscribed.
type NewSubscribers struct {
	Actor
	Audience string   `json:"audience" doc:"What they are told: one of incident.audiences."`
	Email    string   `json:"email,omitempty" doc:"One address, or"`
	Emails   []string `json:"emails,omitempty" doc:"several, 1000 at most."`
}

// Subscribed is what came of it.
type Subscribed struct {
	Subscribed int      `json:"subscribed" doc:"How many are subscribed, those who were before among them."`
	Refused    []string `json:"refused" doc:"Those who have unsubscribed by themselves, and are left alone."`
}

// Unsubscribed says who was taken out.
type Unsubscribed struct {
	Email    string `json:"email"`
	Audience string `json:"audience"`
}

// subscriberRoutes are about who is told by e-mail.
func subscriberRoutes() []route {
	const path = "/incidents/{ref}/subscribers"
	audience := param{name: "audience", doc: "Only those of this one."}
	return []route{
		{method: http.MethodGet, path: path, id: "listSubscribers", role: Responder, params: append([]param{audience}, paging...), answer: List[Subscriber]{}, handle: listSubscribers,
			doc: "Who is told by e-mail how an incident goes, newest first. Those whom the configuration names are there once they were told."},
		{method: http.MethodPost, path: path, id: "subscribe", role: Responder, acts: true, body: NewSubscribers{}, answer: Subscribed{}, handle: subscribe,
			doc: "Have addresses told by e-mail how an incident goes, from now on. Each mail has a link by which they leave."},
		{method: http.MethodDelete, path: path, id: "unsubscribe", role: Responder, acts: true, answer: Unsubscribed{}, handle: unsubscribe,
			params: []param{{name: "email", doc: "Who."}, {name: "audience", doc: "Of which."}}, doc: "Take an address out."},
	}
}

func listSubscribers(c *call) (any, error) {
	s, err := c.Engine.Incident(c.ctx, c.name("INC"))
	if err != nil {
		return nil, err
	}
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	list, after, err := c.Engine.Subscribers(c.ctx, s.Name(), c.query.text("audience"), before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(list, after, showSubscriber), nil
}

func showSubscriber(s *subscriber.State) Subscriber {
	v := Subscriber{Email: s.Email, User: s.User, Audience: s.Audience, By: s.By, CreatedAt: utc(s.CreatedAt), Told: s.Told}
	if p := s.Latest(); p != nil {
		v.Status, v.Error = string(p.Status), p.Error
	}
	return v
}

func subscribe(c *call) (any, error) {
	var body NewSubscribers
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	emails := body.Emails
	if body.Email != "" {
		emails = append(emails, body.Email)
	}
	switch {
	case len(emails) == 0:
		return nil, invalid("email", "missing: say who is subscribed")
	case len(emails) > maxSubscribed:
		return nil, invalid("emails", "%d are too many: %d in one request", len(emails), maxSubscribed)
	case c.env.Dir.Incident.Audience(body.Audience) == nil:
		return nil, invalid("audience", "there is no audience %q in the configuration", clip(body.Audience))
	}
	for _, email := range emails {
		if err := subscriber.CheckEmail(strings.TrimSpace(email)); err != nil {
			return nil, invalid("email", "%v", err)
		}
	}
	refused, err := c.Engine.Subscribe(c.ctx, c.name("INC"), body.Audience, emails, by)
	if err != nil {
		return nil, err
	}
	return Subscribed{len(emails) - len(refused), some(refused)}, nil
}

func unsubscribe(c *call) (any, error) {
	out := Unsubscribed{strings.TrimSpace(c.query.text("email")), c.query.text("audience")}
	switch {
	case out.Email == "":
		return nil, invalid("email", "missing")
	case out.Audience == "":
		return nil, invalid("audience", "missing")
	}
	return out, c.Engine.Unsubscribe(c.ctx, c.name("INC"), out.Audience, out.Email)
}
