package statuspage

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

const (
	// limited is how long to wait after a refusal for the rate, which is counted over a minute.
	limited = 30 * time.Second
	// statusLimited is what Statuspage also says besides 429.
	statusLimited = 420
)

// client makes requests to one page.
type client struct {
	http *http.Client
	key  string
	base string // without a slash at its end
	page string
}

func newClient(o Options) client {
	return client{
		http: request.Client(o.Transport, timeout),
		key:  o.APIKey, base: strings.TrimRight(o.BaseURL, "/"), page: o.PageID,
	}
}

// unresolved are the incidents of the page that are not over, 100 at most.
func (c client) unresolved(ctx context.Context) (list []theirs, err error) {
	err = c.do(ctx, http.MethodGet, "/unresolved", nil, &list)
	return list, err
}

// recent are the latest 100 incidents of the page.
func (c client) recent(ctx context.Context) (list []theirs, err error) {
	err = c.do(ctx, http.MethodGet, "?limit=100", nil, &list)
	return list, err
}

// get is one incident, nil when there is none.
func (c client) get(ctx context.Context, id string) (*theirs, error) {
	in := &theirs{}
	err := c.do(ctx, http.MethodGet, "/"+url.PathEscape(id), nil, in)
	if errors.Is(err, errGone) {
		return nil, nil
	}
	return in, err
}

func (c client) create(ctx context.Context, body change) (*theirs, error) {
	in := &theirs{}
	err := c.do(ctx, http.MethodPost, "", &body, in)
	return in, err
}

func (c client) update(ctx context.Context, id string, body change) (*theirs, error) {
	in := &theirs{}
	err := c.do(ctx, http.MethodPatch, "/"+url.PathEscape(id), &body, in)
	return in, err
}

// do makes one request below the incidents of the page, and decodes its answer.
func (c client) do(ctx context.Context, method, path string, body *change, answer any) error {
	x := request.Exchange{
		Provider: "statuspage", Method: method, URL: c.base + "/pages/" + url.PathEscape(c.page) + "/incidents" + path,
		Header: http.Header{"Authorization": {"OAuth " + c.key}}, Into: answer, Refusal: c.refusal,
	}
	if body != nil {
		x.Body = map[string]*change{"incident": body}
	}
	return x.Do(ctx, c.http)
}

// errGone is what do returns for 404, beside an error for people.
var errGone = errors.New("not found")

// refusal turns a status into a failure that may pass, or one for good. A key or a page that is wrong is mended in the
// configuration, and what waits is then published.
func (c client) refusal(resp *http.Response, body []byte) error {
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests, status == statusLimited:
		return deliver.Limited(cmp.Or(request.RetryAfter(resp.Header, time.Now()), limited), "statuspage: too many requests (%d)", status)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return deliver.RetryAfter(0, "statuspage: the key is refused (%d): see providers.statuspage.api_key", status)
	case status == http.StatusNotFound:
		return deliver.RetryAfter(0, "statuspage: %w (404): there is no page %q, or no such incident: see providers.statuspage.page_id", errGone, c.page)
	case status/100 == 3:
		return deliver.RetryAfter(0, "statuspage: answered %d, it is elsewhere: see providers.statuspage.base_url", status)
	case status >= 500, status == http.StatusRequestTimeout:
		return deliver.RetryAfter(0, "statuspage: answered %d", status)
	default:
		return deliver.Permanent("statuspage: answered %d: %s", status, request.Clean(said(body), c.key))
	}
}

// said is the reason in a refusal: {"error": "…"} or {"error": ["…", …]}.
func said(body []byte) string {
	var one struct{ Error string }
	var several struct{ Error []string }
	text := strings.TrimSpace(string(body))
	if json.Unmarshal(body, &one) == nil && one.Error != "" {
		text = one.Error
	} else if json.Unmarshal(body, &several) == nil && len(several.Error) > 0 {
		text = strings.Join(several.Error, "; ")
	}
	return text
}

// change is what is sent about an incident.
type change struct {
	Name         string            `json:"name"`
	Status       string            `json:"status"`
	Body         string            `json:"body"`
	Impact       string            `json:"impact_override,omitempty"`
	ComponentIDs []string          `json:"component_ids,omitempty"`
	Components   map[string]string `json:"components,omitempty"`
	Notify       bool              `json:"deliver_notifications"`
	Metadata     map[string]mark   `json:"metadata"`
}

// theirs is an incident as Statuspage answers it.
type theirs struct {
	ID         string          `json:"id"`
	Status     string          `json:"status"`
	Shortlink  string          `json:"shortlink"`
	Components []component     `json:"components"`
	Metadata   json.RawMessage `json:"metadata"`
}

type component struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// markName is the one key of metadata that is ours.
const markName = "tocsin"

// mark is what makes an incident there ours.
type mark struct {
	Key        string            `json:"key"`
	Update     int               `json:"update"`               // the number of the latest that it shows
	Components map[string]string `json:"components,omitempty"` // what it wants of them
}

// mark is empty for an incident that somebody else made.
func (t *theirs) mark() mark {
	var m map[string]json.RawMessage
	var ours mark
	if json.Unmarshal(t.Metadata, &m) != nil || json.Unmarshal(m[markName], &ours) != nil {
		return mark{}
	}
	return ours
}

// wants are the states that an unresolved incident wants its components in: as its mark says, or as they are.
func (t *theirs) wants() map[string]string {
	if m := t.mark(); m.Key != "" {
		return m.Components
	}
	now := map[string]string{}
	for _, c := range t.Components {
		now[c.ID] = c.Status
	}
	return now
}
