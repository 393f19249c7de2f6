package override

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/schedules"
)

// Trade is a swap that somebody proposes: Asked takes Give from Giver and, unless it is a gift, Giver takes Take from
// Asked.
type Trade struct {
	Schedule string
	Giver    string
	Asked    string
	Give     Piece
	Take     *Piece
	Reason   string
	By       string
	Via      string
}

// Piece is some on-call time, in one rotation or, where it is empty, in all.
type Piece struct {
	Rotation string    `json:"rotation,omitempty"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

func (p Piece) piece() schedules.Piece {
	return schedules.Piece{Rotation: p.Rotation, From: p.From, Until: p.To}
}

// Swap is everything that is known of a swap; it is stored as JSON.
type Swap struct {
	Format   int      `json:"v"`
	ID       store.ID `json:"id"`
	Number   uint64   `json:"number"`
	Status   Status   `json:"status"`
	Schedule string   `json:"schedule"`
	Giver    string   `json:"giver"`
	Asked    string   `json:"asked"`
	Give     Piece    `json:"give"`
	Take     *Piece   `json:"take,omitempty"`

	Reason    string    `json:"reason,omitempty"`
	By        string    `json:"by,omitempty"`
	Via       string    `json:"via,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"` // when it was accepted, declined, or expired
	EndedBy   string    `json:"ended_by,omitempty"`
	EndedFor  string    `json:"ended_for,omitempty"`
	Overrides []string  `json:"overrides,omitempty"` // that carry it out
	page.Batch
}

// NewSwap is a proposal, or *Refused, and asks the one whom it is made to. Its id must be of incident.Shard.
func NewSwap(id store.ID, number uint64, t Trade, away []schedules.Away, env Env) (*Swap, error) {
	s := &Swap{
		Format: Format, ID: id, Number: number, Status: Proposed, Schedule: t.Schedule, Giver: t.Giver, Asked: t.Asked,
		Give: t.Give, Take: t.Take, Reason: t.Reason, By: t.By, Via: t.Via, CreatedAt: env.Now,
	}
	if err := reasonFits(t.Reason); err != nil {
		return nil, err
	}
	_, err := s.wishes(away, env)
	if err == nil {
		s.propose(env)
	}
	return s, err
}

// Check says, as *Refused, what is in the way of a proposal.
func (t Trade) Check(away []schedules.Away, env Env) error {
	_, err := NewSwap("", 0, t, away, env)
	return err
}

// wishes are the overrides that carry it out, as the schedule is now.
func (s *Swap) wishes(away []schedules.Away, env Env) ([]Wish, error) {
	plan, err := schedule(s.Schedule, env)
	if err != nil {
		return nil, err
	}
	for _, name := range [...]string{s.Giver, s.Asked} {
		if err := person(name, env); err != nil {
			return nil, err
		}
	}
	trade := schedules.Swap{ID: s.Name(), From: s.Giver, To: s.Asked, Give: s.Give.piece(), Reason: s.Reason}
	pieces := []Piece{s.Give}
	if s.Take != nil {
		take := s.Take.piece()
		trade.Take, pieces = &take, append(pieces, *s.Take)
	}
	for _, p := range pieces {
		if _, _, err := span(p.From, p.To, env); err != nil {
			return nil, err
		}
	}
	specs, problems := plan.Swap(trade, env.Now.Truncate(time.Second), away)
	if len(problems) > 0 {
		return nil, refuse("%s: %s.", problems[0].Path, problems[0].Message)
	}
	reason := "swap " + s.Name()
	if s.Reason != "" {
		reason += ": " + s.Reason
	}
	wishes := make([]Wish, len(specs))
	for i, o := range specs {
		wishes[i] = Wish{
			Schedule: s.Schedule, Rotation: o.Rotation, User: o.User, Replace: o.Replace, From: pieces[i].From, To: pieces[i].To,
			Reason: strings.ToValidUTF8(reason[:min(len(reason), maxReason)], ""), By: s.Giver, Via: s.Via, Swap: s.Name(),
		}
	}
	return wishes, nil
}

// Accept says yes, which only who was asked can. It returns the overrides to be made in the same commit.
func (s *Swap) Accept(by, note string, away []schedules.Away, env Env) ([]Wish, error) {
	if s.Status == Accepted && by == s.Asked {
		return nil, nil // it is what they wanted
	}
	if err := s.open(env); err != nil {
		return nil, err
	}
	if by != s.Asked {
		return nil, refuse("Only %s can accept %s.", s.Asked, s.Name())
	}
	if err := reasonFits(note); err != nil {
		return nil, err
	}
	wishes, err := s.wishes(away, env)
	if err != nil {
		return nil, err
	}
	s.end(Accepted, by, note, env)
	return wishes, nil
}

// Decline says no, which who was asked can, and who proposed it.
func (s *Swap) Decline(by, note string, env Env) error {
	if s.Status == Declined {
		return nil
	}
	if err := s.open(env); err != nil {
		return err
	}
	if by != s.Asked && by != s.Giver && by != s.By {
		return refuse("Only %s and %s can decline %s.", s.Asked, s.Giver, s.Name())
	}
	if err := reasonFits(note); err != nil {
		return err
	}
	s.end(Declined, by, note, env)
	return nil
}

func (s *Swap) end(status Status, by, note string, env Env) {
	s.Status, s.EndedAt, s.EndedBy, s.EndedFor = status, env.Now, by, note
	s.answered(env)
}

func (s *Swap) open(env Env) error {
	switch {
	case s.Status == Expired || s.Status == Proposed && !s.Expires().After(env.Now):
		return refuse("%s expired at %s, when the first of its shifts began.", s.Name(), stamp(s.Expires()))
	case s.Status != Proposed:
		return refuse("%s was %s by %s.", s.Name(), s.Status, s.EndedBy)
	}
	return nil
}

// Expires is when a proposal is over that nobody answered: the first of its shifts begins.
func (s *Swap) Expires() time.Time {
	if s.Take != nil && s.Take.From.Before(s.Give.From) {
		return s.Take.From
	}
	return s.Give.From
}

// Tick does everything that is due by now.
func (s *Swap) Tick(env Env) {
	if s.Status == Proposed && !s.Expires().After(env.Now) {
		s.end(Expired, "", "", env)
	}
	s.stopAsking(env)
}

// Name is what people call it: SWAP-7.
func (s *Swap) Name() string { return fmt.Sprintf("SWAP-%d", s.Number) }

// Identity is its id.
func (s *Swap) Identity() store.ID { return s.ID }

// Born is when it was proposed.
func (s *Swap) Born() time.Time { return s.CreatedAt }

// Waits names every time that it is waiting for.
func (s *Swap) Waits(env Env, add func(time.Time)) {
	if s.Status == Proposed {
		add(s.Expires())
	}
	s.Batch.Waits(add)
	add(s.GoneAt(env))
}

// GoneAt is when it is deleted.
func (s *Swap) GoneAt(Env) time.Time {
	end := s.Give.To
	if s.Take != nil && s.Take.To.After(end) {
		end = s.Take.To
	}
	return end.Add(Keep)
}

// SwapsOf names the list of the swaps of a status.
func SwapsOf(status Status) string { return "swaps/" + string(status) }

// Lists is the list of its status.
func (s *Swap) Lists() []string { return []string{SwapsOf(s.Status)} }

// Keys is the lookup key by which it is found: its name.
func (s *Swap) Keys() []string { return []string{incident.NameKey(s.Name())} }

// Paging are its pages, to be claimed in place.
func (s *Swap) Paging() []page.Page { return s.Pages }
