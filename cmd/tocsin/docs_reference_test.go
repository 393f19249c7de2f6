package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/rehearsal/suite"
)

// keysBlock is a table of keys in docs/configuration.md or docs/testing.md that is written from the schema. It names what it lists: File,
// or one of the schema's definitions.
var keysBlock = regexp.MustCompile(`(?s)<!-- keys: (\w+) -->\n.*?<!-- end -->`)

// schemaNode is what the tables need of JSON Schema.
type schemaNode struct {
	Type        string                 `json:"type"`
	Ref         string                 `json:"$ref"`
	Pattern     string                 `json:"pattern"`
	Description string                 `json:"description"`
	Enum        []string               `json:"enum"`
	AnyOf       []schemaNode           `json:"anyOf"`
	AllOf       []oneOf                `json:"allOf"`
	Items       *schemaNode            `json:"items"`
	Required    []string               `json:"required"`
	Properties  map[string]*schemaNode `json:"properties"`
	Defs        map[string]*schemaNode `json:"$defs"`
}

// oneOf is how the schema says that a key or its file must be there.
type oneOf struct {
	OneOf []schemaNode `json:"oneOf"`
}

// The keys of every table are those of the program: TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin writes them anew.
func TestConfigurationReferenceIsThatOfTheProgram(t *testing.T) {
	t.Parallel()
	checkReference(t, "docs/configuration.md", config.Schema())
}

func TestReferenceOfTestFilesIsThatOfTheProgram(t *testing.T) {
	t.Parallel()
	checkReference(t, "docs/testing.md", suite.Schema())
}

func checkReference(t *testing.T, document string, of []byte) {
	t.Helper()
	var schema schemaNode
	if err := json.Unmarshal(of, &schema); err != nil {
		t.Fatal(err)
	}
	schema.Defs["File"] = &schemaNode{Properties: schema.Properties, Required: schema.Required}
	path := filepath.Join(docsRoot, document)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	want := keysBlock.ReplaceAllStringFunc(string(data), func(block string) string {
		name := keysBlock.FindStringSubmatch(block)[1]
		def := schema.Defs[name]
		if def == nil {
			t.Errorf("%s lists the keys of %s, which the schema does not have", path, name)
			return block
		}
		listed[name] = true
		return fmt.Sprintf("<!-- keys: %s -->\n%s<!-- end -->", name, keysTable(def))
	})
	for name := range schema.Defs {
		if !listed[name] {
			t.Errorf("%s has no table for %s: add <!-- keys: %s --> and <!-- end --> where it belongs", path, name, name)
		}
	}
	if os.Getenv("TOCSIN_WRITE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data), want); diff != "" {
		t.Errorf("%s is not what the program says; TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin writes it anew (-file +program)\n%s", path, diff)
	}
}

// keysTable is a Markdown table of the keys of a mapping, by name, those that must be there first.
func keysTable(def *schemaNode) string {
	var b strings.Builder
	b.WriteString("| key | type | meaning |\n|---|---|---|\n")
	var names []string
	for name := range def.Properties {
		if _, file := def.Properties[strings.TrimSuffix(name, "_file")]; !file || !strings.HasSuffix(name, "_file") {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(x, y string) int {
		if a, b := def.needs(x), def.needs(y); a != b {
			if a {
				return -1
			}
			return 1
		}
		return strings.Compare(x, y)
	})
	for _, name := range names {
		p := def.Properties[name]
		key, meaning := "`"+name+"`", strings.ReplaceAll(p.Description, "|", "\\|")
		if def.needs(name) {
			key += " (required)"
		}
		if def.Properties[name+"_file"] != nil {
			meaning += " Or `" + name + "_file`."
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", key, p.kind(), strings.TrimSpace(meaning))
	}
	return b.String()
}

// needs says whether a key is required, by itself or by its file.
func (s *schemaNode) needs(name string) bool {
	for _, all := range s.AllOf {
		for _, one := range all.OneOf {
			if slices.Contains(one.Required, name) {
				return true
			}
		}
	}
	return slices.Contains(s.Required, name)
}

// kind is a type in the words of the documents.
func (s *schemaNode) kind() string {
	switch {
	case s.Ref != "":
		name := strings.TrimPrefix(s.Ref, "#/$defs/")
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name))
	case len(s.Enum) > 0:
		return strings.Join(s.Enum, ", ")
	case s.Type == "array":
		return "list of " + s.Items.kind()
	case len(s.AnyOf) > 0:
		return s.choice()
	case strings.HasPrefix(s.Pattern, "^(0|(["):
		return "duration"
	case strings.HasPrefix(s.Pattern, "^forever"):
		return "duration or `forever`"
	case s.Type == "object" && len(s.Properties) == 0:
		return "mapping of text"
	case s.Type == "string":
		return "text"
	}
	return s.Type
}

// choice is the first of several forms, and whether it may be a list of them. That anything may be a variable is said
// once, for all keys.
func (s *schemaNode) choice() string {
	first := s.AnyOf[0].kind()
	for _, other := range s.AnyOf[1:] {
		switch {
		case other.Type == "array":
			return first + " or list of it"
		case other.Type == "object":
			return first + " or mapping"
		case other.Type == "boolean":
			return "expression"
		}
	}
	return first
}
