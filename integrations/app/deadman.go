package app

import (
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/deadman"
)

// deadMan is the dead man's switch of this replica, as the configuration in force says.
func (a *App) deadMan() *deadman.Switch {
	return &deadman.Switch{
		Target: func() deadman.Target {
			d := a.live.Load().world.File.DeadMan
			if d == nil {
				return deadman.Target{}
			}
			return deadman.Target{URL: d.URL.Reveal(), Method: string(d.Method), Every: time.Duration(d.Every)}
		},
		Fit: a.engine.Fit, Client: &http.Client{Transport: transport()}, Watch: a.metrics, Log: a.log,
	}
}
