package record

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

func TestARecordGoesThroughEveryFormatThatCameSince(t *testing.T) {
	t.Parallel()
	rename := func(from, to string) upgrade {
		return func(fields map[string]json.RawMessage) error {
			if fields[from] == nil {
				return errors.New("there is no " + from)
			}
			fields[to] = fields[from]
			delete(fields, from)
			return nil
		}
	}
	steps := []upgrade{rename("name", "title"), rename("title", "headline")}
	for data, want := range map[string]string{
		`{"v":1,"name":"x","kept":[1]}`:     `{"headline":"x","kept":[1],"v":3}`,
		`{"v":2,"title":"x","kept":[1]}`:    `{"headline":"x","kept":[1],"v":3}`,
		`{"v":3,"headline":"x","kept":[1]}`: `{"headline":"x","kept":[1],"v":3}`,
	} {
		got, err := upgraded([]byte(data), 3, steps)
		if err != nil || string(got) != want {
			t.Errorf("%s became %s (%v), want %s", data, got, err, want)
		}
	}
	if _, err := upgraded([]byte(`{"v":1,"kept":[1]}`), 3, steps); err == nil || !strings.Contains(err.Error(), "from format 1 to 2: there is no name") {
		t.Errorf("an upgrade that fails: %v", err)
	}
}

// The number of upgrades follows from the formats.
func TestEveryFormatHasItsUpgrade(t *testing.T) {
	t.Parallel()
	for _, letter := range "aiphcowtkdqvfln" {
		k, ok := kindOf(store.ID(string(letter)))
		if !ok || len(k.upgrades) != k.format-1 {
			t.Errorf("kind %c has format %d and %d upgrades", letter, k.format, len(k.upgrades))
		}
	}
}
