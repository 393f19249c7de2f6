package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"
)

// However a secret is put out, its value is not in it.
func TestSecretsMaskThemselves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-zA-Z0-9:/@?= "\\]{8,40}`).Draw(t, "value")
		held := struct {
			One     Secret            `json:"one"`
			Many    Secrets           `json:"many"`
			Pointer *Secret           `json:"pointer"`
			Map     map[string]Secret `json:"map"`
		}{NewSecret(value), Secrets{NewSecret(value)}, &Secret{value}, map[string]Secret{"k": NewSecret(value)}}
		var logged bytes.Buffer
		for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
			slog.New(handler).Info("x", "one", held.One, "many", held.Many, "held", held, "pointer", held.Pointer)
		}
		asJSON, err := json.Marshal(held)
		if err != nil {
			t.Fatal(err)
		}
		asYAML, err := yaml.Marshal(held)
		if err != nil {
			t.Fatal(err)
		}
		for _, out := range []string{
			fmt.Sprint(held.One, held.Many, held.Pointer), fmt.Sprintf("%v %+v %#v %s %q", held.One, held.Many, held.One, held.Pointer, held.One),
			fmt.Sprintf("%+v %#v %x %d", held, held.Many, held.One, held.One), fmt.Errorf("bad: %v", held.One).Error(), string(asJSON), string(asYAML), logged.String(),
		} {
			if strings.Contains(out, value) || strings.Contains(out, fmt.Sprintf("%x", value)) {
				t.Fatalf("%q is in %s", value, out)
			}
		}
		if held.One.Reveal() != value {
			t.Fatal("the value is lost")
		}
	})
}

func TestStoreURLShowsWhereAndNotHow(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"bolt:data/tocsin.db":    "bolt:data/tocsin.db",
		"mem:":                   "mem:",
		"redis://localhost:6379": "redis://localhost:6379",
		"redis://user:p/w@ss?word@localhost:6379/1":         "redis://***@localhost:6379/1",
		"redis+sentinel://:pw@a:1,b:2/main?sentinel_pass=x": "redis+sentinel://***@a:1,b:2/main?***",
		"redis:pw@localhost":                                "***",
	} {
		if got := NewStoreURL(url).String(); got != want {
			t.Errorf("%s is shown as %s, want %s", url, got, want)
		}
	}
}
