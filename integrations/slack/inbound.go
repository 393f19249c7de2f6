package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// Acts is what people in Slack can ask of the engine. An *alert.Refused, or an error that wraps one, is
// told to the person; every other error is a fault of ours and only logged.
type Acts interface {
	// Act does a to the alert that ref names, by its id or its number, and returns it as it is then.
	Act(ctx context.Context, ref string, a alert.Action) (*alert.State, error)
	// Open returns at most limit alerts that are not closed, worst first.
	Open(ctx context.Context, limit int) ([]*alert.State, error)
	// OnCall returns who is on call now, by schedule.
	OnCall(ctx context.Context) ([]Shift, error)
	Incidents
}

// Incidents is what people in Slack can ask of incidents.
type Incidents interface {
	// IncidentIn returns the incident whose channel that is, nil when it is none's.
	IncidentIn(ctx context.Context, channel string) (*incident.State, error)
	// Incident returns the one of a name: INC-7.
	Incident(ctx context.Context, name string) (*incident.State, error)
	// OpenIncidents returns at most limit incidents that are not closed, newest first.
	OpenIncidents(ctx context.Context, limit int) ([]*incident.State, error)
	// OpenIncident opens one, or returns the one that is open for its service or team; opened is false then.
	OpenIncident(ctx context.Context, o incident.Opening) (inc *incident.State, opened bool, err error)
	ActOnIncident(ctx context.Context, name string, act incident.Action) (*incident.State, error)
	AddMessage(ctx context.Context, name string, m incident.Message) (*incident.State, error)
}

// Shift is who is on call for a schedule.
type Shift struct {
	Schedule string
	Users    []string  // names; empty for nobody
	Until    time.Time // zero when it does not end
}

// InboundOptions are what is needed to take requests from Slack.
type InboundOptions struct {
	SigningSecrets []string // of the app; several while rotating
	Acts           Acts
	Directory      func() *directory.Directory
	Now            func() time.Time
	Log            *slog.Logger
	BaseURL        string // as the sender's: response_urls may be on its host, too
}

// Interactions takes clicks on buttons, shortcuts and slash commands.
type Interactions struct {
	acts      Acts
	directory func() *directory.Directory
	now       func() time.Time
	log       *slog.Logger
	verifier  *verifier
	base      *url.URL
	client    *http.Client
}

// Slack shows an error to the person when it has no answer after 3 s.
const (
	actBudget   = 2500 * time.Millisecond
	replyBudget = 5 * time.Second
)

const notNow = "This could not be done now. Try again, or use the link in the message."

// NewInteractions checks the options.
func NewInteractions(o InboundOptions) (*Interactions, error) {
	if len(o.SigningSecrets) == 0 {
		return nil, errors.New("slack: signing_secret is missing; it is on your app's page under Basic Information")
	}
	for _, s := range o.SigningSecrets {
		if s == "" {
			return nil, errors.New("slack: a signing_secret is empty, so anybody could sign; copy it from your app's page under Basic Information")
		}
	}
	if o.Acts == nil || o.Directory == nil || o.Now == nil || o.Log == nil {
		return nil, errors.New("slack: Acts, Directory, Now and Log are needed to take requests")
	}
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return nil, err
	}
	return &Interactions{
		acts: o.Acts, directory: o.Directory, now: o.Now, log: o.Log, base: base, client: httpClient(replyBudget),
		verifier: &verifier{secrets: o.SigningSecrets, now: o.Now, seen: map[string]time.Time{}},
	}, nil
}

// authentic reads the form of a request that Slack has signed. When it returns nil, it has answered.
func (in *Interactions) authentic(w http.ResponseWriter, r *http.Request) url.Values {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Slack sends this with POST.", http.StatusMethodNotAllowed)
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		http.Error(w, "The request has more than 1 MB.", http.StatusRequestEntityTooLarge)
		return nil
	}
	if err != nil {
		http.Error(w, "The request broke off.", http.StatusBadRequest)
		return nil
	}
	switch err := in.verifier.check(r.Header, body); {
	case errors.Is(err, errReplayed):
		w.WriteHeader(http.StatusOK)
		return nil
	case errors.Is(err, errFull):
		in.log.Error("slack: refused a request, too many came in", "window", window)
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return nil
	case err != nil:
		in.log.Warn("slack: refused a request", "reason", err.Error(), "remote", r.RemoteAddr)
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, "The body is not a form.", http.StatusBadRequest)
		return nil
	}
	return form
}

// user finds who a Slack member is here. A member id that several users claim is nobody's.
func (in *Interactions) user(member string) (string, bool) {
	name, found := "", 0
	for _, u := range in.directory().Users {
		if member != "" && u.Slack == member {
			name = u.Name
			found++
		}
	}
	return name, found == 1
}

func unlinked(member string) string {
	return fmt.Sprintf("Your Slack account %s is not linked to a Tocsin user, so nothing was done. Ask whoever keeps Tocsin's configuration to set `slack: %s` for your user.", word(member), word(member))
}

// act does one thing and says how it went.
func (in *Interactions) act(ctx context.Context, ref string, a alert.Action) string {
	s, err := in.acts.Act(ctx, ref, a)
	if err != nil {
		return in.failed(err, "alert", ref, "do", string(a.Do), "user", a.By)
	}
	done := map[alert.Do]string{
		alert.Ack: "acknowledged", alert.Escalate: "escalated", alert.Snooze: "snoozed", alert.Close: "closed",
	}[a.Do]
	return fmt.Sprintf("You have %s %s.", done, mrkdwn(headline(s), maxSaid))
}

// failed is what a person is told of an error.
func (in *Interactions) failed(err error, attrs ...any) string {
	if refused := (*alert.Refused)(nil); errors.As(err, &refused) {
		return mrkdwn(refused.Reason, maxSaid)
	}
	in.log.Error("slack: could not do what was asked", append(attrs, "error", err)...)
	return notNow
}
