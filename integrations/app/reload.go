package app

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
)

// Reload reads the configuration again and puts it in force. When anything is wrong with it, the old one
// stays in force, whole, and the error says what is wrong and where.
func (a *App) Reload(context.Context) error {
	a.reload.Lock()
	defer a.reload.Unlock()
	err := a.reloadNow()
	if err != nil {
		a.metrics.LoadFailed()
		a.log.Error("the configuration was not reloaded; the old one stays in force", "error", err)
		return err
	}
	a.log.Info("the configuration was reloaded")
	return nil
}

func (a *App) reloadNow() error {
	world, problems := config.Open(a.opts.Paths, a.opts.Env)
	if world == nil {
		return problems.Err()
	}
	next, err := a.build(world)
	if err != nil {
		return err
	}
	for _, p := range problems.Warnings() {
		a.log.Warn(p.OneLine())
	}
	old := a.live.Load().world.File
	if world.File.Listen != old.Listen && a.opts.Listen == "" || world.File.Store != old.Store && a.opts.Store == "" {
		a.log.Warn("listen and store are read at the start only: restart to change them")
	}
	a.engine.Reload(&engine.World{Dir: world.Dir, Router: world.Router})
	a.swap(next)
	return nil
}

// settle is how long a file must be left alone after a change before it is read: editors write in steps.
const settle = 300 * time.Millisecond

// watch reloads when a configuration file changes, if the configuration asks for it. Folders are watched, not
// files: editors and Kubernetes replace files rather than write to them.
func (a *App) watch(ctx context.Context) error {
	if !a.live.Load().world.File.Watch {
		return nil
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	for _, path := range a.opts.Paths {
		for _, dir := range []string{path, filepath.Dir(path)} {
			if err := w.Add(dir); err != nil {
				return fmt.Errorf("watch: %s: %w", dir, err)
			}
		}
	}
	go func() {
		defer w.Close()
		timer := time.NewTimer(0)
		<-timer.C
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-w.Events:
				if a.concerns(e.Name) {
					timer.Reset(settle)
				}
			case err := <-w.Errors:
				a.log.Warn("the configuration's changes may be missed", "error", err)
			case <-timer.C:
				_ = a.Reload(ctx) // logged there
			}
		}
	}()
	return nil
}

// concerns reports whether a changed file may be part of the configuration.
func (a *App) concerns(name string) bool {
	ext := filepath.Ext(name)
	if ext == ".yaml" || ext == ".yml" || ext == ".ics" || filepath.Base(name) == "..data" { // the last is how Kubernetes swaps a ConfigMap
		return true
	}
	for _, path := range a.opts.Paths {
		if filepath.Clean(path) == filepath.Clean(name) {
			return true
		}
	}
	return false
}
