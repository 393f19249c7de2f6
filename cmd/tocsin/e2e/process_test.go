package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"testing"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/programtest"
)

// need says what to install when a program is missing.
func need(t *testing.T, program, debianPackage string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("this test needs %s, which is not installed: apt-get install %s", program, debianPackage)
	}
}

// until polls for what cannot be waited for otherwise. On failure it says what was seen last.
func until(t *testing.T, what string, done func() (ok bool, seen any)) {
	t.Helper()
	programtest.Until(t, what, func() error {
		if ok, seen := done(); !ok {
			return fmt.Errorf("last seen: %+v", seen)
		}
		return nil
	})
}

// soon is a context that ends when patience does.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), programtest.Patience)
	t.Cleanup(cancel)
	return ctx
}
