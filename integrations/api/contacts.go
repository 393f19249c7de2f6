package api

import "github.com/tocsin-oncall/tocsin/engine/contact"

// Contact is a way to a user, and whether it was seen to work.
type Contact struct {
	User       string `json:"user"`
	Via        string `json:"via"`
	Verified   bool   `json:"verified" doc:"The address as it is now was confirmed, in the last 400 days."`
	VerifiedAt Time   `json:"verified_at"`
	SentAt     Time   `json:"sent_at" doc:"The latest test."`
	Waiting    bool   `json:"waiting" doc:"That test waits for its confirmation."`
}

// NewTest has a test sent.
type NewTest struct {
	Actor
	Via string `json:"via" doc:"Which way: sms, voice, email, slack, …"`
}

// Code confirms a test.
type Code struct {
	Actor
	Via  string `json:"via"`
	Code string `json:"code" doc:"The six digits that were sent."`
}

func listContacts(c *call) (any, error) {
	name, err := c.aUser()
	if err != nil {
		return nil, err
	}
	all, err := c.Engine.Contacts(c.ctx)
	if err != nil {
		return nil, err
	}
	out := List[Contact]{Items: []Contact{}}
	for _, s := range all {
		if s.User == name {
			out.Items = append(out.Items, c.showContact(s))
		}
	}
	return out, nil
}

// aUser is the user whom the path names.
func (c *call) aUser() (string, error) {
	name := c.param("ref")
	if _, ok := c.env.Dir.Users[name]; !ok {
		return "", noSuch("user", name)
	}
	return name, nil
}

func testContact(c *call) (any, error) {
	var body NewTest
	if err := c.read(&body); err != nil {
		return nil, err
	}
	name, err := c.aUser()
	if err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	s, err := c.Engine.TestContact(c.ctx, name, body.Via, by)
	if err != nil {
		return nil, err
	}
	return c.showContact(s), nil
}

func confirmContact(c *call) (any, error) {
	var body Code
	if err := c.read(&body); err != nil {
		return nil, err
	}
	name, err := c.aUser()
	if err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	s, err := c.Engine.EnterCode(c.ctx, name, body.Via, body.Code, by)
	if err != nil {
		return nil, err
	}
	return c.showContact(s), nil
}

func (c *call) showContact(s *contact.State) Contact {
	return Contact{s.User, s.Via, s.Works(c.env), utc(s.VerifiedAt), utc(s.SentAt), s.Waiting()}
}
