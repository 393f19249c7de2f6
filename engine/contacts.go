package engine

import (
	"context"
	"fmt"

	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/trail"
)

// TestContact sends a user a message over a way, to be confirmed with its link or its code. What cannot be is
// *contact.Refused.
func (e *Engine) TestContact(ctx context.Context, user, via, by string) (*contact.State, error) {
	key := contact.Key(user, via)
	fresh := func(env directory.Env) (*contact.State, error) {
		return contact.New(store.NewID(store.KindContact, key.Shard), user, via, env), nil
	}
	return upsert(ctx, e, key, fresh, func(s *contact.State, env directory.Env) (*doing, error) {
		if err := s.Test(env); err != nil {
			return nil, err
		}
		return &doing{note: contactNote(s, by, "contact.tested", "a test was sent")}, nil
	})
}

// EnterCode confirms a way with the code that was sent over it. Anything that is not so is *contact.Refused.
func (e *Engine) EnterCode(ctx context.Context, user, via, code, by string) (*contact.State, error) {
	right := false
	none := func(directory.Env) (*contact.State, error) {
		return nil, fmt.Errorf("%w: no test was sent to %s over %s", ErrNotFound, clip(user), clip(via))
	}
	s, err := upsert(ctx, e, contact.Key(user, via), none, func(s *contact.State, env directory.Env) (_ *doing, err error) {
		if right, err = s.Enter(code, env); err != nil {
			return nil, err
		}
		if !right {
			return &doing{note: contactNote(s, by, "contact.wrong_code", "a wrong code was entered")}, nil
		}
		return &doing{note: contactNote(s, by, "contact.verified", "by its code")}, nil
	})
	if err == nil && !right {
		return nil, &contact.Refused{Reason: "That is not the code that was sent."}
	}
	return s, err
}

// OpenContact confirms a way, named by its id, with the link of the test n.
func (e *Engine) OpenContact(ctx context.Context, id store.ID, n int) (*contact.State, error) {
	was, err := e.Contact(ctx, id)
	if err != nil {
		return nil, err
	}
	none := func(directory.Env) (*contact.State, error) {
		return nil, fmt.Errorf("%w: there is no such test", ErrNotFound)
	}
	return upsert(ctx, e, contact.Key(was.User, was.Via), none, func(s *contact.State, env directory.Env) (*doing, error) {
		before := s.VerifiedAt
		if err := s.Open(n, env); err != nil || s.VerifiedAt.Equal(before) {
			return nil, err
		}
		return &doing{note: contactNote(s, s.User, "contact.verified", "by its link")}, nil
	})
}

func contactNote(s *contact.State, by, did, text string) trail.Note {
	return trail.Note{By: by, Did: did, What: "user:" + s.User, Text: s.Via + ": " + text}
}

// Contact returns a way by its id, as links name it.
func (e *Engine) Contact(ctx context.Context, id store.ID) (*contact.State, error) {
	return byID[*contact.State](ctx, e, "test of a way", id)
}

// Contacts returns every way that was ever tested.
func (e *Engine) Contacts(ctx context.Context) (list []*contact.State, err error) {
	found, err := e.whole(ctx, contact.List)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		rec, err := record.Decode(r)
		if err != nil {
			return nil, err
		}
		if s, ok := rec.(*contact.State); ok {
			list = append(list, s)
		}
	}
	return list, nil
}
