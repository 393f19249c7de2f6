package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
)

// form is what the tests need of a JSON Schema.
type form struct {
	Ref                  string           `json:"$ref"`
	Type                 string           `json:"type"`
	Description          string           `json:"description"`
	Examples             []any            `json:"examples"`
	AdditionalProperties any              `json:"additionalProperties"`
	Items                *form            `json:"items"`
	AnyOf                []*form          `json:"anyOf"`
	Properties           map[string]*form `json:"properties"`
	Defs                 map[string]*form `json:"$defs"`
}

// compiler returns what compiles the parts of a schema.
func compiler(t *testing.T, text []byte) func(at string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return func(at string) *jsonschema.Schema {
		schema, err := c.Compile("schema.json" + at)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
}

var schemas = map[string]func() []byte{"configuration": config.Schema, "tests": suite.Schema}

// Editors can explain every key, show what it looks like, and point at what is no key.
func TestEveryKeyHasADescriptionAndExamplesThatAreValid(t *testing.T) {
	t.Parallel()
	for name, text := range schemas {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var whole form
			if err := json.Unmarshal(text(), &whole); err != nil {
				t.Fatal(err)
			}
			keys, compiled := 0, compiler(t, text())
			var walk func(of, at string, f *form)
			walk = func(of, at string, f *form) {
				if f.AdditionalProperties != false {
					t.Errorf("%s takes any key", of)
				}
				for key, p := range f.Properties {
					keys++
					at := at + "/properties/" + key
					if p.Description == "" {
						t.Errorf("%s.%s has no description: write a doc tag", of, key)
					}
					if mappings := p.Ref != "" || p.Items != nil && p.Items.Ref != ""; !mappings && len(p.Examples) == 0 {
						t.Errorf("%s.%s has no example: write one into examples.go", of, key)
					}
					for _, e := range p.Examples {
						if err := compiled(at).Validate(asJSON(t, e)); err != nil {
							t.Errorf("%s.%s: its example %v is not valid: %v", of, key, e, err)
						}
					}
					if p.Items != nil {
						p, at = p.Items, at+"/items"
					}
					for i, form := range p.AnyOf {
						if form.Properties != nil {
							walk(of+"."+key, fmt.Sprintf("%s/anyOf/%d", at, i), form)
						}
					}
				}
			}
			walk("File", "#", &whole)
			for def, f := range whole.Defs {
				if f.Properties != nil {
					walk(def, "#/$defs/"+def, f)
				}
			}
			if keys < 40 {
				t.Errorf("only %d keys were found", keys)
			}
		})
	}
}

func asJSON(t *testing.T, value any) any {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Whatever configuration or test file of ours is used, an editor has nothing against it.
func TestSchemaTakesAllOfOurFiles(t *testing.T) {
	t.Parallel()
	found := 0
	for _, pattern := range []string{"config.example.yaml", "docs/examples/*.yaml", "docs/deploy/*.yaml", "docs/deploy/*/tocsin*.yaml", "cmd/tocsin/testdata/*.yaml", "engine/config/testdata/*.yaml"} {
		files, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text, schema := string(data), config.Schema()
			if config.IsTestFile(path) {
				schema = suite.Schema()
			} else if !strings.Contains(text, "\npolicies:") {
				continue // another program's
			}
			found++
			data, err = yaml.YAMLToJSON(data)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if err := compiler(t, schema)("").Validate(doc); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if found < 4 {
		t.Errorf("only %d files were found", found)
	}
}
