package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/integrations/calendar"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
)

// routes mounts every surface. What depends on the configuration is looked up at each request.
func (a *App) routes(registry *prometheus.Registry, audit http.Handler) http.Handler {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Use(middleware.RecoverWithConfig(middleware.RecoverConfig{LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
		a.log.Error("a request failed", "path", c.Path(), "error", err, "stack", string(stack))
		return err
	}}))
	intake.Register(e, intake.Options{
		Sources: func() *intake.Sources { return a.live.Load().sources },
		Ingest:  a.ingest, Ping: a.engine.Ping, Deploy: a.deploy, Count: a.metrics.Received, Now: a.engine.Now, Log: a.log,
	})
	a.changes(e)
	api.Register(e, a.apiOptions())

	e.Any("/a/:token", echo.WrapHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.live.Load().ackPage.ServeHTTP(w, r)
	})))
	e.Any(calendar.Path+":feed", echo.WrapHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.live.Load().feeds.ServeHTTP(w, r)
	})))
	e.Any("/coverage", echo.WrapHandler(audit))
	a.callbacks(e)

	e.Use(a.publicPages)
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError,
	})))
	e.GET("/-/healthy", func(c echo.Context) error { return c.String(http.StatusOK, "healthy\n") })
	e.GET("/-/ready", a.ready)
	e.POST("/-/reload", a.lifecycle)
	return e
}

// publicPages serves the status page where nothing else is. It is no route: one for every path would say "not found" of
// those that are there for another method.
func (a *App) publicPages(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		if !errors.Is(err, echo.ErrNotFound) || !a.public.publisher.Serves(c.Request().URL.Path) {
			return err
		}
		a.public.publisher.ServeHTTP(c.Response(), c.Request())
		return nil
	}
}

// callbacks are what providers call.
func (a *App) callbacks(e *echo.Echo) {
	provider := func(path string, pick func(*live) http.Handler) {
		e.Any(path, echo.WrapHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if h := pick(a.live.Load()); h != nil {
				h.ServeHTTP(w, r)
				return
			}
			http.Error(w, "this provider is not configured here", http.StatusNotFound)
		})))
	}
	provider("/slack/interactions", func(l *live) http.Handler {
		if l.slack == nil {
			return nil
		}
		return http.HandlerFunc(l.slack.Buttons)
	})
	provider("/slack/commands", func(l *live) http.Handler {
		if l.slack == nil {
			return nil
		}
		return http.HandlerFunc(l.slack.Command)
	})
	for path, pick := range map[string]func(*live) http.Handler{
		"/twilio/sms":    func(l *live) http.Handler { return l.twilio.SMS() },
		"/twilio/voice":  func(l *live) http.Handler { return l.twilio.Voice() },
		"/twilio/status": func(l *live) http.Handler { return l.twilio.Status() },
	} {
		provider(path, func(l *live) http.Handler {
			if l.twilio == nil {
				return nil
			}
			return pick(l)
		})
	}
}

// ingest is the engine's, in the words of the intake.
func (a *App) ingest(ctx context.Context, integration string, events []event.Event) ([]intake.Receipt, error) {
	got, err := a.engine.Ingest(ctx, integration, events)
	out := make([]intake.Receipt, len(got))
	for i, r := range got {
		out[i] = intake.Receipt{ID: string(r.ID), Number: r.Number, DedupKey: r.DedupKey, Status: r.Status}
	}
	return out, err
}

// ready is 200 when alerts can be taken: the store can be written, and the server is not about to stop.
func (a *App) ready(c echo.Context) error {
	if a.stopped.Load() {
		return c.String(http.StatusServiceUnavailable, "not ready: stopping\n")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	warnings, err := a.engine.Health(ctx)
	if err != nil {
		return c.String(http.StatusServiceUnavailable, "not ready: the store cannot be written\n")
	}
	text := "ready\n"
	for _, w := range warnings {
		text += "warning: " + w + "\n"
	}
	return c.String(http.StatusOK, text)
}
