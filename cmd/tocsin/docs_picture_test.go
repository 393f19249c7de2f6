package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Pictures of docs/ that show the first configuration of a page: TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin draws them anew.
func TestThePicturesOfPagesAreThoseOfTheirConfigurations(t *testing.T) {
	t.Parallel()
	for _, p := range []struct {
		page, picture string
		args          []string
	}{
		{"docs/schedules.md", "docs/schedule.svg", []string{"schedule", "show", "primary", "--from", "2026-03-09", "--svg", "-"}},
		{"docs/services.md", "docs/services.svg", []string{"service", "graph"}},
	} {
		t.Run(p.picture, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(docsRoot, p.page))
			if err != nil {
				t.Fatal(err)
			}
			block := configBlock.FindStringSubmatch(string(text))
			if block == nil {
				t.Fatal(p.page + " has no configuration")
			}
			file := filepath.Join(t.TempDir(), "tocsin.yaml")
			if err := os.WriteFile(file, []byte(block[2]), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			code := run(context.Background(), stdio{
				in: strings.NewReader(""), out: &out, err: &errs, env: func(string) (string, bool) { return "", false }, zone: time.UTC,
				now: func() time.Time { return time.Date(2026, 3, 11, 15, 30, 0, 0, time.UTC) },
			}, append(p.args, "--config", file))
			if code != exitFine {
				t.Fatal(errs.String())
			}
			path := filepath.Join(docsRoot, p.picture)
			if os.Getenv("TOCSIN_WRITE_DOCS") != "" {
				if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			picture, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(picture), out.String()); diff != "" {
				t.Errorf("%s is not what the program draws; TOCSIN_WRITE_DOCS=1 go test ./cmd/tocsin draws it anew (-file +program)\n%s", path, diff)
			}
		})
	}
}
