package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/policy"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

// mail gives a status update to the records of all who get it by e-mail: those whom the configuration names, for whom
// records are made, and those who were subscribed. Done again it gives it only to those who have not got it yet. Updates
// before it that wait for the same are given first, so that nobody gets them in another order.
func (e *Engine) mail(ctx context.Context, inc *incident.State, number string) error {
	n, _ := strconv.Atoi(number)
	last := inc.UpdateN(n)
	if last == nil {
		return nil
	}
	var list []incident.StatusUpdate
	for _, u := range inc.UpdatesTo(last.Audience) {
		waits := slices.ContainsFunc(inc.Errands, func(er incident.Errand) bool { return er.Do == incident.Mail && er.To == strconv.Itoa(u.N) })
		if u.N <= n && (waits || u.N == n) {
			list = append(list, u)
		}
	}
	who := recipients(e.env(ctx), inc.Name(), last.Audience)
	named := map[string]bool{}
	for _, w := range who {
		named[w.Key().Name] = true
	}
	post := func(s *subscriber.State, env directory.Env) error {
		switch {
		case named[s.Who().Key().Name]:
			s.Name(list[0].N - 1)
		case s.By == "":
			return nil // the configuration does not name them any more
		}
		for _, u := range list {
			s.Post("update/"+strconv.Itoa(u.N), u.N, heading(u), u.Text, env)
		}
		return nil
	}
	if err := e.eachSubscriber(ctx, who, list[0].N-1, post); err != nil {
		return err
	}
	return e.allSubscribers(ctx, post, subscriber.ListOf(inc.Name(), last.Audience))
}

// heading is the headline of an update by e-mail.
func heading(u incident.StatusUpdate) string {
	phase := string(u.Phase)
	return strings.ToUpper(phase[:1]) + phase[1:] + ": " + u.Title
}

// recipients are those who get the updates to an audience as the configuration says, each address once.
func recipients(env directory.Env, name, audience string) (who []subscriber.Who) {
	aud := env.Dir.Incident.Audience(audience)
	if aud == nil || !env.Dir.Vias["email"] {
		return nil
	}
	var targets []policy.Target
	for _, u := range aud.Users {
		targets = append(targets, policy.Target{Kind: policy.User, Name: u})
	}
	for _, t := range aud.Teams {
		targets = append(targets, policy.Target{Kind: policy.Team, Name: t})
	}
	seen := map[string]bool{}
	add := func(email, user string) {
		w := subscriber.Who{Incident: name, Audience: audience, Email: email, User: user}
		if key := w.Key().Name; email != "" && !seen[key] {
			seen[key] = true
			who = append(who, w)
		}
	}
	for _, u := range env.Dir.Resolve(targets, env.Now, env.Pick).Users {
		add(env.Dir.Address(u, "email"), u)
	}
	for _, email := range aud.Emails {
		add(email, "")
	}
	return who
}

// allSubscribers applies f to all who are in a list.
func (e *Engine) allSubscribers(ctx context.Context, f func(*subscriber.State, directory.Env) error, lists ...string) error {
	found, err := e.whole(ctx, lists...)
	if err != nil {
		return err
	}
	ids := make([]store.ID, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	for part := range slices.Chunk(ids, batch) {
		if err := e.editSubscribers(ctx, part, f); err != nil {
			return err
		}
	}
	return nil
}

// editSubscribers applies f to those with the ids; those who are gone are left out.
func (e *Engine) editSubscribers(ctx context.Context, ids []store.ID, f func(*subscriber.State, directory.Env) error) error {
	var failed error
	for _, got := range e.edit(ctx, ids, func(rec record.Record, env directory.Env) (alert.Effects, error) {
		s, ok := rec.(*subscriber.State)
		if !ok {
			return alert.Effects{}, ErrNotFound
		}
		return alert.Effects{}, f(s, env)
	}) {
		if got.err != nil && !errors.Is(got.err, ErrNotFound) {
			failed = got.err
		}
	}
	return failed
}

// eachSubscriber applies f to the records of some, and makes those that are not there yet: told are the status updates
// that are of no interest to them any more.
func (e *Engine) eachSubscriber(ctx context.Context, who []subscriber.Who, told int, f func(*subscriber.State, directory.Env) error) error {
	for part := range slices.Chunk(who, batch) {
		for try := 0; len(part) > 0; try++ {
			if try == tries {
				return fmt.Errorf("%w: the subscribers of %s are changed by others all the time", store.ErrUnavailable, part[0].Incident)
			}
			var err error
			if part, err = e.subscribersOnce(ctx, part, told, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// subscribersOnce does it once, and gives those whom somebody else made meanwhile.
func (e *Engine) subscribersOnce(ctx context.Context, who []subscriber.Who, told int, f func(*subscriber.State, directory.Env) error) (again []subscriber.Who, err error) {
	keys := make([]store.Key, len(who))
	for i, w := range who {
		keys[i] = w.Key()
	}
	found, err := e.store.Find(ctx, keys...)
	if err != nil {
		return nil, err
	}
	env := e.env(ctx)
	var there []store.ID
	var fresh []attempt
	var txs []store.Tx
	var of []subscriber.Who
	for i, r := range found {
		if r.Exists() {
			there = append(there, r.ID)
			continue
		}
		s := subscriber.New(store.NewID(store.KindSubscriber, keys[i].Shard), who[i], told, env)
		err := f(s, env)
		var a attempt
		if err == nil {
			a, err = e.finish(record.Image{ID: s.ID}, s, alert.Effects{}, map[string]store.ID{keys[i].Name: r.ID}, env)
		}
		if err != nil {
			for _, a := range fresh {
				e.Delivery.Release(a.claims)
			}
			return nil, err
		}
		fresh, txs, of = append(fresh, a), append(txs, store.Tx{a.change}), append(of, who[i])
	}
	for k, failed := range e.commit(ctx, txs) {
		switch {
		case failed == nil:
			e.after(fresh[k], env)
			continue
		case errors.Is(failed, store.ErrConflict):
			again = append(again, of[k])
		default:
			err = failed
		}
		e.Delivery.Release(fresh[k].claims)
	}
	if err != nil {
		return nil, err
	}
	return again, e.editSubscribers(ctx, there, f)
}
