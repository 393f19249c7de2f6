package config

import (
	"encoding/json"
	"fmt"
)

// Render returns the configuration as it is in effect, defaults included and secrets masked, in the form that
// encoding/json makes of it: what GET /api/v1/config answers.
func Render(f File) (any, error) {
	data, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("render the configuration: %w", err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("render the configuration: %w", err)
	}
	return out, nil
}
