package request_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/integrations/request"
)

var now = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func TestAProviderMayAskToBeLeftAloneForAnHourAtMost(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, " 7 ": 7 * time.Second, "90000": time.Hour, "99999999999999999999": 0,
		"Mon, 09 Mar 2026 12:00:30 GMT": 30 * time.Second, "Mon, 09 Mar 2026 11:00:00 GMT": 0, "Tue, 10 Mar 2026 12:00:00 GMT": time.Hour,
	} {
		if got := request.RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestWhatAProviderSaysIsShortAndHoldsNoSecret(t *testing.T) {
	t.Parallel()
	if got := request.Clean("  your key\r\ns3cret \xff is\twrong ", "", "s3cret"); got != "your key *** is wrong" {
		t.Errorf("got %q", got)
	}
	if got := []rune(request.Clean(strings.Repeat("é", 1000))); len(got) != 201 || got[200] != '…' {
		t.Errorf("%d letters are passed on", len(got))
	}
}

func TestARedirectIsNotFollowedAndAFailureNamesNoAddress(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%v went elsewhere", r.Header)
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	x := request.Exchange{Provider: "acme", Method: http.MethodPost, URL: server.URL + "/x?key=s3cret", Body: map[string]int{"n": 1},
		Header:  http.Header{"Authorization": {"Bearer s3cret"}},
		Refusal: func(resp *http.Response, _ []byte) error { return deliver.Permanent("acme: %d", resp.StatusCode) }}
	client := request.Client(nil, time.Second)
	if err := x.Do(context.Background(), client); err == nil || err.Error() != "failed for good: acme: 307" {
		t.Errorf("redirected: %v", err)
	}
	server.Close()
	err := x.Do(context.Background(), client)
	var retry *deliver.Retry
	if !errors.As(err, &retry) || strings.Contains(err.Error(), "s3cret") || !strings.HasPrefix(err.Error(), "acme: no answer: ") {
		t.Errorf("away: %v", err)
	}
}

func TestAnAnswerThatBreaksOffIsNotTakenForALoginPage(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"id":"7"`))
	}))
	defer server.Close()
	var got struct{ ID string }
	err := request.Exchange{Provider: "acme", Method: http.MethodGet, URL: server.URL, Into: &got}.Do(context.Background(), request.Client(nil, time.Second))
	var retry *deliver.Retry
	if !errors.As(err, &retry) || err.Error() != "acme: its answer broke off: unexpected EOF" {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerThatIsNotJSONMayPass(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.Header.Get("Content-Type") != "application/json" || r.Header.Get("User-Agent") != "Tocsin" {
			t.Errorf("asked with %v", r.Header)
		}
		_, _ = w.Write([]byte(map[string]string{"/page": "<html>log in</html>", "/ok": `{"id":"7"}`}[r.URL.Path]))
	}))
	defer server.Close()
	var got struct{ ID string }
	client := request.Client(nil, time.Second)
	ok := request.Exchange{Provider: "acme", Method: http.MethodGet, URL: server.URL + "/ok", Into: &got}
	if err := ok.Do(context.Background(), client); err != nil || got.ID != "7" {
		t.Errorf("got %+v, %v", got, err)
	}
	page := request.Exchange{Provider: "acme", Method: http.MethodPost, URL: server.URL + "/page", Body: 1, Into: &got}
	var retry *deliver.Retry
	if err := page.Do(context.Background(), client); !errors.As(err, &retry) || !strings.Contains(err.Error(), "not its JSON") {
		t.Errorf("a page: %v", err)
	}
	if err := (request.Exchange{Provider: "acme", Method: http.MethodGet, URL: ":no"}).Do(context.Background(), client); !errors.Is(err, deliver.ErrPermanent) {
		t.Errorf("no address: %v", err)
	}
}
