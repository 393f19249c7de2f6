package api

import (
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/digest"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

// ReviewDigest is the next review digest as it would be sent now. Nothing is sent.
type ReviewDigest struct {
	NextAt     Time     `json:"next_at" doc:"When it is sent."`
	From       Time     `json:"from" doc:"When the review is."`
	Until      Time     `json:"until"`
	Room       string   `json:"room"`
	Agenda     string   `json:"agenda"`
	Recipients []string `json:"recipients" doc:"Users, channels and addresses, each with the way."`
	LastAt     Time     `json:"last_at" doc:"When the latest one was sent."`

	Discuss    []string       `json:"discuss" doc:"Postmortems in review, or published since the latest digest; at first, in the last 14 days."`
	Overdue    []string       `json:"overdue" doc:"Postmortems that are not published, after their due dates."`
	Violations []ActionBreach `json:"violations" doc:"Actions that are open after their due dates."`
	Title      string         `json:"title"`
	Text       string         `json:"text" doc:"The message, with times in the zone of the configuration."`
}

// ActionBreach is an action that is open after its due date.
type ActionBreach struct {
	Postmortem string     `json:"postmortem"`
	Action     ActionItem `json:"action"`
}

func getReviewDigest(c *call) (any, error) {
	settings := c.env.Dir.Postmortem.Digest
	if !settings.On() {
		return nil, &problem{http.StatusNotFound, "not_found", "The configuration has no review digest.", "add postmortem.digest"}
	}
	s, err := c.Engine.Digest(c.ctx)
	if err != nil {
		return nil, err
	}
	since, last := c.env.Now.Add(-digest.Before), time.Time{}
	if s != nil && len(s.Sent) > 0 {
		last = s.Sent[len(s.Sent)-1].At
		since = last
	}
	content, err := c.Engine.Review(c.ctx, since)
	if err != nil {
		return nil, err
	}
	next, _ := settings.Next(c.env.Now)
	zone := c.env.Dir.Zone
	if zone == nil {
		zone = time.UTC
	}
	v := ReviewDigest{
		NextAt: utc(next.SendAt), From: utc(next.From), Until: utc(next.Until), Room: settings.Room, Agenda: settings.Agenda, LastAt: utc(last),
		Recipients: each(digest.Recipients(settings, c.env), func(r digest.Recipient) string {
			switch {
			case r.User != "":
				return "user:" + r.User + " over " + r.Via
			case r.Channel != "":
				return "channel:" + r.Channel
			}
			return r.Address
		}),
		Discuss: each(content.Discuss, (*postmortem.State).Name),
		Overdue: each(content.Overdue, (*postmortem.State).Name),
		Violations: each(content.Violations, func(b digest.Violation) ActionBreach {
			return ActionBreach{b.Postmortem.Name(), c.showItem(b.Postmortem, b.Item)}
		}),
	}
	v.Title, v.Text = content.Write(settings, next.From, next.Until, c.env.Now, zone)
	return v, nil
}

func reviewDigestRoute() route {
	return route{method: http.MethodGet, path: "/review-digest", id: "previewReviewDigest", role: Viewer, answer: ReviewDigest{}, handle: getReviewDigest,
		doc: "The next review digest, as it would be sent now: when, to whom, and what is in it."}
}
