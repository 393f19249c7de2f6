package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/outbox"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// runErrands does what an incident has claimed to do to other records, and then says so in the incident, which it
// returns. What fails is tried again when the lease is over; so is what a crash leaves undone.
func (e *Engine) runErrands(ctx context.Context, inc *incident.State) *incident.State {
	claimed := inc.Claimed()
	if len(claimed) == 0 || e.Now().After(claimed[0].At.Add(-outbox.Patience)) {
		return inc // held up: the lease would be over before the attempt
	}
	ctx, cancel := context.WithTimeout(store.Repeatable(ctx), outbox.Patience)
	defer cancel()
	var done incident.Done
	var failed error
	took := func(err error, errands ...incident.Errand) {
		if err != nil {
			failed = err
			return
		}
		for _, er := range errands {
			done.Errands = append(done.Errands, er.N)
		}
	}
	var touched, mails []incident.Errand
	for _, er := range claimed {
		switch er.Do {
		case incident.Page:
			got, err := e.Ingest(ctx, incident.Integration, []event.Event{summons(inc, er.To, er.By)})
			if err == nil {
				done.Paged = append(done.Paged, incident.Paged{To: er.To, Alert: got[0].ID, Number: got[0].Number})
			}
			took(err, er)
		case incident.Mail:
			mails = append(mails, er)
		case incident.Ask:
			var err error
			done.Owed, err = e.owed(ctx, inc)
			took(err, er)
		case incident.Discard:
			took(e.discard(ctx, er.Alert), er)
		default:
			touched = append(touched, er)
		}
	}
	e.touch(ctx, inc, touched, took)
	for _, er := range mails { // last, for thousands may get them: who is called does not wait for that
		err := e.mail(ctx, inc, er.To)
		if took(err, er); err != nil {
			break // they go in their order
		}
	}
	if len(done.Errands) > 0 {
		got, err := one[*incident.State](ctx, e, inc.ID, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			_, err := incident.Apply(rec.(*incident.State), done, env)
			return alert.Effects{}, err
		})
		if err == nil {
			inc = got
		} else if !errors.Is(err, ErrNotFound) {
			failed = err
		}
	}
	if failed != nil {
		e.log.Warn("what an incident has to do to others could not all be done yet; it is tried again", "incident", inc.Name(), "error", failed)
	}
	return inc
}

// touch does errands to alerts, each in a commit of its own. What an alert refuses, or an alert that is not there any
// more, has come to its end.
func (e *Engine) touch(ctx context.Context, inc *incident.State, errands []incident.Errand, took func(error, ...incident.Errand)) {
	byAlert := map[store.ID][]incident.Errand{}
	var ids []store.ID
	for _, er := range errands {
		if _, ok := byAlert[er.Alert]; !ok {
			ids = append(ids, er.Alert)
		}
		byAlert[er.Alert] = append(byAlert[er.Alert], er)
	}
	for part := range slices.Chunk(ids, batch) {
		for i, got := range e.edit(ctx, part, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			a, ok := rec.(*alert.State)
			if !ok {
				return alert.Effects{}, ErrNotFound
			}
			var fx alert.Effects
			for _, er := range byAlert[a.ID] {
				step, err := alert.Apply(a, errandTo(inc, er), env)
				if refused := (*alert.Refused)(nil); err != nil && !errors.As(err, &refused) {
					return fx, err
				}
				fx.Unreachable += step.Unreachable
			}
			return fx, nil
		}) {
			if errors.Is(got.err, ErrNotFound) {
				got.err = nil
			}
			took(got.err, byAlert[part[i]]...)
		}
	}
}

// errandTo is what an errand means for its alert.
func errandTo(inc *incident.State, er incident.Errand) alert.Input {
	switch er.Do {
	case incident.Join:
		return alert.IncidentJoined{Incident: inc.Name()}
	case incident.Leave:
		return alert.IncidentLeft{Incident: inc.Name()}
	}
	note := "with " + inc.Name()
	if er.By == "" {
		note = inc.Name() + " is " + string(inc.Status)
	}
	return alert.Action{Do: alert.Close, By: er.By, Via: er.Via, Note: note}
}

// owed reports whether a postmortem of an incident is still owed.
func (e *Engine) owed(ctx context.Context, inc *incident.State) (bool, error) {
	found, err := e.store.Load(ctx, inc.Postmortems()...)
	if err != nil {
		return false, err
	}
	for _, r := range found {
		if !r.Exists() {
			continue
		}
		if pm, err := as[*postmortem.State](r, "postmortem"); err == nil && pm.Status == postmortem.Open {
			return true, nil
		}
	}
	return false, nil
}

// tellIncident brings an alert's answer to its incident, and then says so in the alert.
func (e *Engine) tellIncident(ctx context.Context, a *alert.State) {
	if e.Now().After(a.Answer.Due.Add(-outbox.Patience)) {
		return
	}
	ctx, cancel := context.WithTimeout(store.Repeatable(ctx), outbox.Patience)
	defer cancel()
	in := incident.Answered{Alert: a.ID, Number: a.Number, Status: incident.Aware, By: a.Answer.By, At: a.Answer.At, Via: a.Answer.Via, Text: a.Answer.Text}
	if a.Answer.Declined {
		in.Status = incident.Declined
	}
	key := store.Key{Shard: incident.Shard, Name: incident.NameKey(a.Incident)}
	_, err := e.incidentTx(ctx, key, func(s *incident.State, env directory.Env) (_ *incident.State, fx incident.Effects, err error) {
		if s == nil {
			return nil, fx, ErrNotFound // it is deleted: nobody wants to know
		}
		fx, err = incident.Apply(s, in, env)
		return s, fx, err
	})
	if err == nil || errors.Is(err, ErrNotFound) {
		_, err = one[*alert.State](ctx, e, a.ID, func(rec record.Record, env directory.Env) (alert.Effects, error) {
			return alert.Apply(rec.(*alert.State), alert.AnswerTold{N: a.Answer.N}, env)
		})
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		e.log.Warn("an incident could not be told of an answer yet; it is tried again", "incident", a.Incident, "alert", a.Number, "error", err)
	}
}
