package suite_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
)

// valid reports what an editor with the schema finds wrong with a file.
func valid(t *testing.T, text []byte) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(suite.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("tests.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("tests.json")
	if err != nil {
		t.Fatal(err)
	}
	data, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

func TestTheSchemaAllowsTheExamplesAndRefusesSlips(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../../../docs/examples/config.example.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(t, example); err != nil {
		t.Error(err)
	}
	for _, slip := range []string{
		`{config: x.yaml, tests: []}`,
		`{config: x.yaml, tests: [{name: x, at: "2026-01-01 03:00"}]}`,
		`{config: x.yaml, tests: [{name: x, at: "2026-01-01 03:00", expect: {page: []}}]}`,
		`{config: x.yaml, tests: [{name: x, at: "2026-01-01 03:00", until: 5, expect: {nobody: true}}]}`,
		`{config: x.yaml, tests: [{name: x, at: "2026-01-01 03:00", expect: {priority: P9}}]}`,
	} {
		if valid(t, []byte(slip)) == nil {
			t.Errorf("%s is allowed", slip)
		}
	}
}
