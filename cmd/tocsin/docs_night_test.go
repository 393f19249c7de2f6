package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The night in docs/testing.md, and its picture, are what the program tells: TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin
// writes them anew.
func TestTheNightOfTheDocumentsIsThatOfTheProgram(t *testing.T) {
	t.Parallel()
	svg := filepath.Join(t.TempDir(), "night.svg")
	var out, errs strings.Builder
	streams := stdio{
		in: strings.NewReader(`{"title": "Replication of db-1 lags", "priority": "P1"}`), out: &out, err: &errs,
		env: func(string) (string, bool) { return "", false }, now: time.Now,
	}
	if code := run(t.Context(), streams, []string{
		"simulate", "--config", "testdata/night.yaml", "--at", "2026-11-22 03:00", "--down", "slack@+0m..+1m", "--ack", "darren=+13m", "--svg", svg, "-",
	}); code != exitFine {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	told := "<!-- simulate -->\n```\n" + out.String() + "```"
	document, picture := filepath.Join(docsRoot, "docs/testing.md"), filepath.Join(docsRoot, "docs/night.svg")
	text, drawn := read(t, document), read(t, svg)
	before, rest, found := strings.Cut(text, "<!-- simulate -->\n```\n")
	_, after, ended := strings.Cut(rest, "```")
	if !found || !ended {
		t.Fatalf("%s has no block that begins with <!-- simulate -->", document)
	}
	want := before + told + after
	if os.Getenv("TOCSIN_WRITE_DOCS") != "" {
		write(t, document, want)
		write(t, picture, drawn)
		return
	}
	if text != want {
		t.Errorf("%s does not tell what the program does:\n%s", document, out.String())
	}
	if read(t, picture) != drawn {
		t.Errorf("%s is not what the program draws", picture)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
