package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

var numbersBlock = regexp.MustCompile(`(?s)<!-- numbers -->\n.*?<!-- end -->`)

// The table of the numbers is that of the program: TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin writes it anew.
func TestTheNumbersOfReportsAreDefinedInTheDocumentsAsInTheProgram(t *testing.T) {
	t.Parallel()
	path := filepath.Join(docsRoot, "docs/reports.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| number | unit | what it is | of what |\n|---|---|---|---|\n")
	for _, d := range report.Definitions() {
		fmt.Fprintf(&b, "| %s<br>`%s` | %s | **%s** %s | %s |\n", d.Title, d.Name, strings.ReplaceAll(string(d.Unit), "_", " "), escaped(d.Text), escaped(d.Edges), escaped(d.Of))
	}
	if !numbersBlock.Match(data) {
		t.Fatalf("%s has no table between <!-- numbers --> and <!-- end -->", path)
	}
	want := numbersBlock.ReplaceAllLiteralString(string(data), "<!-- numbers -->\n"+b.String()+"<!-- end -->")
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
