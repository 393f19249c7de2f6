package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/internal/client"
)

// each calls f with every verb that does something.
func each(c *cobra.Command, f func(*cobra.Command)) {
	for _, sub := range c.Commands() {
		if sub.Name() == "help" || sub.Name() == "completion" {
			continue // cobra's own
		}
		if !sub.HasSubCommands() {
			f(sub)
		}
		each(sub, f)
	}
}

func TestEveryVerbExplainsItselfWithAnExample(t *testing.T) {
	t.Parallel()
	io, _ := printing(t, nil)
	seen := 0
	each(newRoot(io), func(c *cobra.Command) {
		seen++
		path := c.CommandPath()
		if c.Short == "" || c.Long == "" || !strings.Contains(c.Example, path) {
			t.Errorf("%s: its help lacks something, or its example is of another verb:\n%s\n%s", path, c.Long, c.Example)
		}
		for l := range strings.Lines(c.Long + "\n" + c.Example) {
			if len(l) > 135 {
				t.Errorf("%s: a line of its help is %d long: %s", path, len(l), l)
			}
		}
	})
	if seen < 30 {
		t.Errorf("only %d verbs were found", seen)
	}
}

// The examples must parse: what people copy works.
func TestExamplesUseFlagsThatThereAre(t *testing.T) {
	t.Parallel()
	io, _ := printing(t, nil)
	each(newRoot(io), func(c *cobra.Command) {
		for example := range strings.Lines(c.Example) {
			for word := range strings.FieldsSeq(example) {
				name, isFlag := strings.CutPrefix(word, "--")
				if name, _, _ = strings.Cut(name, "="); isFlag && c.Flag(name) == nil {
					t.Errorf("%s: its example has --%s, which there is not", c.CommandPath(), name)
				}
			}
		}
	})
}

func TestExitCodesTellNoFromFailure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		no   bool
		says string
	}{
		{&client.Refused{Status: http.StatusConflict, Message: "Alert #1 was closed."}, true, "Alert #1 was closed."},
		{&client.Refused{Status: http.StatusNotFound, Message: "there is no alert #9"}, true, "there is no alert #9"},
		{&client.Refused{Status: http.StatusBadRequest, Message: "title: missing"}, false, "title: missing"},
		{&client.Refused{Status: http.StatusForbidden, Message: "this needs admin", Hint: "use a key with that role"}, false, "use a key with that role"},
		{&client.Refused{Status: http.StatusUnauthorized, Message: "no key was sent"}, false, "give one of api_keys with --key-file or $TOCSIN_API_KEY"},
		{&client.Refused{Status: http.StatusServiceUnavailable, Message: "the store does not answer now"}, false, "the store does not answer now"},
		{&client.Unreachable{Address: "http://x", Err: errors.New("connection refused")}, false, "Give its address with --server or $TOCSIN_URL"},
	} {
		err := failed(fmt.Errorf("asking: %w", test.err))
		if got := errors.As(err, &no{}); got != test.no || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%v: no is %t, want %t; it should say %q", err, got, test.no, test.says)
		}
	}
}

func TestTheVerbsRunInThisProcess(t *testing.T) {
	t.Parallel()
	io, out := printing(t, nil)
	io.in = &bytes.Buffer{}
	if code := run(t.Context(), io, []string{"oncall", "--config", "testdata/tocsin.yaml", "--at", "2026-03-10T13:30:00Z", "primary"}); code != exitFine {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	if want := "primary   ethan    daily     2026-03-10 09:00 EDT  2026-03-11 09:00 EDT  jason\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("got\n%s\nwant it to end in\n%s", out, want)
	}
}
