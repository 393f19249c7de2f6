package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const key = "the-key-of-the-test"

func to(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	c, err := New("http://tocsin.example.com/", key, Through(h))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARequestBringsItsKeyAndBody(t *testing.T) {
	t.Parallel()
	c := to(t, func(w http.ResponseWriter, r *http.Request) {
		var body map[string]string
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		got := []string{r.Method, r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body["note"]}
		want := []string{"POST", "http://tocsin.example.com/api/v1/alerts/1/ack?a=b+c", "Bearer " + key, "application/json", "on it"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		fmt.Fprint(w, `{"status":"acked"}`)
	})
	var answer struct{ Status string }
	err := c.Do(t.Context(), http.MethodPost, "/api/v1/alerts/1/ack", map[string][]string{"a": {"b c"}}, map[string]string{"note": "on it"}, &answer)
	if err != nil || answer.Status != "acked" {
		t.Errorf("%+v, %v", answer, err)
	}
}

func TestAnAnswerThatIsNoSaysWhy(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   Refused
	}{
		{"Tocsin's", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"error":{"code":"refused","message":"Alert #1 was closed.","hint":"look"}}`)
		}, Refused{409, "Alert #1 was closed.", "look"}},
		{"plain text", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "not ready: stopping", http.StatusServiceUnavailable)
		},
			Refused{503, "not ready: stopping", ""}},
		{"a proxy's page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "<html>"+strings.Repeat("x", 9000))
		}, Refused{502, "the server answered 502 Bad Gateway", ""}},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://tocsin.example.com/", http.StatusMovedPermanently)
		}, Refused{301, "the server sends elsewhere: https://tocsin.example.com/", "use that address"}},
	} {
		err := to(t, test.answer).Get(t.Context(), "/x", nil, nil)
		var got *Refused
		if !errors.As(err, &got) {
			t.Errorf("%s: %v is not a refusal", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, *got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestAServerThatIsNotThereIsUnreachable(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	c, err := New(strings.Replace(gone.URL, "http://", "http://user:password@", 1), key, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Get(context.Background(), "/api/v1/alerts", nil, nil)
	var unreachable *Unreachable
	if !errors.As(err, &unreachable) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("%v, want that nobody answers", err)
	}
	if text := fmt.Sprint(err); strings.Contains(text, "password") || strings.Contains(text, key) {
		t.Errorf("the error shows a secret: %s", text)
	}
}

func TestAnAnswerOfSomethingElseIsSaidToBe(t *testing.T) {
	t.Parallel()
	c := to(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>hello") })
	var answer struct{}
	if err := c.Get(t.Context(), "/", nil, &answer); err == nil || !strings.Contains(err.Error(), "is this the address of a Tocsin server?") {
		t.Errorf("%v", err)
	}
}

func TestOnlyAddressesAndKeysThatCanBeAreTaken(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "localhost:8080", "ftp://tocsin", "http://", "http://[::1"} {
		if _, err := New(address, key, nil); err == nil || !strings.Contains(err.Error(), "http://HOST:PORT") {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := New("http://tocsin", "two\nlines", nil); err == nil || strings.Contains(err.Error(), "two") {
		t.Errorf("a key of two lines: %v", err)
	}
}

func TestAListIsReadPageByPageUpToItsLimit(t *testing.T) {
	t.Parallel()
	var asked []string
	pages := map[string]string{
		"":  `{"items":[1,2],"next":"a"}`,
		"a": `{"items":[],"next":"b"}`, // a page may be empty without being the last
		"b": `{"items":[3],"next":""}`,
	}
	c := to(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		fmt.Fprint(w, pages[r.URL.Query().Get("cursor")])
	})
	items, more, err := c.List(t.Context(), "/list", map[string][]string{"tag": {"x"}}, 10)
	if err != nil || more || len(items) != 3 {
		t.Errorf("%d items, more %t, %v; want all 3", len(items), more, err)
	}
	want := []string{"limit=10&tag=x", "cursor=a&limit=8&tag=x", "cursor=b&limit=8&tag=x"}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if items, more, err = c.List(t.Context(), "/list", nil, 2); err != nil || !more || len(items) != 2 {
		t.Errorf("%d items, more %t, %v; want 2 and that there are more", len(items), more, err)
	}
}
