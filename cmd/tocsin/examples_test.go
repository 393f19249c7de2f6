package main

import (
	"strings"
	"testing"
)

// The suite that ships with config.example.yaml holds.
func TestTheExamplesOfTestsPass(t *testing.T) {
	t.Parallel()
	var out, errs strings.Builder
	streams := stdio{out: &out, err: &errs, env: func(string) (string, bool) { return "", false }}
	if code := run(t.Context(), streams, []string{"test", "../../docs/examples"}); code != exitFine {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
}
