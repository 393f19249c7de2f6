package open_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
	"github.com/tocsin-oncall/tocsin/engine/store/redistest"
)

func TestEachKindOfStoreOpensByItsURL(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	server := redistest.Start(t)
	for _, url := range []string{
		"mem:",
		"bolt:" + filepath.Join(t.TempDir(), "data", "tocsin.db"),
		server.URL(),
		server.URL() + "/3",
	} {
		s, err := open.Open(t.Context(), url, "r1", log)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		id := store.NewID(store.KindAlert, 0)
		if err := s.Commit(t.Context(), store.Tx{{ID: id}})[0]; err != nil {
			t.Errorf("%s: %v", url, err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestABadURLSaysWhatIsExpected(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                          "names no kind of store",
		"hunter2":                   "names no kind of store",
		"postgres://u:hunter2@db":   `"postgres:"`,
		"mem:hunter2":               "takes nothing after",
		"bolt:":                     "needs a path",
		"redis:hunter2":             "expected redis://HOST:PORT",
		"redis+magic://hunter2@h":   "expected redis://HOST:PORT",
		"redis+://hunter2@h":        "expected redis://HOST:PORT",
		"redis://:hunter2@":         "host or port",
		"redis://:hunter2@h:x":      "host or port",
		"redis://:hunter/2@h":       "host or port",
		"redis://:hun%zter2@h":      "not escaped",
		"redis://:hunter2@x@h":      "not escaped",
		"redis://:hunter2@h/x":      "not a number",
		"redis://:hunter2@h?x=1":    "unknown option",
		"redis://h1,h2":             "redis+sentinel:// or redis+cluster://",
		"redis+sentinel://h1,h2":    "names no master",
		"redis+cluster://h1,h2/1":   "has only one",
		"redis+sentinel://h/m?db=2": "unknown option",

		"redis://h?wait_replicas=two":                  "not a number of replicas",
		"redis://h?wait_replicas=1&wait_timeout=1h":    "at most 2s",
		"redis://h?wait_replicas=1&wait_timeout=hunt":  "at most 2s",
		"redis://h?wait_timeout=500ms":                 "without wait_replicas",
		"redis+cluster://h?sentinel_password=hunter2":  "only redis+sentinel:// has it",
		"redis://:hunter2@127.0.0.1:1?wait_replicas=1": "unavailable",
	} {
		_, err := open.Open(t.Context(), url, "r1", slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q in it", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunt") {
			t.Errorf("%s: the error shows the secret: %v", url, err)
		}
	}
}

func TestNothingShowsThePassword(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "requirepass hunter2")
	var lines bytes.Buffer
	log := slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var answers []error
	for _, password := range []string{"hunter2wrong", "hunter2"} {
		s, err := open.Open(t.Context(), "redis://:"+password+"@"+server.Addr, "r1", log)
		answers = append(answers, err)
		if err != nil {
			continue
		}
		server.Kill()
		_, err = s.Load(context.Background(), store.NewID(store.KindAlert, 0))
		answers = append(answers, err, s.Close())
	}
	if !errors.Is(answers[0], store.ErrUnavailable) || answers[1] != nil || !errors.Is(answers[2], store.ErrUnavailable) {
		t.Errorf("a wrong password, a right one, and a killed server gave %v", answers)
	}
	for _, err := range answers {
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	if strings.Contains(lines.String(), "hunter2") {
		t.Errorf("the log shows the password:\n%s", lines.String())
	}
}
