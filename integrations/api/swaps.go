package api

import (
	"cmp"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/override"
)

// Swap is a trade of on-call time between two people.
type Swap struct {
	ID        string          `json:"id" doc:"SWAP-7."`
	Status    override.Status `json:"status" jsonschema:"enum=proposed,enum=accepted,enum=declined,enum=expired" doc:"expired: nobody had answered when the first shift began."`
	Schedule  string          `json:"schedule"`
	From      string          `json:"from" doc:"Who gives, and takes take."`
	To        string          `json:"to" doc:"Who is asked, and takes give."`
	Give      Piece           `json:"give"`
	Take      *Piece          `json:"take" doc:"Null for a gift."`
	Reason    string          `json:"reason"`
	By        string          `json:"by" doc:"Who proposed it."`
	CreatedAt Time            `json:"created_at"`
	EndedAt   Time            `json:"ended_at" doc:"When it was accepted or declined, or expired."`
	EndedBy   string          `json:"ended_by"`
	EndedFor  string          `json:"ended_for" doc:"What was said with it."`
	Overrides []string        `json:"overrides" doc:"Those that carry it out."`
}

// Piece is some on-call time.
type Piece struct {
	Rotation string `json:"rotation" doc:"Empty for all."`
	From     Time   `json:"from"`
	To       Time   `json:"to"`
}

// NewSwap proposes a swap.
type NewSwap struct {
	Actor
	Schedule string    `json:"schedule"`
	From     string    `json:"from,omitempty" doc:"Who gives. Default: user."`
	To       string    `json:"to" doc:"Who is asked."`
	Give     NewPiece  `json:"give"`
	Take     *NewPiece `json:"take,omitempty" doc:"What is taken for it. Default: nothing, it is a gift."`
	Reason   string    `json:"reason,omitempty"`
}

// NewPiece is some on-call time that has not begun.
type NewPiece struct {
	Rotation string `json:"rotation,omitempty" doc:"Default: all."`
	From     string `json:"from" doc:"RFC 3339, or without an offset: wall clock of the schedule's zone."`
	To       string `json:"to"`
}

func (p NewPiece) read(field string, zone *time.Location) (out override.Piece, err error) {
	out.Rotation = p.Rotation
	if out.From, err = wallTime(field+".from", p.From, zone); err != nil {
		return out, err
	}
	out.To, err = wallTime(field+".to", p.To, zone)
	return out, err
}

var swapFilter = append([]param{
	{name: "status", list: true, of: []string{"proposed", "accepted", "declined", "expired"}, doc: "Only these; all by default."},
}, paging...)

func listSwaps(c *call) (any, error) {
	before, limit, err := c.page()
	if err != nil {
		return nil, err
	}
	list, next, err := c.Engine.Swaps(c.ctx, choices[override.Status](c.query, "status"), before, limit)
	if err != nil {
		return nil, err
	}
	return listOf(list, next, showSwap), nil
}

func proposeSwap(c *call) (any, error) {
	var body NewSwap
	if err := c.read(&body); err != nil {
		return nil, err
	}
	by, err := c.by(body.Actor)
	if err != nil {
		return nil, err
	}
	t := override.Trade{Schedule: body.Schedule, Giver: cmp.Or(body.From, body.User), Asked: body.To, By: by, Via: via}
	zone := c.zoneOf(body.Schedule)
	if t.Give, err = body.Give.read("give", zone); err != nil {
		return nil, err
	}
	if body.Take != nil {
		take, err := body.Take.read("take", zone)
		if err != nil {
			return nil, err
		}
		t.Take = &take
	}
	if t.Reason, err = because(body.Reason, body.Actor); err != nil {
		return nil, err
	}
	s, err := c.Engine.ProposeSwap(c.ctx, t)
	if err != nil {
		return nil, refusedHere(err)
	}
	return showSwap(s), nil
}

func answerSwap(accept bool) handler {
	return func(c *call) (any, error) {
		var body Actor
		if err := c.read(&body); err != nil {
			return nil, err
		}
		by, err := c.by(body)
		if err != nil {
			return nil, err
		}
		answer := c.Engine.DeclineSwap
		if accept {
			answer = c.Engine.AcceptSwap
		}
		s, err := answer(c.ctx, c.name("SWAP"), by, body.Note)
		if err != nil {
			return nil, err
		}
		return showSwap(s), nil
	}
}

func showSwap(s *override.Swap) Swap {
	v := Swap{
		ID: s.Name(), Status: s.Status, Schedule: s.Schedule, From: s.Giver, To: s.Asked, Give: showPiece(s.Give),
		Reason: s.Reason, By: s.By, CreatedAt: utc(s.CreatedAt), EndedAt: utc(s.EndedAt), EndedBy: s.EndedBy, EndedFor: s.EndedFor,
		Overrides: some(s.Overrides),
	}
	if s.Take != nil {
		take := showPiece(*s.Take)
		v.Take = &take
	}
	return v
}

func showPiece(p override.Piece) Piece { return Piece{p.Rotation, utc(p.From), utc(p.To)} }
