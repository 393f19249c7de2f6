package config

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// styles are the ways to write a text in YAML, within an indentation of ten.
var styles = map[string]func(value string) string{
	"double-quoted": func(value string) string {
		data, _ := json.Marshal(value)
		return string(data)
	},
	"single-quoted": func(value string) string { return "'" + strings.ReplaceAll(value, "'", "''") + "'" },
	"block":         func(value string) string { return "|-\n          " + value },
	"folded":        func(value string) string { return ">-\n          " + value[:4] + "\n          " + value[4:] },
	"tagged":        func(value string) string { return "!!str '" + strings.ReplaceAll(value, "'", "''") + "'" },
	"anchored":      func(value string) string { return "&x '" + strings.ReplaceAll(value, "'", "''") + "'" },
}

// Whichever way a secret is written, and whatever is wrong around it, no line that is shown has it.
func TestShownLinesHaveNoSecrets(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		value := rapid.StringMatching(`[a-z]{4}[a-z"'\\:#{}, é-]{0,12}[a-z]{4}`).Draw(r, "secret")
		style := rapid.SampledFrom([]string{"double-quoted", "single-quoted", "block", "folded", "tagged", "anchored"}).Draw(r, "style")
		written := styles[style](value)
		text := rapid.SampledFrom([]string{
			"api_keys:\n  - rle: x\n    key: SECRET\n",
			"api_keys:\n  - role: boss\n    kee: SECRET\n",
			"providers:\n  slack:\n    bot_token:\n      - SECRET\n",
			"providers:\n  slack:\n    bot_token: SECRET\n    bot_token: SECRET\n",
			"signing_key:\n  - 5\n  - SECRET\n  - [SECRET]\n",
			"signing_key:\n  value: SECRET\n",
			"channels:\n  - name: a b\n    type: slack\n    url: SECRET\n    secret: SECRET\n",
			"api_keys:\n  - name: ci\n    key: SECRET\n   role: admin\n", // not YAML
			"providers:\n  slack:\n    bot_token: SECRET\n    signing_secret: \"\n",
		}).Draw(r, "text")
		_, problems := openText(t, strings.ReplaceAll(text, "SECRET", written))
		if len(problems) == 0 {
			r.Fatal("nothing is wrong")
		}
		out := problems.String()
		for _, part := range []string{value[:4], value[len(value)-4:]} {
			if strings.Contains(out, part) && !strings.Contains(text+words, part) {
				r.Fatalf("%q is shown:\n%s", part, out)
			}
		}
	})
}

// words are what problems may say of their own accord.
var words = strings.Join([]string{string(Schema()), "missing", "unknown", "mapping", "quotes", "could", "value", "double", "quoted"}, " ")
