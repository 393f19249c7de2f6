package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/audit"
	"github.com/tocsin-oncall/tocsin/engine/backup"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/token"
	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
)

// apiOptions is what the REST API works with.
func (a *App) apiOptions() api.Options {
	return api.Options{
		Engine: a.engine,
		Keys:   func() []api.Key { return a.live.Load().keys },
		Config: func() any {
			view, err := config.Render(*a.live.Load().world.File)
			if err != nil {
				a.log.Error("the configuration cannot be shown", "error", err)
			}
			return view
		},
		Audit:      func() audit.Settings { return a.live.Load().world.Audit },
		Offline:    a.opts.offline,
		Reload:     a.Reload,
		Backup:     a.backup,
		LinkFor:    a.linkFor,
		FeedURL:    func(kind, name string, revoked int) string { return a.live.Load().feedURL(kind, name, revoked) },
		StatusPage: func(ctx context.Context, name string) ([]byte, error) { return a.public.file(ctx, a, name) },
		Decode:     a.decode,
		Clean:      func(ev event.Event) event.Event { return intake.Clean(ev, a.engine.Now()) },
		Count:      a.metrics.Received,
		Log:        a.log,
	}
}

// backup writes all of the state.
func (a *App) backup(ctx context.Context, w io.Writer) error {
	_, err := backup.Write(ctx, a.store, backup.Options{From: a.storeKind, Version: a.opts.Version, Now: a.engine.Now()}, w)
	return err
}

// linkFor is the ack link of a page: as good as the one that was sent with it.
func (a *App) linkFor(s *alert.State, p page.Page) string {
	l := a.live.Load()
	who := p.User
	if who == "" {
		who = "channel:" + p.Channel
	}
	t := token.Token{Subject: string(s.ID), User: who, Page: p.N, Expires: p.DueAt.Add(l.setup.LinkTTL)}
	return l.setup.PublicURL + "/a/" + l.signer.Sign(t)
}

var errNoIntegration = errors.New("there is no such integration")

// decode reads a body as an integration would, for explaining what would become of it.
func (a *App) decode(integration string, body []byte, header http.Header, query url.Values) ([]event.Event, error) {
	now := a.engine.Now()
	for _, src := range a.live.Load().decoders {
		if src.Name != integration {
			continue
		}
		events, err := src.Decode(intake.Request{Body: body, Header: header, Query: query, Now: now})
		if len(events) > 0 {
			err = nil // the valid ones can be explained
		}
		for i := range events {
			events[i] = intake.Clean(events[i], now)
		}
		return events, err
	}
	return nil, errNoIntegration
}
