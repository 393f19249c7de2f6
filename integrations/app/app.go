// Package app puts Tocsin together: configuration, store, engine, senders and the HTTP server, so that the
// program, and tests in their own process, start the same thing. It is the one integration that may import
// the others, and holds wiring only: what a part does is in that part's package.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/runner"
	"github.com/tocsin-oncall/tocsin/engine/search"
	"github.com/tocsin-oncall/tocsin/engine/store/mem"
	"github.com/tocsin-oncall/tocsin/engine/store/open"
	"github.com/tocsin-oncall/tocsin/integrations/metrics"
	"github.com/tocsin-oncall/tocsin/integrations/webcal"
)

// Options are what a server is started with.
type Options struct {
	Paths   []string // configuration files and folders
	Env     func(string) (string, bool)
	Store   string // overrides the configuration's store unless empty
	Listen  string // overrides the configuration's listen unless empty
	Console io.Writer
	Colour  bool // of the console channel
	Log     *slog.Logger
	Version string
	Fetch   bool // Offline: fetch the calendars of rotations; otherwise nobody is on call by those at URLs

	offline bool   // answers about a configuration only
	pace    *Paced // whose time it is; nil for everybody's
}

// App is one running server.
type App struct {
	opts    Options
	log     *slog.Logger
	store   open.Store
	index   *search.Index // nil offline: nothing is searched
	engine  *engine.Engine
	runner  runner.Runner
	sends   runner.Sends
	metrics *metrics.Metrics
	public  publicPage
	signing signing
	server  *http.Server
	address net.Addr
	reload  sync.Mutex
	live    atomic.Pointer[live]
	stopped atomic.Bool // drains: not ready any more

	storeKind string // bolt, redis, redis+cluster, …
}

// New loads the configuration, opens the store and builds everything; nothing moves before Run. The error
// of a bad configuration is config.Problems'.
func New(ctx context.Context, o Options) (*App, error) {
	world, problems := config.Open(o.Paths, o.Env)
	for _, p := range problems.Warnings() {
		o.Log.Warn(p.OneLine())
	}
	if world == nil {
		return nil, problems.Err()
	}
	replica := replicaName()
	log := o.Log.With("replica", replica)
	url := o.Store
	if url == "" {
		url = world.File.Store.Reveal()
	}
	st, err := openStore(ctx, url, replica, o)
	if err != nil {
		return nil, err
	}
	a := &App{opts: o, log: log, store: st, storeKind: open.Kind(url)}
	if !o.offline {
		if a.index, err = search.Open(); err != nil {
			return nil, errors.Join(err, st.Close())
		}
	}
	if err := a.assemble(ctx, world, replica); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func openStore(ctx context.Context, url, replica string, o Options) (open.Store, error) {
	switch {
	case o.pace == nil:
		return open.Open(ctx, url, replica, o.Log)
	case open.Kind(url) == "mem":
		return mem.New(o.pace.Now), nil
	}
	st, err := open.Open(ctx, url, replica, o.Log)
	if err != nil {
		return nil, err
	}
	return pacedStore{st, o.pace.Now}, nil
}

func (a *App) assemble(ctx context.Context, world *config.World, replica string) error {
	var err error
	if a.signing, err = loadSigning(ctx, a.store); err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.metrics = metrics.New(registry, a.opts.Version)
	a.engine = engine.New(engine.Options{
		Store: a.store, Replica: replica, World: &engine.World{Dir: world.Dir, Router: world.Router},
		Run: a.sender(), Fetch: webcal.New(transport()), Pick: randomBelow, Watch: a.metrics, Log: a.log,
		Index: a.index,
	})
	metrics.Watch(registry, a.engine, a.log)
	metrics.Coverage(registry, a.coverage, a.engine.Now, a.log)
	metrics.Shards(registry, a.engine.Wheel.Owned)
	if err := a.newPublicPage(); err != nil {
		return err
	}
	a.runner = runner.Runner{Also: []runner.Step{a.public.publisher.Step}, Engine: a.engine, Store: a.store, Replica: replica, Log: a.log, Repaired: a.metrics.Repaired}
	next, err := a.build(world)
	if err != nil {
		return err
	}
	a.swap(next)
	audit, err := a.coveragePage()
	if err != nil {
		return err
	}
	a.server = &http.Server{
		Handler:           a.routes(registry, audit),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	return nil
}

// sender starts sends.
func (a *App) sender() func(func()) {
	if a.opts.pace != nil {
		return a.opts.pace.later
	}
	return a.sends.Go
}

// replicaName is new with every start, so that nothing claimed by an earlier process is taken for ours.
func replicaName() string {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return fmt.Sprintf("%x", b)
}

func randomBelow(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0
	}
	return int(i.Int64())
}

// Listen opens the port. Address is known from then on.
func (a *App) Listen() error {
	at := a.opts.Listen
	if at == "" {
		at = a.live.Load().world.File.Listen
	}
	l, err := net.Listen("tcp", at)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with --listen", at, err)
	}
	a.address = l.Addr()
	go func() {
		if err := a.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("the HTTP server stopped", "error", err)
		}
	}()
	return nil
}

// Address is where the server listens.
func (a *App) Address() net.Addr { return a.address }

// drainTime is how long a stopping server waits for requests and sends under way: a little longer than
// a send may take.
const drainTime = 12 * time.Second

// Run works until ctx ends, then drains: it says that it is not ready, lets sends under way come to their end and
// be committed while providers can still call back, takes no more requests, finishes those it has, and closes
// the store.
func (a *App) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := a.watch(ctx); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() {
		a.stopped.Store(true)
		a.log.Info("draining")
	})()
	var beating sync.WaitGroup
	beating.Go(func() { a.deadMan().Run(ctx) })
	a.runner.Run(ctx)
	beating.Wait()
	end, cancelEnd := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancelEnd()
	sending, cancelSending := context.WithTimeout(end, drainTime-time.Second)
	defer cancelSending()
	_ = a.sends.Wait(sending) // looked at below, when no request can begin another one
	err := a.server.Shutdown(end)
	if waitErr := a.sends.Wait(end); waitErr != nil {
		a.log.Warn("some sends did not come to their end; another replica, or the next start, takes them over")
	}
	return errors.Join(err, a.close())
}

// close closes what New has opened.
func (a *App) close() error {
	err := a.store.Close()
	if a.index != nil {
		err = errors.Join(err, a.index.Close())
	}
	return err
}
