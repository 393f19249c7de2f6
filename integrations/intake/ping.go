package intake

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"
)

// typeHeartbeat is the type of the integrations that are pinged.
const typeHeartbeat = "heartbeat"

// Pinged is what Options.Count is told of a ping.
const Pinged = "ping"

// receivePing is GET, HEAD or POST of /in/{integration}/ping.
func (o Options) receivePing(c echo.Context) error {
	src, refused := o.Sources().byName(c.Param("integration"), offered(c.Request(), c.QueryParams()))
	if refused == nil && src.Type != typeHeartbeat {
		refused = &refusal{status: http.StatusNotFound, code: "wrong_type", message: "this integration is not of type heartbeat",
			hint: "only those are pinged; send alerts to /in/" + src.Name + " by POST"}
	}
	if refused != nil {
		return o.refuse(c, src.Name, refused)
	}
	return o.ping(c, src)
}

// look is GET or HEAD of /in/{integration}, with which only heartbeats can do anything.
func (o Options) look(c echo.Context) error {
	if o.Sources().byNames[c.Param("integration")].Type != typeHeartbeat {
		return methodNotAllowed(c)
	}
	return o.receivePing(c)
}

// ping answers an authenticated ping when it is durable, even if the sender hangs up meanwhile. A body is ignored.
func (o Options) ping(c echo.Context, src Source) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), ingestTimeout)
	defer cancel()
	if err := o.Ping(ctx, src.Name); err != nil {
		return o.refuse(c, src.Name, notStored(err))
	}
	o.Count(src.Name, Pinged, 1)
	if c.Request().Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	return c.JSON(http.StatusOK, struct {
		Status string `json:"status"`
	}{"ok"})
}
