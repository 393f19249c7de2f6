package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

// Subscribe has addresses told by e-mail what an audience of an incident is told from now on. Those who are subscribed
// already stay so; those who have unsubscribed by themselves are left alone, and returned. What cannot be is
// *subscriber.Refused, and then nobody is subscribed.
func (e *Engine) Subscribe(ctx context.Context, name, audience string, emails []string, by string) (refused []string, err error) {
	inc, err := e.Incident(ctx, name)
	if err != nil {
		return nil, err
	}
	env := e.env(ctx)
	switch {
	case env.Dir.Incident.Audience(audience) == nil:
		return nil, &subscriber.Refused{Reason: fmt.Sprintf("There is no audience %q.", clip(audience))}
	case !env.Dir.Vias["email"]:
		return nil, &subscriber.Refused{Reason: "There is no provider for e-mail: providers.smtp in the configuration."}
	}
	var who []subscriber.Who
	for _, email := range emails {
		email = strings.TrimSpace(email)
		if err := subscriber.CheckEmail(email); err != nil {
			return nil, err
		}
		who = append(who, subscriber.Who{Incident: inc.Name(), Audience: audience, Email: email})
	}
	count, err := e.store.Count(ctx, subscriber.ListOf(inc.Name(), audience))
	if err != nil {
		return nil, err
	}
	if count[0]+len(who) > subscriber.Most {
		return nil, &subscriber.Refused{Reason: fmt.Sprintf("An audience of an incident has %d subscribers at most.", subscriber.Most)}
	}
	told := 0
	if u := inc.LatestUpdate(audience); u != nil {
		told = u.N
	}
	who = once(who)
	gone := map[string]bool{}
	err = e.eachSubscriber(ctx, who, told, func(s *subscriber.State, env directory.Env) error {
		gone[s.Email] = !s.Subscribe(by, told, env)
		return nil
	})
	for email, refuses := range gone {
		if refuses {
			refused = append(refused, email)
		}
	}
	slices.Sort(refused)
	return refused, err
}

// once leaves out who is named twice.
func once(who []subscriber.Who) (each []subscriber.Who) {
	seen := map[string]bool{}
	for _, w := range who {
		if key := w.Key().Name; !seen[key] {
			seen[key] = true
			each = append(each, w)
		}
	}
	return each
}

// Unsubscribe takes an address out.
func (e *Engine) Unsubscribe(ctx context.Context, name, audience, email string) error {
	inc, err := e.Incident(ctx, name)
	if err != nil {
		return err
	}
	who := subscriber.Who{Incident: inc.Name(), Audience: audience, Email: strings.TrimSpace(email)}
	found, err := e.store.Find(ctx, who.Key())
	if err != nil {
		return err
	}
	if !found[0].Exists() {
		return fmt.Errorf("%w: %s is not subscribed to %s of %s", ErrNotFound, clip(email), clip(audience), clip(name))
	}
	named := slices.ContainsFunc(recipients(e.env(ctx), inc.Name(), audience), func(w subscriber.Who) bool { return w.Key() == who.Key() })
	return e.editSubscribers(ctx, []store.ID{found[0].ID}, func(s *subscriber.State, env directory.Env) error {
		if s.By == "" || named {
			return &subscriber.Refused{Reason: fmt.Sprintf("%s is told by the configuration: take it out of incident.audiences.", s.Email)}
		}
		s.Leave(subscriber.Removed, env)
		return nil
	})
}

// LeaveByLink has a subscriber, named by the id of their record, leave.
func (e *Engine) LeaveByLink(ctx context.Context, id store.ID) (*subscriber.State, error) {
	if err := e.editSubscribers(ctx, []store.ID{id}, func(s *subscriber.State, env directory.Env) error {
		s.Leave(subscriber.Themselves, env)
		return nil
	}); err != nil {
		return nil, err
	}
	return e.Subscriber(ctx, id)
}

// Subscriber returns a subscriber by the id of their record, as links name it.
func (e *Engine) Subscriber(ctx context.Context, id store.ID) (*subscriber.State, error) {
	return byID[*subscriber.State](ctx, e, "subscription", id)
}

// Subscribers returns a page of those who are told by e-mail of an incident, newest first; of one audience, or of every
// audience that the configuration has. Those whom the configuration names are among them once they were told.
func (e *Engine) Subscribers(ctx context.Context, name, audience string, before store.Cursor, limit int) ([]*subscriber.State, store.Cursor, error) {
	return pageOf[*subscriber.State](ctx, e, subscriberLists(e.env(ctx), name, audience), before, limit)
}

func subscriberLists(env directory.Env, name, audience string) (lists []string) {
	if audience != "" {
		return []string{subscriber.ListOf(name, audience)}
	}
	for _, a := range env.Dir.Incident.Audiences {
		lists = append(lists, subscriber.ListOf(name, a.Name))
	}
	return lists
}

// Draft is a status update of an incident as it would be sent now.
func (e *Engine) Draft(ctx context.Context, name string, d incident.Draft, by string) (incident.StatusUpdate, error) {
	inc, err := e.Incident(ctx, name)
	if err != nil {
		return incident.StatusUpdate{}, err
	}
	return inc.Compose(d, by, e.env(ctx))
}

// TellAudience sends a status update of an incident, and returns it; or the one that the same request sent before.
func (e *Engine) TellAudience(ctx context.Context, name string, act incident.Action) (incident.StatusUpdate, error) {
	inc, err := e.ActOnIncident(ctx, name, act)
	if err != nil {
		return incident.StatusUpdate{}, err
	}
	return *inc.UpdateOf(act), nil
}
