package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestAliasesCannotBlowUp(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		b.WriteString(fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", ")))
	}
	_, problems := openText(t, b.String())
	if !strings.Contains(problems.String(), "the file is too large") {
		t.Error("ten to the twelfth values were not refused")
	}
}

func TestDepthIsLimited(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"flow":  "users: " + strings.Repeat("[", 2_000_000),
		"maps":  strings.Repeat("{a: ", 500_000),
		"items": strings.Repeat("- ", 1_000_000),
		"keys":  strings.Repeat("? ", 1_000_000),
		"less":  "users: " + strings.Repeat("[", 100) + strings.Repeat("]", 100),
	} {
		if _, problems := openText(t, text); problems.Err() == nil {
			t.Errorf("%s: nothing was said", name)
		}
	}
}

func TestInvalidTextIsRefused(t *testing.T) {
	t.Parallel()
	_, problems := openText(t, "users:\n  - {name: \"eth\xffan\"}\n")
	if got := problems.Err(); got == nil || !strings.Contains(got.Error(), ":2:1: the file is not UTF-8 text") {
		t.Errorf("got %v", got)
	}
}

// FuzzOpen holds that no input brings the loader down, that every problem has a place in the file, and that the secret
// in the file is never shown.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{
		"users: [{name: ethan, email: ethan@example.com}]\n",
		"providers: {slack: {bot_token: \"x\", signing_secret: y}}\n",
		"a: &a {b: *a}\nusers: *a\n",
		"rules:\n  - when: |\n      title ==\n       \"x\"\n    to: nobody\n",
		"policies: [{name: p, steps: [{after: 1d, notify: [\"user:x\"]}], repeat: {every: 1h, times: 2}}]\n",
		"schedules: [{name: s, rotations: [{starts: 2026-03-09T09:00, every: 1d, participants: [a, [b, c], nobody]}]}]\n",
		"listen: ${X:-y}\nstore: $${z}\n", "<<: {a: b}\n", "- a\n---\nb: c\n", "? a\n: b\n", "!!str 5", "\"\\u00e9\": 'it''s'",
	} {
		f.Add(seed)
	}
	const secret = "correct-horse-battery"
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4<<10 {
			return
		}
		w, problems := openText(t, "signing_key: "+secret+"\n"+text)
		if (w == nil) != (problems.Err() != nil) {
			t.Fatalf("a World: %t, errors: %v", w != nil, problems.Err())
		}
		if out := problems.String(); strings.Contains(out, secret) && !strings.Contains(text, secret) {
			t.Fatalf("the secret is shown:\n%s", out)
		}
		for _, p := range problems {
			if p.File == "" {
				t.Fatalf("%s has no file", p)
			}
		}
	})
}
