package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/internal/client"
	"github.com/tocsin-oncall/tocsin/engine/config"
)

// inForce is the configuration that a server has in force, to be played. The server masks the secrets: in their place come
// values that are as good where nothing is sent.
func inForce(ctx context.Context, ask *client.Client, env func(string) (string, bool)) (*config.World, error) {
	var file map[string]any
	if err := ask.Get(ctx, "/api/v1/config", nil, &file); err != nil {
		return nil, fmt.Errorf("the configuration in force: %w; or name the old one with --old", failed(err))
	}
	delete(file, "api_keys")
	file["store"] = "mem:"
	n := 0
	unmask(file, "", &n)
	data, err := json.Marshal(file)
	if err != nil {
		return nil, fmt.Errorf("the configuration in force: %w", err)
	}
	dir, err := os.MkdirTemp("", "tocsin-replay-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "in-force.yaml")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return nil, err
	}
	world, problems := config.Open([]string{path}, env)
	if world == nil {
		return nil, fmt.Errorf("the configuration in force cannot be used as the server shows it; name it with --old: %w", problems.Err())
	}
	return world, nil
}

// mask is how secrets are shown.
const mask = "***"

// unmask replaces what is masked by a value that is its own everywhere, and of a form that its key wants.
func unmask(v any, key string, n *int) any {
	switch v := v.(type) {
	case map[string]any:
		for k, of := range v {
			v[k] = unmask(of, k, n)
		}
	case []any:
		for i, of := range v {
			v[i] = unmask(of, key, n)
		}
	case string:
		if !strings.Contains(v, mask) {
			return strings.ReplaceAll(v, "${", "$${") // it stands for itself by now
		}
		*n++
		switch key {
		case "url":
			return fmt.Sprintf("https://masked-%d.invalid/", *n)
		case "bot_token":
			return fmt.Sprintf("xoxb-masked-%d", *n)
		case "account_sid":
			return fmt.Sprintf("AC%032x", *n)
		}
		return fmt.Sprintf("%032d", *n)
	}
	return v
}
