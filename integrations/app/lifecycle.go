package app

import (
	"net"
	"net/http"
	"net/netip"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// lifecycle is POST /-/reload: 200 when the configuration was read again and is in force, 400 with what is wrong
// with it as text when the old one stays. Processes on this machine need no key, as they could send the signal;
// from elsewhere an admin's API key is needed: 401 without a key that is known, 403 for one of another role.
func (a *App) lifecycle(c echo.Context) error {
	r := c.Request()
	if !fromThisMachine(r) {
		if _, status, reason := api.Authenticate(r, a.live.Load().keys, api.Admin); status != http.StatusOK {
			if status == http.StatusUnauthorized {
				c.Response().Header().Set("WWW-Authenticate", `Bearer realm="tocsin"`)
			}
			return c.String(status, reason+"\n")
		}
	}
	if err := a.Reload(r.Context()); err != nil {
		return c.String(http.StatusBadRequest, "not reloaded, the old configuration stays in force:\n"+err.Error()+"\n")
	}
	return c.String(http.StatusOK, "reloaded\n")
}

// relayed are headers of requests that a reverse proxy passed on, or that a web page made a browser send: their
// peer is on this machine, and whoever is behind it need not be.
var relayed = [...]string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via", "Origin", "Sec-Fetch-Site"}

func fromThisMachine(r *http.Request) bool {
	for _, name := range relayed {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	peer, err := netip.ParseAddr(host)
	return err == nil && peer.Unmap().IsLoopback()
}
