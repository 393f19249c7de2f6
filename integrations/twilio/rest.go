package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

const maxAnswer = 64 << 10

// codeTooManyRequests is the error code that comes with HTTP 429.
const codeTooManyRequests = 20429

// answer is what Twilio says, whether it took the request or not.
type answer struct {
	SID     string `json:"sid"`
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// create posts a form to a resource of the account and returns the sid of what was made.
//
// Twilio has no idempotency key for messages and calls. A request that was written but not answered may have
// been carried out, and is tried again all the same: a page may come twice, it must not be lost.
func (c *Client) create(ctx context.Context, resource string, form url.Values) (sid string, err error) {
	target := c.cfg.BaseURL + "/2010-04-01/Accounts/" + url.PathEscape(c.cfg.AccountSID) + "/" + resource + ".json"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return "", deliver.Permanent("twilio: base_url cannot be used for requests")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.SetBasicAuth(c.cfg.AccountSID, c.cfg.AuthToken)

	resp, err := c.http.Do(req)
	if err != nil {
		return "", deliver.RetryAfter(0, "twilio: no answer, it may have been sent all the same: %w", request.Cause(err))
	}
	defer resp.Body.Close()
	var said answer
	body, readErr := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	parseErr := json.Unmarshal(body, &said)
	if resp.StatusCode/100 != 2 {
		return "", c.refusal(resp, said)
	}
	if err := errors.Join(readErr, parseErr); err != nil || said.SID == "" {
		return "", deliver.RetryAfter(0, "twilio: answered %d without the sid of what it made: is base_url Twilio?", resp.StatusCode)
	}
	return said.SID, nil
}

// refusal sorts a refused request into tried again later and failed for good.
// Codes: https://www.twilio.com/docs/api/errors
func (c *Client) refusal(resp *http.Response, said answer) error {
	what := fmt.Sprintf("HTTP %d", resp.StatusCode)
	if said.Code != 0 {
		what += fmt.Sprintf(", error %d", said.Code)
	}
	if said.Message != "" {
		what += ": " + request.Clean(said.Message, c.cfg.AuthToken)
	}
	after := request.RetryAfter(resp.Header, time.Now())
	switch {
	case resp.StatusCode == http.StatusTooManyRequests || said.Code == codeTooManyRequests:
		return deliver.Limited(after, "twilio: rate limit (%s)", what)
	case resp.StatusCode >= 500 || resp.StatusCode == http.StatusRequestTimeout:
		return deliver.RetryAfter(after, "twilio: %s", what)
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return deliver.Permanent("twilio: refused the account (%s): check account_sid and auth_token", what)
	case refusals[said.Code] != "":
		return deliver.Permanent("twilio: %s (%s)", refusals[said.Code], what)
	}
	return deliver.Permanent("twilio: %s", what)
}

// refusals says in plain words what the usual error codes of a refused request mean.
var refusals = map[int]string{
	21211: "the number is not a valid phone number",
	21214: "the number cannot be called",
	21215: "calls to that country are not enabled: see geographic permissions in the Twilio console",
	21408: "texts to that country are not enabled: see geographic permissions in the Twilio console",
	21610: "the person has texted STOP to this number: only a text of START from their phone undoes it",
	21614: "the number cannot receive texts",
}
