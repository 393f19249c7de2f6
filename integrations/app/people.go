package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
	"github.com/tocsin-oncall/tocsin/engine/trail"
	"github.com/tocsin-oncall/tocsin/integrations/slack"
)

// people is the engine as people meet it in chats, texts, calls and links: what is not there is told to them
// as a refusal, not as a fault.
type people struct{ e *engine.Engine }

func forPeople(err error) error {
	if errors.Is(err, engine.ErrNotFound) {
		return &alert.Refused{Reason: "There is no such alert any more."}
	}
	if refused := (*override.Refused)(nil); errors.As(err, &refused) {
		return &alert.Refused{Reason: refused.Reason}
	}
	if refused := (*contact.Refused)(nil); errors.As(err, &refused) {
		return &alert.Refused{Reason: refused.Reason}
	}
	return err
}

func (p people) Act(ctx context.Context, ref string, a alert.Action) (*alert.State, error) {
	s, err := p.e.Act(ctx, ref, a)
	return s, forPeople(err)
}

func (p people) ActAll(ctx context.Context, alerts []*alert.State, a alert.Action) error {
	return p.e.ActAll(ctx, alerts, a)
}

func (p people) Alert(ctx context.Context, ref string) (*alert.State, error) {
	s, err := p.e.Alert(ctx, ref)
	return s, forPeople(err)
}

func (p people) PagedTo(ctx context.Context, user string) ([]*alert.State, error) {
	return p.e.PagedTo(ctx, user)
}

func (p people) Bundle(ctx context.Context, id string) ([]*alert.State, error) {
	list, err := p.e.Bundle(ctx, id)
	return worstFirst(list), forPeople(err)
}

func (p people) Canary(ctx context.Context, id string) (*canary.State, error) {
	s, err := p.e.Canary(ctx)
	if err == nil && string(s.ID) != id {
		err = engine.ErrNotFound
	}
	return s, forPeople(err)
}

func (p people) ConfirmCanary(ctx context.Context, id string, page int, by string) (*canary.State, error) {
	s, err := p.e.ConfirmCanary(ctx, store.ID(id), page, by)
	return s, forPeople(err)
}

// byLink has the audit trail say that something is done by a link.
func byLink(ctx context.Context) context.Context { return trail.From(ctx, "link") }

func (p people) Absence(ctx context.Context, id string) (*override.Absence, error) {
	s, err := p.e.AbsenceByID(ctx, store.ID(id))
	return s, forPeople(err)
}

func (p people) Cover(ctx context.Context, name, by string, shift int) (*override.Absence, error) {
	s, err := p.e.CoverAbsence(byLink(ctx), name, by, "link", shift)
	return s, forPeople(err)
}

func (p people) Swap(ctx context.Context, id string) (*override.Swap, error) {
	s, err := p.e.SwapByID(ctx, store.ID(id))
	return s, forPeople(err)
}

func (p people) AnswerSwap(ctx context.Context, name, by string, accept bool) (*override.Swap, error) {
	answer := p.e.DeclineSwap
	if accept {
		answer = p.e.AcceptSwap
	}
	s, err := answer(byLink(ctx), name, by, "")
	return s, forPeople(err)
}

func (p people) Contact(ctx context.Context, id string) (*contact.State, error) {
	s, err := p.e.Contact(ctx, store.ID(id))
	return s, forPeople(err)
}

func (p people) OpenContact(ctx context.Context, id string, page int) (*contact.State, error) {
	s, err := p.e.OpenContact(byLink(ctx), store.ID(id), page)
	return s, forPeople(err)
}

func (p people) Subscriber(ctx context.Context, id string) (*subscriber.State, error) {
	s, err := p.e.Subscriber(ctx, store.ID(id))
	return s, forPeople(err)
}

func (p people) LeaveByLink(ctx context.Context, id string) (*subscriber.State, error) {
	s, err := p.e.LeaveByLink(ctx, store.ID(id))
	return s, forPeople(err)
}

func (p people) Open(ctx context.Context, limit int) ([]*alert.State, error) {
	f := engine.Filter{Statuses: []alert.Status{alert.Open, alert.Acked, alert.Snoozed}}
	list, _, err := p.e.Alerts(ctx, f, store.Cursor{}, limit)
	return worstFirst(list), err
}

func worstFirst(list []*alert.State) []*alert.State {
	slices.SortStableFunc(list, func(a, b *alert.State) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Number, b.Number))
	})
	return list
}

func (p people) Next(_ context.Context, a *alert.State) (time.Time, string) {
	return deliver.Next(a, p.e.Env())
}

// OnCall is who is on call now, by schedule.
func (p people) OnCall(context.Context) ([]slack.Shift, error) {
	env := p.e.Env()
	var out []slack.Shift
	for name, s := range env.Dir.Schedules {
		shift := slack.Shift{Schedule: name, Users: s.OnCall(env.Now)}
		for _, on := range s.At(env.Now) {
			if !on.Until.IsZero() && (shift.Until.IsZero() || on.Until.Before(shift.Until)) {
				shift.Until = on.Until
			}
		}
		out = append(out, shift)
	}
	slices.SortFunc(out, func(a, b slack.Shift) int { return strings.Compare(a.Schedule, b.Schedule) })
	return out, nil
}

// Report takes a provider's word about a page, or about the one message that carried a bundle.
func (p people) Report(ctx context.Context, id store.ID, page int, ref string, delivered bool, reason string) error {
	if !strings.HasPrefix(string(id), "b-") {
		return forPeople(p.e.Report(ctx, id, page, ref, delivered, reason))
	}
	alerts, err := p.e.Bundle(ctx, string(id))
	for _, a := range alerts {
		for _, pg := range a.Pages {
			if pg.Bundle == string(id) {
				err = errors.Join(err, p.e.Report(ctx, a.ID, pg.N, ref, delivered, reason))
			}
		}
	}
	return err
}
