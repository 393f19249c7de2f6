package twilio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/twilio/twilio-go/client"
	"github.com/twilio/twilio-go/twiml"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

// Where Twilio's requests arrive, below the public URL.
const (
	smsPath    = "/twilio/sms"
	voicePath  = "/twilio/voice"
	statusPath = "/twilio/status"
)

// maxForm bounds what a request of Twilio may carry; real ones have a few kilobytes.
const maxForm = 64 << 10

// Acts is what people and Twilio can do to alerts. Errors that are an *alert.Refused are told to the person;
// any other error is told as "try again".
type Acts interface {
	// Act does an action to an alert, named by its id or number, and returns it as it is then.
	Act(ctx context.Context, ref string, a alert.Action) (*alert.State, error)
	// Alert returns an alert by its id or number. One that does not exist is an *alert.Refused, or nil.
	Alert(ctx context.Context, ref string) (*alert.State, error)
	// PagedTo returns the alerts that are not closed and have paged the user.
	PagedTo(ctx context.Context, user string) ([]*alert.State, error)
	// Bundle returns the alerts of a bundle ("b-…"), worst first.
	Bundle(ctx context.Context, id string) ([]*alert.State, error)
	// Report is the provider's final word about a page: id is the record that holds it, or a bundle ("b-…",
	// page 0), ref is the sid of the message or call. It may come more than once and before the send is
	// settled; the first final word about a ref stays.
	Report(ctx context.Context, id store.ID, page int, ref string, delivered bool, reason string) error
}

// Inbound answers Twilio's requests. All of them must carry a valid signature.
type Inbound struct {
	public     string
	validators []client.RequestValidator

	acts      Acts
	signer    *token.Signer
	directory func() *directory.Directory
	now       func() time.Time
	log       *slog.Logger
	answered  *answers
}

// InboundOptions is what Inbound needs; all of it is required.
type InboundOptions struct {
	Acts      Acts
	Signer    *token.Signer
	Directory func() *directory.Directory
	Now       func() time.Time
	Log       *slog.Logger
}

// Inbound makes the handlers that belong to the account.
func (c *Client) Inbound(o InboundOptions) *Inbound {
	in := &Inbound{
		public: c.cfg.PublicURL,
		acts:   o.Acts, signer: o.Signer, directory: o.Directory, now: o.Now, log: o.Log,
		validators: []client.RequestValidator{client.NewRequestValidator(c.cfg.AuthToken)},
		answered:   newAnswers(),
	}
	if c.cfg.OtherToken != "" {
		in.validators = append(in.validators, client.NewRequestValidator(c.cfg.OtherToken))
	}
	return in
}

// SMS answers POST /twilio/sms: a text that somebody sent to our number.
func (in *Inbound) SMS() http.Handler { return in.signed(in.serveSMS) }

// Voice answers POST /twilio/voice?t=TOKEN: a call was answered, or a key was pressed in it.
func (in *Inbound) Voice() http.Handler { return in.signed(in.serveVoice) }

// Status answers POST /twilio/status?t=TOKEN: how a message or call went on.
func (in *Inbound) Status() http.Handler { return in.signed(in.serveStatus) }

// signed lets only requests through that Twilio signed. Only fields of the body reach the handler, as only
// those and the URL are signed.
func (in *Inbound) signed(next func(http.ResponseWriter, *http.Request, url.Values)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "Twilio must be configured to use POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
		if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
			http.Error(w, "the request is larger than 64 KB", http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			http.Error(w, "the request could not be read", http.StatusBadRequest)
			return
		}
		form, err := url.ParseQuery(string(bytes.TrimSpace(body)))
		if err != nil {
			http.Error(w, "the body is not a form", http.StatusBadRequest)
			return
		}
		if !in.genuine(r.URL.RequestURI(), form, r.Header.Get("X-Twilio-Signature")) {
			in.log.WarnContext(r.Context(), "a request to a Twilio URL was not signed by this account",
				"path", r.URL.Path, "remote", r.RemoteAddr)
			http.Error(w, "the signature does not match: public_url must be what Twilio calls, and auth_token the account's", http.StatusForbidden)
			return
		}
		next(w, r, form)
	})
}

// genuine checks the signature over the public URL and the form, with each of the tokens. The validator
// compares in constant time, and tries the URL with and without its port.
func (in *Inbound) genuine(requestURI string, form url.Values, signature string) bool {
	if signature == "" {
		return false
	}
	fields := make(map[string]string, len(form))
	for name, values := range form {
		fields[name] = values[0]
	}
	ok := false
	for i := range in.validators {
		ok = in.validators[i].Validate(in.public+requestURI, fields, signature) || ok
	}
	return ok
}

// open reads the token of a callback. An expired one is fine where Twilio's signature proves the request.
func (in *Inbound) open(r *http.Request) (token.Token, error) {
	t, err := in.signer.Open(r.URL.Query().Get("t"), in.now())
	if errors.Is(err, token.ErrExpired) {
		return t, nil
	}
	return t, err
}

// speak answers a call.
func (in *Inbound) speak(w http.ResponseWriter, verbs ...twiml.Element) {
	doc, err := twiml.Voice(verbs)
	in.xml(w, doc, err)
}

// text answers a text message, with nothing when there are no words.
func (in *Inbound) text(w http.ResponseWriter, words string) {
	var verbs []twiml.Element
	if words != "" {
		verbs = append(verbs, twiml.MessagingMessage{Body: words})
	}
	doc, err := twiml.Messages(verbs)
	in.xml(w, doc, err)
}

func (in *Inbound) xml(w http.ResponseWriter, doc string, err error) {
	if err != nil {
		in.log.Error("writing an answer to Twilio", "error", err)
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, doc) // a caller that went away hears nothing
}

// reason is what an error tells the person who tried.
func reason(err error) string {
	if refused := (*alert.Refused)(nil); errors.As(err, &refused) {
		return refused.Reason
	}
	return "It could not be recorded just now. Please try again in a minute, or use the link."
}
