package request

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

// maxAnswer is how much of an answer is read: far more than an API sends of what is asked for.
const maxAnswer = 16 << 20 // bytes

// Exchange is a request of JSON and its answer.
type Exchange struct {
	Provider string // what its errors begin with
	Method   string
	URL      string
	Header   http.Header // credentials, and what the API asks for
	Body     any         // nil for none
	Into     any         // what the answer is read into; nil for nowhere
	// Refusal sorts an answer that is not 2xx: made with deliver.RetryAfter, Limited or Permanent.
	Refusal func(resp *http.Response, answer []byte) error
}

// Do makes the request. What may pass is tried again by delivery, what cannot be sent is not.
func (x Exchange) Do(ctx context.Context, client *http.Client) error {
	var body io.Reader
	if x.Body != nil {
		data, err := json.Marshal(x.Body)
		if err != nil {
			return deliver.Permanent("%s: writing the request: %w", x.Provider, err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, x.Method, x.URL, body)
	if err != nil {
		return deliver.Permanent("%s: base_url cannot be used for requests", x.Provider)
	}
	req.Header = x.Header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("User-Agent", "Tocsin")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := client.Do(req)
	if err != nil {
		return deliver.RetryAfter(0, "%s: no answer: %w", x.Provider, Cause(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode/100 != 2 {
		return x.Refusal(resp, answer)
	}
	if x.Into == nil {
		return nil
	}
	if err != nil {
		return deliver.RetryAfter(0, "%s: its answer broke off: %w", x.Provider, Cause(err))
	}
	if err := json.Unmarshal(answer, x.Into); err != nil {
		return deliver.RetryAfter(0, "%s: answered %d with something that is not its JSON: is base_url its API, without a login page before it?", x.Provider, resp.StatusCode)
	}
	return nil
}
