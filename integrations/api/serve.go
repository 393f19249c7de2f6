package api

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/trail"
)

// call is one authenticated request on its way through its handler.
type call struct {
	Options
	route  route
	echo   echo.Context
	ctx    context.Context
	key    Key
	query  query
	env    directory.Env // the configuration in force and the time, the same for the whole call
	status int           // of the answer
}

// handler does what a route is for, and gives what to answer as JSON.
type handler func(*call) (any, error)

// serve makes a route's handler one of echo.
func (o Options) serve(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), cmp.Or(r.patience, timeout))
		defer cancel()
		call := &call{Options: o, route: r, echo: c, ctx: ctx, status: r.success()}
		answer, err := call.run()
		c.Response().Header().Set("Cache-Control", "no-store")
		if err != nil {
			return call.fail(err)
		}
		if r.acts {
			o.Log.InfoContext(ctx, "api", slog.String("key", call.key.Name), slog.String("did", r.id),
				slog.String("path", c.Request().URL.Path), slog.Int("status", call.status))
		}
		if d, ok := answer.(download); ok {
			return call.send(d)
		}
		return c.JSON(call.status, answer)
	}
}

func (c *call) run() (any, error) {
	var err error
	r := c.echo.Request()
	if c.key, err = admit(r, c.Keys(), c.route.role); err != nil {
		return nil, err
	}
	c.ctx = trail.From(c.ctx, "api:"+c.key.Name)
	if c.query, err = parseQuery(r.URL.RawQuery, c.route.params, c.route.labels); err != nil {
		return nil, err
	}
	c.env = c.Engine.Env()
	return c.route.handle(c)
}

// param is a part of the path.
func (c *call) param(name string) string { return c.echo.Param(name) }

// fail answers with an error, and logs those that are ours.
func (c *call) fail(err error) error {
	p := problemOf(err)
	if p.status >= http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		c.Log.ErrorContext(c.ctx, "api request failed", slog.String("did", c.route.id), slog.Int("status", p.status), slog.Any("error", err))
	}
	return p.write(c.echo)
}

var allMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(m string) bool { return slices.Contains(some, m) })
}

// echoPath writes {ref} as :ref.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

func wrongMethod(allowed []string) echo.HandlerFunc {
	return func(c echo.Context) error {
		list := strings.Join(allowed, ", ")
		c.Response().Header().Set("Allow", list)
		p := &problem{http.StatusMethodNotAllowed, "method_not_allowed", "this path takes " + list, "see " + Prefix + openAPIPath}
		return p.write(c)
	}
}

func noRoute(c echo.Context) error {
	p := &problem{http.StatusNotFound, "not_found", "there is no such path in the API", "see " + Prefix + openAPIPath}
	return p.write(c)
}
