package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/tocsin-oncall/tocsin/"

// area is the part of the layout that a package belongs to: cmd, integrations, engine, rules, schedules.
func area(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, module), "/")
	return name
}

// system is the folder of an integration: the system at the other end of that edge.
func system(path string) string {
	rest := strings.TrimPrefix(path, module+"integrations/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// may says which areas an area imports.
var may = map[string][]string{
	"cmd":          {"cmd", "integrations", "engine", "rules", "schedules"},
	"integrations": {"integrations", "engine", "rules", "schedules"},
	"engine":       {"engine", "rules", "schedules"},
	"rules":        {"rules"},
	"schedules":    {"schedules"},
}

// shared are the integrations packages that others may import: what is the same for several systems. app puts
// everything together and may import all.
var shared = map[string]bool{"promlabels": true, "payload": true, "request": true, "issuetask": true}

// forbidden is what the engine, and what is below it, must not know.
var forbidden = []string{"net/http", "net/smtp", "github.com/labstack/", "github.com/slack-go/", "github.com/twilio/", "github.com/wneessen/", "github.com/prometheus/client_golang"}

func TestImportsGoOneWay(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(out))
	seen := 0
	for decoder.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		from := area(p.ImportPath)
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, module) {
				checkOwn(t, p.ImportPath, imported)
			} else if from == "engine" || from == "rules" || from == "schedules" {
				checkForeign(t, p.ImportPath, imported)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d packages were found: is the list empty?", seen)
	}
}

func checkOwn(t *testing.T, path, imported string) {
	t.Helper()
	from, to := area(path), area(imported)
	allowed := false
	for _, a := range may[from] {
		allowed = allowed || a == to
	}
	if !allowed {
		t.Errorf("%s imports %s: %s must not know %s", path, imported, from, to)
	}
	if from != "integrations" || to != "integrations" {
		return
	}
	a, b := system(path), system(imported)
	if a != b && a != "app" && !shared[b] {
		t.Errorf("%s imports %s: two integrations never import each other", path, imported)
	}
}

func checkForeign(t *testing.T, path, imported string) {
	t.Helper()
	if strings.Contains(path, "/redistest") {
		return
	}
	for _, f := range forbidden {
		if strings.HasPrefix(imported, f) {
			t.Errorf("%s imports %s: the engine sees the outside only through interfaces that it declares", path, imported)
		}
	}
}
