package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what the tests get into testdata")

// environment is what ${NAME} means in the tests.
func environment(name string) (string, bool) {
	value, ok := map[string]string{"HOST": "a value from the environment", "PORT": "1025", "KEY": "hunter2-from-the-environment"}[name]
	return value, ok
}

// write makes the files of an archive, all but want, and returns their folder.
func write(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range archive.Files {
		if f.Name == "want" {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Every file of testdata/bad is one kind of mistake, with what is to be said of it.
func TestEveryMistakeIsShownAtItsPlace(t *testing.T) {
	t.Parallel()
	cases, err := filepath.Glob("testdata/bad/*.txtar")
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
			dir := write(t, archive)
			world, problems := Open([]string{dir}, environment)
			if (world == nil) != (problems.Err() != nil) {
				t.Errorf("there is a world: %t; there are errors: %t", world != nil, problems.Err() != nil)
			}
			got := strings.ReplaceAll(problems.String(), dir+string(filepath.Separator), "")
			if strings.Contains(got, "hunter2") {
				t.Errorf("a secret is shown:\n%s", got)
			}
			want := &archive.Files[len(archive.Files)-1]
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Error("(-want +got)\n" + diff)
			}
		})
	}
}
