package policy

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTargetsAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds {
		want := Target{Kind: kind, Name: "west:1"} // a name is all that follows the first colon
		got, err := ParseTarget(want.String())
		if err != nil || got != want {
			t.Errorf("%s is read as %v (%v)", want, got, err)
		}
	}
}

func TestWhatIsNoTargetIsRefusedWithTheKinds(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "ethan", "user:", ":ethan", "User:ethan", "users:ethan", " user:ethan"} {
		_, err := ParseTarget(text)
		if err == nil {
			t.Errorf("%q is a target", text)
			continue
		}
		for _, kind := range Kinds {
			if !strings.Contains(err.Error(), string(kind)+":") {
				t.Errorf("the error for %q does not name %s: %v", text, kind, err)
			}
		}
	}
}

// Policies are pinned in stored alerts, so this form must be read for as long as there are any.
func TestStoredFormOfAPolicy(t *testing.T) {
	t.Parallel()
	p := Policy{
		Name: "standard",
		Steps: []Step{
			{Notify: []Target{{Schedule, "primary"}}},
			{After: 10 * time.Minute, Notify: []Target{{Team, "ops"}, {Channel, "sre"}}, Unless: UnlessClosed},
		},
		Repeat:     Repeat{Every: time.Hour, Times: 2, From: 1},
		AckTimeout: time.Hour, ExhaustedAfter: time.Minute,
	}
	const want = `{"name":"standard","steps":[{"notify":["schedule:primary"]},` +
		`{"after":600000000000,"notify":["team:ops","channel:sre"],"unless":"closed"}],` +
		`"repeat":{"every":3600000000000,"times":2,"from":1},"ack_timeout":3600000000000,"exhausted_after":60000000000}`
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
	var back Policy
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, back); diff != "" {
		t.Error("(-want +got)\n" + diff)
	}
}
