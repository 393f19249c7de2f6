package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/internal/client"
)

// Where the server is and what opens it, when no flag says.
const (
	envServer     = "TOCSIN_URL"
	envKey        = "TOCSIN_API_KEY"
	defaultServer = "http://127.0.0.1:8080"
)

// remote is the server that a verb asks, and how the verb prints the answer.
type remote struct {
	stdio
	server, key, keyFile string
	json                 bool
	fetch                bool // of files: fetch the calendars that they name
}

// flags adds those of every verb that asks a server. Verbs below c have them, too.
func (r *remote) flags(c *cobra.Command) {
	f := c.PersistentFlags()
	f.StringVar(&r.server, "server", "", "address of the server (default $"+envServer+", or "+defaultServer+")")
	f.StringVar(&r.key, "key", "", "API key; others on this machine can see it, so rather use --key-file or $"+envKey)
	f.StringVar(&r.keyFile, "key-file", "", "file with the API key")
	f.BoolVar(&r.json, "json", false, "print JSON, for programs")
	c.MarkFlagsMutuallyExclusive("key", "key-file")
}

func (r *remote) client() (*client.Client, error) {
	key, err := r.apiKey()
	if err != nil {
		return nil, err
	}
	c, err := client.New(r.address(), key, nil)
	if err == nil {
		c.Heard = r.heard
	}
	return c, err
}

func (r *remote) address() string {
	env, _ := r.env(envServer)
	return cmp.Or(r.server, env, defaultServer)
}

func (r *remote) apiKey() (string, error) {
	if r.keyFile != "" {
		data, err := os.ReadFile(r.keyFile)
		if err != nil {
			return "", fmt.Errorf("--key-file: %w", err)
		}
		return strings.TrimSpace(string(data)), nil
	}
	env, _ := r.env(envKey)
	return strings.TrimSpace(cmp.Or(r.key, env)), nil
}

// failed gives an error its exit code, and says what to do about it.
func failed(err error) error {
	var refused *client.Refused
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	if gone := (*client.Unreachable)(nil); errors.As(err, &gone) {
		return fmt.Errorf("%w; is the server running? Give its address with --server or $%s", err, envServer)
	}
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Status {
	case http.StatusNotFound, http.StatusConflict:
		return no{err}
	case http.StatusUnauthorized:
		return fmt.Errorf("%s; give one of api_keys with --key-file or $%s", refused.Message, envKey)
	}
	return err
}

// show prints an answer: as it came with --json, and otherwise as print shows it.
func show[T any](r *remote, raw json.RawMessage, print func(T)) error {
	if r.json {
		return r.printJSON(raw)
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("the answer is not of this version's kind: %w; --json shows it", err)
	}
	print(v)
	return nil
}

// showAll is show for the items of a list.
func showAll[T any](r *remote, raw []json.RawMessage, print func([]T)) error {
	if raw == nil {
		raw = []json.RawMessage{}
	}
	joined, err := json.Marshal(raw)
	if err != nil {
		return fmt.Errorf("the answer is not JSON: %w", err)
	}
	return show(r, joined, print)
}
