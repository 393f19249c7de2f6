// Package deliver sends what records have pages for: it claims a page, hands it to the sender of its
// channel, and settles what came of it. It declares what a sender is; the providers are in integrations.
// It must not decide who is paged (package alert does), nor talk HTTP.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/schedules/ical"
)

// Message is one page as a sender renders it. Exactly one of Alert, Bundle and Text is the subject:
// an alert (Kind Escalation or Notice), several alerts of a storm, or plain words (a reminder, or news of
// several alerts).
type Message struct {
	// Key is the same for every attempt at the same message, and for no other: an idempotency key.
	Key  string
	Kind page.Kind
	Via  string

	User    *directory.User    // who it is for, or
	Channel *directory.Channel // where it goes
	Address string             // the user's e-mail address, phone number, Slack id …, the channel's To, or a subscriber's

	Alert *alert.State
	// Incident is what a reminder or notice is about, when it is about one.
	Incident   *incident.State
	Postmortem *postmortem.State // of which a channel is told news
	// Update is the status update that is told, of a message of Kind page.Update; Text is its text.
	Update *incident.StatusUpdate
	Bundle []*alert.State // a storm's alerts, worst first; len > 1
	Title  string         // of a reminder or notice
	Text   string         // plain text of a reminder or notice; for a notice about an alert, what happened
	// Markdown says that Text is Markdown of people, of up to postmortem.MaxRetrospective characters.
	Markdown bool
	Link     string     // the ack link of this recipient (absolute URL), or where a reminder leads
	Task     *page.Task // what is to be done, of a message of Kind page.Work; the rest is what it is about
	// Again says that an attempt before may have got through: its claim ran out, or it failed half way.
	Again bool
	// Unsubscribe is where a subscriber leaves (absolute URL): GET shows a page, POST acts.
	Unsubscribe string

	// Invite is the event of a calendar that comes with it, over a way that can carry one: e-mail.
	Invite *ical.Invite

	// Thread is the Ref of the first message about the same alert to the same recipient over the same way, or "".
	Thread string
	// Token names (alert, recipient, page) in signed form, for buttons and call URLs; it is what Link ends with.
	Token string
	// NextAt and NextText say who is paged next and when, for people; zero and empty when nobody.
	NextAt   time.Time
	NextText string
	// Zone is in whose wall clock times are written.
	Zone *time.Location
}

// Receipt is what a provider said when it took a message.
type Receipt struct {
	Ref       string            // its id for the message
	Delivered bool              // it is known to have arrived (a console, a webhook's 2xx)
	Editable  bool              // Ref can be given to Update and used as Thread
	Result    map[string]string // of a task: what the provider calls what it made
}

// Sender sends messages over one channel. It is called concurrently, honours ctx, and does not retry.
// An error made with RetryAfter or any unknown error is tried again; one made with Permanent is final.
type Sender interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}

// Updater is a Sender that can bring a message sent before up to date.
type Updater interface {
	Update(ctx context.Context, ref string, m Message) error
}

// ErrPermanent is what errors.Is finds in an error that trying again will not mend.
var ErrPermanent = errors.New("failed for good")

// Permanent marks a failure as final: a wrong number, an unknown user, a revoked token.
func Permanent(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrPermanent, fmt.Errorf(format, args...))
}

// Retry is a failure that may pass.
type Retry struct {
	After time.Duration // what the provider asked for; 0 when it did not
	// Limited says that the provider refuses everything for now (429), so others wait, too.
	Limited bool
	Err     error
}

func (r *Retry) Error() string { return r.Err.Error() }
func (r *Retry) Unwrap() error { return r.Err }

// RetryAfter marks a failure as passing; after is what the provider asked to wait, 0 if nothing.
func RetryAfter(after time.Duration, format string, args ...any) error {
	return &Retry{After: after, Err: fmt.Errorf(format, args...)}
}

// Limited marks a refusal for a provider's rate limit.
func Limited(after time.Duration, format string, args ...any) error {
	return &Retry{After: after, Limited: true, Err: fmt.Errorf(format, args...)}
}
