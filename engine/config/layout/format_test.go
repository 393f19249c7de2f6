package layout_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/tocsin-oncall/tocsin/engine/config/layout"
)

// Every file of testdata is a text before and after.
func TestFilesGetOneForm(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases:", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			// ␠, ⇥ and ␍ stand for white space that editors do not show, or would take away, ␄ for the end without a line break.
			before := strings.NewReplacer("␠", " ", "⇥", "\t", "␍", "\r", "␄\n", "").Replace(string(archive.Files[0].Data))
			got, err := layout.Format("tocsin.yaml", before)
			if err != nil {
				got = "error: " + err.Error() + "\n"
			}
			if !strings.HasSuffix(got, "\n") {
				got += "␄\n"
			}
			want := &archive.Files[1]
			if os.Getenv("TOCSIN_WRITE_GOLDEN") != "" {
				want.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// The files that ship with Tocsin are as they should be.
func TestOurOwnFilesAreFormatted(t *testing.T) {
	t.Parallel()
	root := "../../.."
	for _, pattern := range []string{"config.example.yaml", "docs/examples/*.yaml", "docs/ci/*.yaml", "cmd/tocsin/testdata/*.yaml", "engine/config/testdata/*.yaml"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := layout.Format(path, string(text))
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("%s is not formatted: tocsin fmt does it (-file +formatted)\n%s", path, diff)
			}
		}
	}
}
