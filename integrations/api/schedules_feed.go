package api

import "net/http"

// Feed is where calendar programs subscribe to on-call times.
type Feed struct {
	URL string `json:"url" doc:"Whoever has it can read the feed."`
}

// What a feed is about.
const (
	feedOfSchedule = "schedule"
	feedOfUser     = "user"
)

// getFeed gives the address of a schedule's or a user's feed.
func getFeed(kind string) handler {
	return func(c *call) (any, error) {
		name, err := c.feedName(kind)
		if err != nil {
			return nil, err
		}
		revoked, err := c.Engine.FeedGeneration(c.ctx, kind, name)
		if err != nil {
			return nil, err
		}
		return Feed{c.FeedURL(kind, name, revoked)}, nil
	}
}

// revokeFeed gives a feed a new address, and makes the ones before it invalid. An admin can, and of a user's feed the user.
func revokeFeed(kind string) handler {
	return func(c *call) (any, error) {
		name, err := c.feedName(kind)
		if err != nil {
			return nil, err
		}
		by, reason, err := c.canceller()
		if err != nil {
			return nil, err
		}
		if !c.key.Role.includes(Admin) && (kind != feedOfUser || by != name) {
			return nil, &problem{http.StatusForbidden, "forbidden", "only an admin, or the user whose feed it is, can revoke it",
				"use a key of an admin; for your own feed, say who you are with user"}
		}
		revoked, err := c.Engine.RevokeFeed(c.ctx, kind, name, by, reason)
		if err != nil {
			return nil, err
		}
		return Feed{c.FeedURL(kind, name, revoked)}, nil
	}
}

// feedName is whose feed a request is about.
func (c *call) feedName(kind string) (string, error) {
	name := c.param("ref")
	_, known := c.env.Dir.Schedules[name]
	if kind == feedOfUser {
		_, known = c.env.Dir.Users[name]
	}
	if !known {
		return "", noSuch(kind, name)
	}
	return name, nil
}
