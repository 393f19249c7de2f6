package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/rehearsal/replay"
)

func TestTheDocsExplainEveryFigureThatConditionsKnow(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range replay.Explained() {
		if row := fmt.Sprintf("| `%s` | %s |", f[0], f[1]); !strings.Contains(string(data), row) {
			t.Errorf("docs/testing.md does not say: %s", row)
		}
	}
}
