package api

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
		name := c.param("ref")
		_, known := c.env.Dir.Schedules[name]
		if kind == feedOfUser {
			_, known = c.env.Dir.Users[name]
		}
		if !known {
			return nil, noSuch(kind, name)
		}
		return Feed{c.FeedURL(kind, name)}, nil
	}
}
