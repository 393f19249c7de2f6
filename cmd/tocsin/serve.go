package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/integrations/app"
)

func serveVerb(io stdio) *cobra.Command {
	var o app.Options
	c := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Take alerts and page people",
		Long: `Takes alerts and pages people. A SIGHUP, or POST /-/reload, reads the configuration again; when it is bad, the
old one stays in force. A SIGTERM lets everything under way come to its end.`,
		Example: "  tocsin serve --config config.yaml\n  tocsin serve --config /etc/tocsin.d --store redis://localhost:6379 --listen :8080",
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return serve(c.Context(), io, o) },
	}
	c.Flags().StringArrayVar(&o.Paths, "config", nil, "configuration file or folder; may be given several times")
	c.Flags().StringVar(&o.Store, "store", "", "where the state is kept, instead of the configuration's store: bolt:PATH, redis://…, mem:")
	c.Flags().StringVar(&o.Listen, "listen", "", "address to serve on, instead of the configuration's listen")
	_ = c.MarkFlagRequired("config") // fails only for a flag that is not defined
	return c
}

// gcPercent lets the heap grow to five times what is live before it is collected: a server holds a few dozen
// megabytes, and in a storm of alerts a third of its time would go into collecting them again and again.
const gcPercent = 400

func serve(ctx context.Context, io stdio, o app.Options) error {
	world, err := io.load(o.Paths)
	if err != nil {
		return err
	}
	o.Env, o.Console, o.Colour, o.Version = io.env, io.out, io.terminal, version
	o.Log = newLogger(io, world.File.Log)
	if _, set := io.env("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	a, err := app.New(ctx, o)
	if err != nil {
		return err
	}
	if err := a.Listen(); err != nil {
		return err
	}
	o.Log.Info("serving", "address", a.Address().String(), "version", version)
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangup:
				_ = a.Reload(ctx) // logged there
			}
		}
	}()
	return a.Run(ctx)
}

// newLogger writes what the configuration asks for to standard error; standard output is the console channel's.
func newLogger(io stdio, c config.Log) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // checked by the configuration
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(io.err, options))
	}
	return slog.New(slog.NewTextHandler(io.err, options))
}
