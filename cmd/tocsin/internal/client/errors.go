package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Refused is an answer that is not 2xx.
type Refused struct {
	Status  int
	Message string
	Hint    string // may be empty
}

func (r *Refused) Error() string {
	if r.Hint == "" {
		return r.Message
	}
	return r.Message + "; " + r.Hint
}

// Unreachable says that there was no answer.
type Unreachable struct {
	Address string // without a password
	Err     error
}

func (u *Unreachable) Error() string { return fmt.Sprintf("cannot reach %s: %v", u.Address, u.Err) }

func (u *Unreachable) Unwrap() error { return u.Err }

// reason is why a request failed, without the URL that net/http puts before it.
func reason(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		if wrapped.Timeout() {
			return fmt.Errorf("no answer within %s", timeout)
		}
		return wrapped.Err
	}
	return err
}

func refused(response *http.Response, data []byte) *Refused {
	var failure struct {
		Error struct{ Message, Hint string }
	}
	if json.Unmarshal(data, &failure) == nil && failure.Error.Message != "" {
		return &Refused{response.StatusCode, failure.Error.Message, failure.Error.Hint}
	}
	if to := response.Header.Get("Location"); to != "" {
		return &Refused{response.StatusCode, "the server sends elsewhere: " + to, "use that address"}
	}
	const most = 2000 // bytes of an answer that is not ours
	text := strings.TrimSpace(string(data[:min(len(data), most)]))
	if text == "" || strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return &Refused{response.StatusCode, "the server answered " + response.Status, ""}
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	return &Refused{response.StatusCode, text, ""}
}
