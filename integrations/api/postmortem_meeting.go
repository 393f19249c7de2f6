package api

import (
	"context"
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
)

const calendarType = "text/calendar; charset=utf-8"

// Meeting is the review meeting of a postmortem.
type Meeting struct {
	At        Time     `json:"at"`
	Until     Time     `json:"until"`
	Where     string   `json:"where"`
	By        string   `json:"by"`
	SetAt     Time     `json:"set_at" doc:"When it was set, moved or cancelled last."`
	Sequence  int      `json:"sequence" doc:"How often it was changed."`
	Cancelled bool     `json:"cancelled"`
	Invited   []string `json:"invited" doc:"The owner, the reviewers, and those who worked on the incident."`
}

func showMeeting(m *postmortem.Meeting) *Meeting {
	if m == nil {
		return nil
	}
	return &Meeting{
		At: utc(m.At), Until: utc(m.At.Add(m.Length)), Where: m.Where, By: m.By, SetAt: utc(m.SetAt), Sequence: m.Sequence,
		Cancelled: m.Cancelled, Invited: each(m.Invited, func(user string) string { return user }),
	}
}

// MeetingRequest sets or moves the review meeting.
type MeetingRequest struct {
	Actor
	At    string `json:"at" jsonschema:"format=date-time"`
	For   string `json:"for,omitempty" doc:"How long, such as 45m; 5m to 8h. Default: as before, or 45m."`
	Where string `json:"where,omitempty" doc:"A room, or the address of a conference. Default: as before."`
}

func setMeeting(c *call) (any, error) {
	var body MeetingRequest
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	at, err := parseTime("at", body.At)
	if err != nil {
		return nil, err
	}
	var length time.Duration
	if body.For != "" {
		if length, err = parseDuration(body.For); err != nil || length <= 0 {
			return nil, invalid("for", "%q is not a duration such as 45m", clip(body.For))
		}
	}
	return c.shownPostmortem(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), postmortem.Action{
		Do: postmortem.Meet, By: by, Via: via, Note: body.Note, Plans: postmortem.Plans{At: at, Length: length, Where: body.Where},
	}))
}

func cancelMeeting(c *call) (any, error) {
	by, reason, err := c.canceller()
	if err != nil {
		return nil, err
	}
	return c.shownPostmortem(c.Engine.ActOnPostmortem(c.ctx, c.name("PM"), postmortem.Action{Do: postmortem.CancelMeeting, By: by, Via: via, Note: reason}))
}

func getInvite(c *call) (any, error) {
	s, err := c.Engine.Postmortem(c.ctx, c.name("PM"))
	if err != nil {
		return nil, err
	}
	in, ok := s.Invite(c.env)
	if !ok {
		return nil, &problem{http.StatusNotFound, "not_found", s.Name() + " has no review meeting.", "set one: POST /api/v1/postmortems/" + s.Name() + "/meeting"}
	}
	return download{[]string{calendarType}, s.Name() + ".ics", func(_ context.Context, w http.ResponseWriter) error {
		_, err := w.Write(in.Write())
		return err
	}}, nil
}

func meetingRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/postmortems/{ref}/meeting", id: "setReviewMeeting", role: Responder, acts: true,
			doc:  "Set or move the review meeting. Everybody concerned is invited, by e-mail with an event for their calendar.",
			body: MeetingRequest{}, answer: Postmortem{}, handle: setMeeting},
		{method: http.MethodDelete, path: "/postmortems/{ref}/meeting", id: "cancelReviewMeeting", role: Responder, acts: true, params: cancelParams,
			doc: "Cancel the review meeting. Everybody who was invited is told.", answer: Postmortem{}, handle: cancelMeeting},
		{method: http.MethodGet, path: "/postmortems/{ref}/meeting.ics", id: "getReviewMeeting", role: Viewer,
			doc: "The review meeting as an event for calendars.", answer: download{kinds: []string{calendarType}}, handle: getInvite},
	}
}
