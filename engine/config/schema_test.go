package config

import (
	"bytes"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("tocsin.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("tocsin.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON reads YAML as an editor that knows JSON Schema does.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	data, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestSchemaAllowsWhatIsValid(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	for _, path := range []string{sketch, example} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asJSON(t, text)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, text := range []string{
		`{"providers": {"smtp": {"host": "h", "port": "${PORT}", "from": "${FROM}", "password_file": "x", "rate": 1.5}}}`,
		`{"integrations": [{"name": "a", "type": "json", "key_file": ["a", "b"]}, {"name": "b", "type": "datadog", "key": "none"}]}`,
		`{"rules": [{"when": true, "to": "nobody", "group_by": "labels.cluster", "delay": 0}], "watch": "${WATCH:-false}"}`,
		`{"signing_key": ["a", "b"], "retention": {"alerts": "forever"}}`,
	} {
		if err := schema.Validate(asJSON(t, []byte(text))); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestSchemaRefusesWhatIsNot(t *testing.T) {
	t.Parallel()
	schema := compileSchema(t)
	for _, text := range []string{
		`{"usres": []}`,
		`{"users": [{"email": "ethan@example.com"}]}`,
		`{"users": [{"name": "ethan", "phone": "555"}]}`,
		`{"users": [{"name": "ethan", "notify": {"high": [{"via": "pigeon"}]}}]}`,
		`{"ack_link_ttl": "3 days"}`,
		`{"ack_link_ttl": 5}`,
		`{"policies": [{"name": "p", "steps": []}]}`,
		`{"policies": [{"name": "p", "steps": [{"notify": ["ethan"]}]}]}`,
		`{"urgency": {"high": ["P9"]}}`,
		`{"integrations": [{"name": "a", "type": "datadog"}]}`,
		`{"integrations": [{"name": "a", "type": "datadog", "key": "x", "key_file": "y"}]}`,
		`{"providers": {"smtp": {"host": "h", "from": "a@b", "port": 99999}}}`,
		`{"teams": [{"name": "t", "members": [{"user": "ethan", "role": "boss"}]}]}`,
	} {
		if schema.Validate(asJSON(t, []byte(text))) == nil {
			t.Errorf("%s is allowed", text)
		}
	}
}
