package engine_test

import (
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/policy"
)

func target(t *testing.T, s string) policy.Target {
	t.Helper()
	got, err := policy.ParseTarget(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}
