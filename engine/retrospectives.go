package engine

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
)

// Reader is somebody who gets a retrospective by e-mail.
type Reader struct {
	Email string
	User  string            // whose address that is, when the configuration names them
	State *subscriber.State // their record; nil while there is none
}

// Readers are all who get a retrospective by e-mail, each address once.
type Readers struct {
	List      []Reader
	Left      int      // who would, but have unsubscribed by themselves
	Unreached []string // users without an e-mail address
}

// RetrospectiveReaders are those who get the retrospective of a postmortem now; of one that was handed out, those who got
// it. They are: whom postmortem.retrospective names, who owns the postmortem or worked on the incident, and who is told by
// e-mail how the incident goes, other than as a public audience that it does not name.
func (e *Engine) RetrospectiveReaders(ctx context.Context, s *postmortem.State) (Readers, error) {
	env := e.env(ctx)
	subscribed, err := e.internalSubscribers(ctx, s, env)
	if err != nil {
		return Readers{}, err
	}
	var out Readers
	at := map[string]int{}
	add := func(r Reader) {
		key := strings.ToLower(r.Email)
		if i, there := at[key]; there {
			if old := &out.List[i]; r.State != nil && (old.State == nil || got(r.State, s) && !got(old.State, s)) {
				old.State = r.State // the one that has it, so that a second attempt does not choose another
			}
			return
		}
		at[key] = len(out.List)
		out.List = append(out.List, r)
	}
	for _, sub := range subscribed {
		add(Reader{sub.Email, sub.User, sub})
	}
	if s.Retrospective.MailedAt.IsZero() {
		named, unreached := namedReaders(s, env)
		out.Unreached = unreached
		for _, r := range named {
			add(r)
		}
		out.Left, err = e.dropLeft(ctx, s.Incident, &out, env)
		return out, err
	}
	out.List = slices.DeleteFunc(out.List, func(r Reader) bool { return !got(r.State, s) })
	return out, nil
}

func got(sub *subscriber.State, s *postmortem.State) bool {
	_, ok := sub.GotRetrospective(s.Name())
	return ok
}

// internalSubscribers are the records of those who are told by e-mail of an incident as colleagues, or as the audience
// that postmortem.retrospective names, and of those who were sent this retrospective already.
func (e *Engine) internalSubscribers(ctx context.Context, pm *postmortem.State, env directory.Env) (list []*subscriber.State, err error) {
	name := pm.Incident
	lists := []string{subscriber.ListOf(name, subscriber.Retrospective)}
	named := map[string]bool{}
	for _, a := range env.Dir.Incident.Audiences {
		if a.Public && a.Name != env.Dir.Postmortem.Retrospective.Audience {
			continue
		}
		lists = append(lists, subscriber.ListOf(name, a.Name))
		for _, w := range recipients(env, name, a.Name) {
			named[w.Key().Name] = true
		}
	}
	found, err := e.whole(ctx, lists...)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		s, err := as[*subscriber.State](r, "subscription")
		if err != nil {
			return nil, err
		}
		if s.By != "" || named[s.Who().Key().Name] || got(s, pm) {
			list = append(list, s)
		}
	}
	return list, nil
}

// namedReaders are those whom the configuration or the postmortem names.
func namedReaders(s *postmortem.State, env directory.Env) (list []Reader, unreached []string) {
	settings := env.Dir.Postmortem.Retrospective
	users := append([]string{s.Owner}, s.Involved...)
	users = append(users, env.Dir.Resolve(settings.Targets, env.Now, env.Pick).Users...)
	seen := map[string]bool{}
	for _, user := range users {
		if _, known := env.Dir.Users[user]; !known || seen[user] {
			continue
		}
		seen[user] = true
		if email := env.Dir.Address(user, "email"); email != "" {
			list = append(list, Reader{Email: email, User: user})
		} else {
			unreached = append(unreached, user)
		}
	}
	for _, email := range settings.Emails {
		list = append(list, Reader{Email: email})
	}
	for _, w := range recipients(env, s.Incident, settings.Audience) {
		list = append(list, Reader{Email: w.Email, User: w.User})
	}
	return list, unreached
}

// dropLeft takes out those who have no active record but have unsubscribed by themselves from the mails of an incident,
// whoever names them, and says how many they were.
func (e *Engine) dropLeft(ctx context.Context, name string, readers *Readers, env directory.Env) (left int, err error) {
	audiences := []string{subscriber.Retrospective}
	for _, a := range env.Dir.Incident.Audiences {
		audiences = append(audiences, a.Name)
	}
	var keys []store.Key
	var of []int
	for i, r := range readers.List {
		if r.State != nil {
			continue
		}
		for _, audience := range audiences {
			keys, of = append(keys, subscriber.Who{Incident: name, Audience: audience, Email: r.Email}.Key()), append(of, i)
		}
	}
	if len(keys) == 0 {
		return 0, nil
	}
	found, err := e.store.Find(ctx, keys...)
	if err != nil {
		return 0, err
	}
	gone := map[int]bool{}
	for k, r := range found {
		if !r.Exists() {
			continue
		}
		s, err := as[*subscriber.State](r, "subscription")
		if err != nil {
			return 0, err
		}
		gone[of[k]] = gone[of[k]] || s.Left == subscriber.Themselves
	}
	var kept []Reader
	for i, r := range readers.List {
		if gone[i] {
			left++
			continue
		}
		kept = append(kept, r)
	}
	readers.List = kept
	return left, nil
}

// mailRetrospective puts the retrospective that was claimed into the records of all who get it, and then says so in the
// postmortem. Done again it gives it only to those who have not got it yet; what fails is tried again when the lease is
// over, and so is what a crash leaves undone.
func (e *Engine) mailRetrospective(ctx context.Context, s *postmortem.State) {
	if e.Now().After(s.Retrospective.MailAt.Add(-outbox.Patience)) {
		return // held up: the lease would be over before the attempt
	}
	ctx, cancel := context.WithTimeout(store.Repeatable(ctx), outbox.Patience)
	defer cancel()
	done, err := e.handOut(ctx, s)
	if err == nil {
		_, err = one[*postmortem.State](ctx, e, s.ID, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			_, err := postmortem.Apply(rec.(*postmortem.State), done, env)
			return alert.Effects{}, err
		})
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		e.log.Warn("a retrospective could not be handed to all who get it yet; it is tried again", "postmortem", s.Name(), "error", err)
	}
}

func (e *Engine) handOut(ctx context.Context, s *postmortem.State) (postmortem.Mailed, error) {
	readers, err := e.RetrospectiveReaders(ctx, s)
	if err != nil {
		return postmortem.Mailed{}, err
	}
	done := postmortem.Mailed{To: len(readers.List), Left: readers.Left, Unreached: readers.Unreached}
	if !e.env(ctx).Dir.Vias["email"] {
		done.To = 0
		return done, nil // it went to channels
	}
	var there []store.ID
	var fresh []subscriber.Who
	for _, r := range readers.List {
		if r.State != nil {
			there = append(there, r.State.ID)
		} else {
			fresh = append(fresh, subscriber.Who{Incident: s.Incident, Audience: subscriber.Retrospective, Email: r.Email, User: r.User})
		}
	}
	post := func(sub *subscriber.State, env directory.Env) error {
		sub.PostRetrospective(s.Name(), s.Retrospective.Subject, env)
		return nil
	}
	for part := range slices.Chunk(there, batch) {
		if err := e.editSubscribers(ctx, part, post); err != nil {
			return done, err
		}
	}
	return done, e.eachSubscriber(ctx, fresh, 0, post)
}
