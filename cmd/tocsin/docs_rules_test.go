package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/rules"
)

var rulesDocument = filepath.Join(docsRoot, "docs/rules.md")

// tableBlock is a table in docs/rules.md that is written from the tables of the language, or from the schema.
var tableBlock = regexp.MustCompile(`(?s)<!-- (fields|functions|expr|keys: \w+) -->\n.*?<!-- end -->`)

// The reference is that of the program: TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin writes it anew.
func TestReferenceOfRulesIsThatOfTheProgram(t *testing.T) {
	t.Parallel()
	var schema schemaNode
	if err := json.Unmarshal(config.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(rulesDocument)
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	want := tableBlock.ReplaceAllStringFunc(string(data), func(block string) string {
		what := tableBlock.FindStringSubmatch(block)[1]
		written[what] = true
		var table string
		switch what {
		case "fields":
			table = fieldsTable()
		case "functions":
			table = functionsTable(rules.Functions())
		case "expr":
			table = functionsTable(rules.Builtins())
		default:
			name := strings.TrimPrefix(what, "keys: ")
			if schema.Defs[name] == nil {
				t.Fatalf("%s lists the keys of %s, which the schema does not have", rulesDocument, name)
			}
			table = strings.ReplaceAll(keysTable(schema.Defs[name]), "](#", "](configuration.md#")
		}
		return fmt.Sprintf("<!-- %s -->\n%s<!-- end -->", what, table)
	})
	for _, what := range []string{"fields", "functions", "expr", "keys: Rule", "keys: Set"} {
		if !written[what] {
			t.Errorf("%s has no table between <!-- %s --> and <!-- end -->", rulesDocument, what)
		}
	}
	if os.Getenv("TOCSIN_WRITE_DOCS") != "" {
		if err := os.WriteFile(rulesDocument, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data), want); diff != "" {
		t.Errorf("%s is not what the program says; TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin writes it anew (-file +program)\n%s", rulesDocument, diff)
	}
}

func fieldsTable() string {
	var b strings.Builder
	b.WriteString("| field | type | what it is | example |\n|---|---|---|---|\n")
	for _, f := range rules.Fields() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Name, f.Type, escaped(f.Description), inCode(f.Example))
	}
	return b.String()
}

func functionsTable(list []rules.Function) string {
	var b strings.Builder
	b.WriteString("| function | what it gives | example |\n|---|---|---|\n")
	for _, f := range list {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", inCode(f.Signature), escaped(f.Description), inCode(f.Example))
	}
	return b.String()
}

func escaped(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

func inCode(text string) string { return "`" + escaped(text) + "`" }

// recipe is what a configuration of docs/rules.md makes of an event.
type recipe struct {
	event    rules.Event
	at       string
	policy   string // empty for nobody
	priority string
	title    string // not looked at where it is empty
}

// recipeCases are what each recipe is tried with.
var recipeCases = map[string][]recipe{
	"Routes of a team that came from Opsgenie": {
		{event: rules.Event{Labels: map[string]string{"alertname": "Watchdog"}}, at: "2026-03-10T22:00:00-04:00"},
		{event: rules.Event{Priority: "P3", Tags: []string{"urgent"}}, at: "2026-03-10T12:00:00-04:00", policy: "it-west-standard", priority: "P3"},
		{event: rules.Event{Priority: "P3", Tags: []string{"urgent"}}, at: "2026-03-10T17:00:00-04:00", policy: "it-west-urgent", priority: "P3"},
		{event: rules.Event{Labels: map[string]string{"severity": "critical"}}, at: "2026-03-10T05:59:00-04:00", policy: "it-west-urgent", priority: "P1"},
		{event: rules.Event{Priority: "P5", Tags: []string{"informational"}, Actions: []string{"info"}}, at: "2026-03-10T22:00:00-04:00", priority: "P5"},
	},
	"Business hours": {
		{event: rules.Event{Priority: "P4"}, at: "2026-11-25T10:00:00-05:00", policy: "standard", priority: "P4"},
		{event: rules.Event{Priority: "P1"}, at: "2026-11-26T10:00:00-05:00", policy: "night", priority: "P1"}, // Thanksgiving
		{event: rules.Event{Priority: "P1"}, at: "2026-11-25T17:00:00-05:00", policy: "night", priority: "P1"},
		{event: rules.Event{}, at: "2026-11-25T03:00:00-05:00", policy: "standard"},
	},
	"Noise control": {
		{event: rules.Event{Labels: map[string]string{"alertname": "InfoInhibitor"}}, at: "2026-03-10T12:00:00Z"},
		{event: rules.Event{Labels: map[string]string{"instance": "10.9.1.2:9100"}}, at: "2026-03-10T12:00:00Z"},
		{event: rules.Event{Labels: map[string]string{"instance": "[2001:db8:9::1]:9100"}}, at: "2026-03-10T12:00:00Z"},
		{event: rules.Event{Labels: map[string]string{"instance": "10.8.1.2:9100"}}, at: "2026-03-10T12:00:00Z", policy: "standard"},
		{event: rules.Event{Priority: "P1", Labels: map[string]string{"env": "staging"}}, at: "2026-03-08T03:00:00Z", priority: "P1"},
		{event: rules.Event{Priority: "P1", Labels: map[string]string{"env": "staging"}}, at: "2026-03-08T04:00:00Z", policy: "standard", priority: "P1"},
		{event: rules.Event{Labels: map[string]string{"alertname": "LinkDown"}}, at: "2026-03-10T12:00:00Z", policy: "standard"},
	},
	"Priority by customer": {
		{
			event: rules.Event{Title: "Slow", Priority: "P3", Labels: map[string]string{"customer": "acme", "region": "austin"}},
			at:    "2026-03-10T12:00:00Z", policy: "america", priority: "P1", title: "[acme] Slow",
		},
		{
			event: rules.Event{Title: "Slow", Labels: map[string]string{"customer": "initech", "region": "paris"}},
			at:    "2026-03-10T12:00:00Z", policy: "europe", priority: "P4", title: "[initech] Slow",
		},
		{event: rules.Event{Title: "Slow", Priority: "P2"}, at: "2026-03-10T12:00:00Z", policy: "europe", priority: "P2", title: "Slow"},
	},
}

// recipeBlock is a configuration under its heading.
var recipeBlock = regexp.MustCompile("(?s)\n### ([^\n]+)\n(?:[^#]|#[^#])*?<!-- config -->\n```yaml\n(.*?)\n```\n")

func TestTheRecipesOfTheRulesDoWhatTheySay(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(rulesDocument)
	if err != nil {
		t.Fatal(err)
	}
	recipes := map[string]string{}
	for _, m := range recipeBlock.FindAllStringSubmatch(string(data), -1) {
		recipes[m[1]] = m[2]
	}
	for name, cases := range recipeCases {
		text, ok := recipes[name]
		if !ok {
			t.Errorf("%s has no recipe %q with a configuration", rulesDocument, name)
			continue
		}
		file := filepath.Join(t.TempDir(), "tocsin.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		world, problems := config.Open([]string{file}, func(name string) (string, bool) { return "a-long-enough-placeholder-for-" + name, true })
		if world == nil {
			t.Errorf("%s: %s", name, problems)
			continue
		}
		for _, c := range cases {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			c.event.Status = "firing"
			d := world.Router.Route(c.event, at)
			nobody := d.Nobody || d.Suppress
			if nobody != (c.policy == "") || !nobody && d.Policy != c.policy || d.Priority != c.priority || c.title != "" && d.Title != c.title || d.Failed > 0 {
				t.Errorf("%s: %+v at %s: policy %q, nobody %t, priority %q, title %q, errors %q by %s; want policy %q, priority %q, title %q",
					name, c.event, c.at, d.Policy, nobody, d.Priority, d.Title, d.Errors, d.Rule, c.policy, c.priority, c.title)
			}
		}
	}
	for name := range recipes {
		if recipeCases[name] == nil {
			t.Errorf("nothing tests the recipe %q", name)
		}
	}
}
