package deliver

import (
	"context"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/digest"
)

// review writes the message of a digest, of what is so at the time of the sending. One that cannot be read is sent later.
func (d *Deliverer) review(ctx context.Context, m *Message, s *digest.State, round int) error {
	sent, ok := s.Of(round)
	if !ok {
		return Permanent("digest %d is long over", round)
	}
	content, err := d.ledger.Review(ctx, sent.Since)
	if err != nil {
		return RetryAfter(0, "what the digest is about could not be read: %w", err)
	}
	zone := m.Zone
	if zone == nil {
		zone = time.UTC
	}
	m.Title, m.Text = content.Write(s.Settings, sent.From, sent.Until, d.now(), zone)
	return nil
}
