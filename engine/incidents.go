package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/attachment"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// incidentKey is what the alerts that rules turn into incidents are gathered by: the service, or else the
// team, or else the rule.
func incidentKey(a *alert.State) string {
	switch {
	case a.Service != "":
		return "service/" + a.Service
	case a.Team != "":
		return "team/" + a.Team
	}
	return "rule/" + a.Rule
}

// joinIncident does what an alert wants of an incident: open one or join it, and then tell the alert. Both
// can be done again without harm, so a crash between them costs nothing. A failure is tried again when the
// alert, whose wish stays in it, is woken next: see alert.ClaimJoin.
func (e *Engine) joinIncident(ctx context.Context, a *alert.State) {
	inc, err := e.gather(ctx, incident.Opening{
		Key: incidentKey(a), Title: a.Title, Priority: a.Priority, Service: a.Service, Team: a.Team, Tags: a.Tags,
		Reason: "rule " + a.Rule,
	}, joining(a))
	if err == nil {
		_, err = one[*alert.State](ctx, e, a.ID, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			return alert.Apply(rec.(*alert.State), alert.IncidentJoined{Incident: inc.Name()}, env)
		})
	}
	if err != nil {
		e.log.Warn("an incident could not be opened yet; it is tried again", "id", a.ID, "at", a.IncidentDue, "error", err)
	}
}

// joining is what an incident has to know of an alert that joins it.
func joining(a *alert.State) incident.Joined {
	return incident.Joined{
		Alert:    incident.Alert{ID: a.ID, Number: a.Number, Title: a.Title},
		Priority: a.Priority, Tags: a.Tags, Labels: a.Labels,
		StartsAt: a.StartsAt, CreatedAt: a.CreatedAt, AckedAt: a.AckedAt, AckedBy: a.AckedBy,
	}
}

// gather joins an alert to the incident that gathers by the key, or opens one.
func (e *Engine) gather(ctx context.Context, o incident.Opening, in incident.Joined) (*incident.State, error) {
	key := store.Key{Shard: incident.Shard, Name: incident.Key(o.Key)}
	number := e.number(ctx, "incident")
	var had *incident.State
	inc, err := e.incidentTx(ctx, key, func(s *incident.State, env directory.Env) (_ *incident.State, fx incident.Effects, err error) {
		if s == nil {
			if had, err = e.tookIn(ctx, in.Alert.ID); had != nil || err != nil {
				return nil, fx, cmp.Or(err, errTookIn)
			}
			n, err := number()
			if err != nil {
				return nil, fx, err
			}
			s = incident.New(store.NewID(store.KindIncident, incident.Shard), n, o, env)
		}
		fx, err = incident.Apply(s, in, env)
		return s, fx, err
	})
	if errors.Is(err, errTookIn) {
		return had, nil
	}
	return inc, err
}

// errTookIn says that an alert need not be gathered any more.
var errTookIn = errors.New("an incident took the alert in before it was closed")

// tookIn is the closed incident that has an alert already, nil where none has: it took the alert in, the alert was not told,
// and somebody closed it before the alert asked again. Only the latest are looked at, for that is a matter of seconds.
func (e *Engine) tookIn(ctx context.Context, id store.ID) (*incident.State, error) {
	latest, _, err := e.Incidents(ctx, []incident.Status{incident.Closed}, store.Cursor{}, 50)
	if err != nil {
		return nil, err
	}
	for _, s := range latest {
		if slices.ContainsFunc(s.Alerts, func(a incident.Alert) bool { return a.ID == id }) {
			return s, nil
		}
	}
	return nil, nil
}

// number reserves a number of a counter when it is first asked for, and returns the same one when a commit is
// tried again.
func (e *Engine) number(ctx context.Context, counter string) func() (uint64, error) {
	var reserved uint64
	return func() (_ uint64, err error) {
		if reserved == 0 {
			reserved, err = e.store.Reserve(ctx, counter, 1)
		}
		return reserved, err
	}
}

// OpenIncident opens an incident by hand. Alerts that rules turn into incidents of the same service or team
// join it; when there is such an incident already, that one is returned instead, and opened is false.
func (e *Engine) OpenIncident(ctx context.Context, o incident.Opening) (inc *incident.State, opened bool, err error) {
	switch {
	case o.Service != "":
		o.Key = "service/" + o.Service
	case o.Team != "":
		o.Key = "team/" + o.Team
	}
	if o.Key == "" {
		inc, err = e.newIncident(ctx, o)
		return inc, err == nil, err
	}
	key := store.Key{Shard: incident.Shard, Name: incident.Key(o.Key)}
	number := e.number(ctx, "incident")
	inc, err = e.incidentTx(ctx, key, func(s *incident.State, env directory.Env) (_ *incident.State, fx incident.Effects, err error) {
		if opened = s == nil; !opened {
			return s, fx, nil
		}
		n, err := number()
		if err != nil {
			return nil, fx, err
		}
		return incident.New(store.NewID(store.KindIncident, incident.Shard), n, o, env), fx, nil
	})
	return inc, opened, err
}

func (e *Engine) newIncident(ctx context.Context, o incident.Opening) (*incident.State, error) {
	number, err := e.store.Reserve(ctx, "incident", 1)
	if err != nil {
		return nil, err
	}
	key := store.Key{Shard: incident.Shard, Name: incident.NameKey(incident.Name(number))}
	return e.incidentTx(ctx, key, func(s *incident.State, env directory.Env) (_ *incident.State, fx incident.Effects, err error) {
		if s != nil {
			return s, fx, nil // a try before got through
		}
		return incident.New(store.NewID(store.KindIncident, incident.Shard), number, o, env), fx, nil
	})
}

// ActOnIncident does one thing to an incident, named INC-7. Closing it makes the postmortem that it owes in
// the same commit.
func (e *Engine) ActOnIncident(ctx context.Context, name string, act incident.Action) (*incident.State, error) {
	return e.onIncident(ctx, name, act)
}

// successor names the other incident that gathers by the same key by now, "" when there is none.
func (e *Engine) successor(ctx context.Context, s *incident.State) (string, error) {
	found, err := e.store.Find(ctx, store.Key{Shard: incident.Shard, Name: incident.Key(s.Key)})
	if err != nil || !found[0].Exists() || found[0].ID == s.ID {
		return "", err
	}
	heir, err := as[*incident.State](found[0], "incident")
	if err != nil {
		return "", err
	}
	return heir.Name(), nil
}

// incidentChange makes of an incident (nil when there is none yet) what is to be committed.
type incidentChange func(*incident.State, directory.Env) (*incident.State, incident.Effects, error)

// incidentTx applies f to the incident that holds the key (nil when none does) and commits what it returns,
// together with the postmortem that it owes now; again and again until no conflict is left.
func (e *Engine) incidentTx(ctx context.Context, key store.Key, f incidentChange) (*incident.State, error) {
	pmNumber := e.number(ctx, "postmortem")
	for range tries {
		found, err := e.store.Find(ctx, key)
		if err != nil {
			return nil, err
		}
		var was *incident.State
		var image record.Image
		if found[0].Exists() {
			if was, err = as[*incident.State](found[0], "incident"); err != nil {
				return nil, err
			}
			image = record.ImageOf(was, found[0].Version)
		}
		env := e.env(ctx)
		s, fx, err := f(was, env)
		if err != nil {
			return nil, err
		}
		s.Claim(env)
		changes, err := e.incidentChanges(ctx, image, s, fx, pmNumber, env)
		if err != nil {
			for _, a := range changes {
				e.Delivery.Release(a.claims)
			}
			return nil, err
		}
		switch err = e.commitTogether(ctx, changes, env); {
		case err == nil:
			return e.runErrands(ctx, s), nil
		case !errors.Is(err, store.ErrConflict):
			return s, err
		}
	}
	return nil, fmt.Errorf("%w: the incident is changed by others all the time", store.ErrUnavailable)
}

// incidentChanges are the changes of an incident, of the postmortem that it owes now, and of a file that came.
func (e *Engine) incidentChanges(ctx context.Context, image record.Image, s *incident.State, fx incident.Effects, number func() (uint64, error), env directory.Env) ([]attempt, error) {
	var changes []attempt
	add := func(was record.Image, r record.Record) error {
		was.ID = r.Identity()
		a, err := e.finish(was, r, alert.Effects{}, nil, env)
		if err == nil {
			changes = append(changes, a)
		}
		return err
	}
	if fx.PostmortemOwed || fx.PostmortemFor != "" {
		n, err := number()
		if err != nil {
			return nil, err
		}
		pm := postmortem.New(store.NewID(store.KindPostmortem, incident.Shard), n, s, fx.PostmortemFor, e.leadUp(ctx, s, env), env)
		if _, err = incident.Apply(s, incident.PostmortemMade{ID: pm.ID, Name: pm.Name(), Team: fx.PostmortemFor}, env); err != nil {
			return nil, err
		}
		if err = add(record.Image{}, pm); err != nil {
			return nil, err
		}
	}
	if fx.Bytes != nil {
		if err := add(record.Image{}, attachment.New(fx.Bytes.ID, s.ID, fx.Bytes.Data, env.Now)); err != nil {
			return nil, err
		}
	}
	err := add(image, s)
	return changes, err
}

// commitTogether commits changes of one shard at once.
func (e *Engine) commitTogether(ctx context.Context, changes []attempt, env directory.Env) error {
	var tx store.Tx
	for _, a := range changes {
		tx = append(tx, a.change)
	}
	err := e.store.Commit(ctx, tx)[0]
	for _, a := range changes {
		if err != nil {
			e.Delivery.Release(a.claims)
		} else {
			e.after(a, env)
		}
	}
	return err
}

// Incident returns an incident by its name, INC-7.
func (e *Engine) Incident(ctx context.Context, name string) (*incident.State, error) {
	return named[*incident.State](ctx, e, "incident", name)
}

// Incidents returns a page of incidents, newest first; no statuses means all.
func (e *Engine) Incidents(ctx context.Context, statuses []incident.Status, before store.Cursor, limit int) ([]*incident.State, store.Cursor, error) {
	if len(statuses) == 0 {
		statuses = incident.Statuses[:]
	}
	var lists []string
	for _, s := range statuses {
		lists = append(lists, incident.ListOf(s))
	}
	return pageOf[*incident.State](ctx, e, lists, before, limit)
}

// onIncident lets one thing happen to an incident, named INC-7.
func (e *Engine) onIncident(ctx context.Context, name string, in incident.Input) (*incident.State, error) {
	key := store.Key{Shard: incident.Shard, Name: incident.NameKey(name)}
	return e.incidentTx(ctx, key, func(s *incident.State, env directory.Env) (_ *incident.State, fx incident.Effects, err error) {
		if s == nil {
			return nil, fx, fmt.Errorf("%w: there is no incident %q", ErrNotFound, clip(name))
		}
		if act, ok := in.(incident.Action); ok && act.Do == incident.Reopen && s.Key != "" {
			if act.Successor, err = e.successor(ctx, s); err != nil {
				return nil, fx, err
			}
			in = act
		}
		fx, err = incident.Apply(s, in, env)
		return s, fx, err
	})
}
