// Package twiliotest is a Twilio for tests: a REST API that checks what the real one checks, answers like
// it and can fail like it, and telephones that reply, answer and press keys with correctly signed requests.
package twiliotest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// The account of every fake.
const (
	AccountSID = "AC00000000000000000000000000000000"
	AuthToken  = "0123456789abcdef0123456789abcdef"
	From       = "+15550199"
)

// Mode is how the REST API behaves to requests that are right.
type Mode int

// The modes.
const (
	Works             Mode = iota
	RateLimited            // 429, error 20429, Retry-After: 7
	Broken                 // 503 with an HTML page
	Hangs                  // takes nothing and does not answer while the client waits
	TakesThenHangs         // takes the message or call, and does not answer while the client waits
	AnswersWithNoJSON      // takes it and answers 201 with a page that is not JSON
)

// Sent is a message or call that the API took.
type Sent struct {
	SID  string
	Call bool // a call, otherwise a message
	Form url.Values
}

// To is the number that is texted or called.
func (s Sent) To() string { return s.Form.Get("To") }

// Body is the text of a message.
func (s Sent) Body() string { return s.Form.Get("Body") }

// Fake is one Twilio. Its URL is the base_url of the account.
type Fake struct {
	URL string
	// SMSURL is where the account sends incoming texts, as set for the number in Twilio's console. It is
	// set by the test, once it knows where Tocsin listens, before the first Reply.
	SMSURL string

	mu      sync.Mutex
	mode    Mode
	refused map[string]int // error codes by number
	journal []Sent
	changed chan struct{} // closed and replaced when the journal or the hanging change
	hanging int
	serial  int
}

// Start starts a Fake that is stopped with the test.
func Start(tb testing.TB) *Fake {
	tb.Helper()
	f := &Fake{refused: map[string]int{}, changed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2010-04-01/Accounts/{account}/Messages.json", func(w http.ResponseWriter, r *http.Request) { f.create(w, r, false) })
	mux.HandleFunc("POST /2010-04-01/Accounts/{account}/Calls.json", func(w http.ResponseWriter, r *http.Request) { f.create(w, r, true) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	})
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	f.URL = server.URL
	return f
}

// SetMode changes how the API behaves from now on.
func (f *Fake) SetMode(m Mode) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mode = m
}

// Refuse makes the API refuse a number with an error code, such as 21211; 0 takes it back.
func (f *Fake) Refuse(number string, code int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused[number] = code
}

// Sent returns everything that was taken so far, in order.
func (f *Fake) Sent() []Sent {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Sent(nil), f.journal...)
}

// Wait returns the first message or call taken so far or from now on that matches, or the context's error.
func (f *Fake) Wait(ctx context.Context, match func(Sent) bool) (Sent, error) {
	for seen := 0; ; {
		f.mu.Lock()
		journal, changed := f.journal, f.changed
		f.mu.Unlock()
		for ; seen < len(journal); seen++ {
			if match(journal[seen]) {
				return journal[seen], nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Sent{}, fmt.Errorf("twiliotest: of %d messages and calls none matched: %w", seen, ctx.Err())
		}
	}
}

// WaitHanging returns when a request hangs.
func (f *Fake) WaitHanging(ctx context.Context) error {
	for {
		f.mu.Lock()
		hanging, changed := f.hanging, f.changed
		f.mu.Unlock()
		if hanging > 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *Fake) create(w http.ResponseWriter, r *http.Request, call bool) {
	if user, password, _ := r.BasicAuth(); user != AccountSID || password != AuthToken || r.PathValue("account") != AccountSID {
		refuse(w, http.StatusUnauthorized, 20003, "Authenticate")
		return
	}
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "the body is not a form")
		return
	}
	if code, missing := check(r.PostForm, call); code != 0 {
		refuse(w, http.StatusBadRequest, code, missing)
		return
	}
	f.mu.Lock()
	mode, code := f.mode, f.refused[r.PostForm.Get("To")]
	f.mu.Unlock()
	if code != 0 {
		refuse(w, http.StatusBadRequest, code, "refused for the test")
		return
	}
	switch mode {
	case RateLimited:
		w.Header().Set("Retry-After", "7")
		refuse(w, http.StatusTooManyRequests, 20429, "Too Many Requests")
		return
	case Broken:
		http.Error(w, "<html>Service Unavailable</html>", http.StatusServiceUnavailable)
		return
	case Hangs:
		f.hang(r)
		return
	}
	sent := f.take(r.PostForm, call)
	switch mode {
	case TakesThenHangs:
		f.hang(r)
		return
	case AnswersWithNoJSON:
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprint(w, "<html>Created</html>")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"sid": sent.SID, "account_sid": AccountSID, "to": sent.To(), "from": sent.Form.Get("From"),
		"status": "queued", "error_code": nil, "body": sent.Body(),
	})
}

func (f *Fake) take(form url.Values, call bool) Sent {
	f.mu.Lock()
	defer f.mu.Unlock()
	sent := Sent{SID: f.sid("SM"), Call: call, Form: form}
	if call {
		sent.SID = f.sid("CA")
	}
	f.journal = append(f.journal, sent)
	f.announce()
	return sent
}

// sid makes an id; the caller holds mu.
func (f *Fake) sid(prefix string) string {
	f.serial++
	return fmt.Sprintf("%s%032x", prefix, f.serial)
}

// announce wakes who waits; the caller holds mu.
func (f *Fake) announce() {
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *Fake) hang(r *http.Request) {
	f.mu.Lock()
	f.hanging++
	f.announce()
	f.mu.Unlock()
	<-r.Context().Done()
	f.mu.Lock()
	f.hanging--
	f.mu.Unlock()
}

// check is what Twilio refuses about a form: an error code and its words, 0 when it is right.
func check(form url.Values, call bool) (code int, message string) {
	switch {
	case form.Get("To") == "" && call:
		return 21201, "No 'To' number is specified"
	case form.Get("To") == "":
		return 21604, "A 'To' phone number is required."
	case !strings.HasPrefix(form.Get("To"), "+"):
		return 21211, "The 'To' number " + form.Get("To") + " is not a valid phone number."
	case form.Get("From") != From:
		return 21606, "The 'From' phone number provided is not owned by your account"
	case !call && form.Get("Body") == "":
		return 21602, "Message body is required."
	case !call && len([]rune(form.Get("Body"))) > 1600:
		return 21617, "The concatenated message body exceeds the 1600 character limit"
	case call && form.Get("Url") == "" && form.Get("Twiml") == "":
		return 21205, "Url parameter is required."
	}
	for _, field := range []string{"Url", "StatusCallback"} {
		if at := form.Get(field); at != "" {
			if u, err := url.Parse(at); err != nil || u.Host == "" {
				return 21609, "The '" + field + "' URL " + at + " is not a valid URL."
			}
		}
	}
	return 0, ""
}

func refuse(w http.ResponseWriter, status, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"code": code, "message": message, "status": status,
		"more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code),
	})
}
