package deliver

import (
	"context"
	"errors"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// retrospective puts the words of a retrospective into a message: the postmortem that was named holds them. One that
// cannot be read is sent later; one that is deleted is not sent any more.
func (d *Deliverer) retrospective(ctx context.Context, m *Message, postmortem string) error {
	if postmortem == "" {
		return nil // it is about something else
	}
	s, err := d.ledger.Postmortem(ctx, postmortem)
	switch {
	case errors.Is(err, store.ErrUnavailable), ctx.Err() != nil:
		return RetryAfter(0, "the retrospective could not be read: %w", err)
	case err != nil:
		return Permanent("the retrospective cannot be read: %w", err)
	}
	letter := s.Letter()
	m.Title, m.Text, m.Markdown = letter.Subject, letter.Text, true
	return nil
}
