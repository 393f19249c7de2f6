package api

import "net/http"

func getConfig(c *call) (any, error) { return c.Config(), nil }

// Reloaded says that the configuration was loaded anew.
type Reloaded struct {
	Reloaded bool `json:"reloaded"`
}

func reload(c *call) (any, error) {
	if err := c.Reload(c.ctx); err != nil {
		return nil, &problem{http.StatusUnprocessableEntity, "invalid_configuration", err.Error(),
			"the configuration that was in force still is; tocsin check says more"}
	}
	return Reloaded{true}, nil
}
