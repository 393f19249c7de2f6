package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/directory"
)

func TestTemplatesOfPostmortemsAreReadBesideTheConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"tocsin.yaml":        "postmortem:\n  templates:\n    - {file: templates/wide.md, when: 'incident.priority == \"P1\"'}\n    - {file: templates/short.md}\n",
		"templates/wide.md":  "## Impact {required}\n<!-- For each region. -->\n",
		"templates/short.md": "## Executive summary\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	world, problems := config.Open([]string{filepath.Join(dir, "tocsin.yaml")}, func(string) (string, bool) { return "", false })
	if world == nil {
		t.Fatal(problems)
	}
	list := world.Dir.Postmortem.Templates
	if len(list) != 2 || list[0].File != "templates/wide.md" || list[0].Outline[0].Guidance != "For each region." || !list[0].Outline[0].Required || list[1].When != nil {
		t.Fatalf("the templates are %+v", list)
	}
	for priority, want := range map[string]bool{"P1": true, "P2": false} {
		if got, err := list[0].When(directory.IncidentFacts{Priority: priority}); err != nil || got != want {
			t.Errorf("for %s: %t, %v", priority, got, err)
		}
	}
}
