package app

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// lifecycle is POST /-/reload: 200 when the configuration was read again and is in force, 400 with what is wrong
// with it as text when the old one stays. Processes on this machine need no key, as they could send the signal;
// from elsewhere an admin's API key is needed: 401 without a key that is known, 403 for one of another role.
func (a *App) lifecycle(c echo.Context) error {
	r := c.Request()
	if !fromThisMachine(r) {
		if status, reason := a.mayReload(r); status != http.StatusOK {
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

// mayReload says whether the key that a request brings is an admin's, and what to answer otherwise.
func (a *App) mayReload(r *http.Request) (status int, reason string) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	offered := sha256.Sum256([]byte(strings.TrimSpace(secret)))
	status, reason = http.StatusUnauthorized, "send the key of an admin as Authorization: Bearer KEY, or reload from the machine itself"
	for _, key := range a.live.Load().keys { // all of them, so that the time does not tell which one fits
		own := sha256.Sum256([]byte(key.Secret))
		if subtle.ConstantTimeCompare(offered[:], own[:]) != 1 || key.Secret == "" || !strings.EqualFold(scheme, "Bearer") {
			continue
		}
		if status, reason = http.StatusOK, ""; key.Role != api.Admin {
			status, reason = http.StatusForbidden, "the key "+key.Name+" has the role "+string(key.Role)+"; this needs admin"
		}
	}
	return status, reason
}
