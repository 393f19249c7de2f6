package jira_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/issue"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/integrations/jira"
)

func TestCredentialsGoNowhereElseAndAreNotToldToPeople(t *testing.T) {
	t.Parallel()
	const secret = "jira-api-token"
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	t.Cleanup(elsewhere.Close)
	for what, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, "is a redirect, which is not followed"},
		"an echo": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"errorMessages":["no account with ` + secret + `"]}`))
		}, "no account with ***"},
	} {
		server := httptest.NewServer(c.answer)
		t.Cleanup(server.Close)
		client, err := jira.New(jira.Config{BaseURL: server.URL, Email: "t@example.com", APIToken: secret, API: 3}, http.DefaultTransport, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Send(t.Context(), deliver.Message{Kind: page.Work, Task: &page.Task{Do: issue.Read, Args: map[string]string{issue.ArgKeys: "PAY-12"}}})
		if !errors.Is(err, deliver.ErrPermanent) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if asked > 0 {
		t.Error("the login was sent to where a redirect leads")
	}
}
