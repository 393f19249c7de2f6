package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/tocsin-oncall/tocsin/cmd/tocsin/internal/client"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/integrations/app"
)

// over is a client of the server or, when there are configuration files, of what they say: the same answers to
// the same questions.
func (r *remote) over(ctx context.Context, files []string) (*client.Client, error) {
	if len(files) == 0 {
		return r.client()
	}
	if _, err := r.load(files); err != nil {
		return nil, err
	}
	handler, err := app.Offline(ctx, app.Options{
		Paths: files, Env: r.env, Console: r.err, Log: slog.New(slog.DiscardHandler), Version: version, Fetch: r.fetch,
	})
	if err != nil {
		return nil, err
	}
	return client.New("http://offline", "", client.Through(handler))
}

// load reads a configuration that is going to be used. It prints what is wrong with one that cannot be.
func (io stdio) load(files []string) (*config.World, error) {
	world, problems := config.Open(files, io.env)
	if world != nil {
		problems = app.Check(world.File)
	}
	if problems.Err() != nil {
		fmt.Fprint(io.err, problems)
		return nil, errors.New("the configuration cannot be used")
	}
	return world, nil
}
