package app

import (
	"context"
	"net/url"

	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/integrations/calendar"
)

// feeds are the calendars to subscribe to.
func (a *App) feeds(f *config.File, publicURL string) *calendar.Feeds {
	host := "tocsin"
	if u, err := url.Parse(publicURL); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return &calendar.Feeds{
		Links:     calendar.NewLinks(f.ICalGeneration, a.signing.keys(f)...),
		Directory: a.engine.Directory, Now: a.engine.Now, Host: host,
		Revoked: func(ctx context.Context, kind calendar.Kind, name string) (int, error) {
			return a.engine.FeedGeneration(ctx, string(kind), name)
		},
	}
}

// feedURL is the secret address of a feed.
func (l *live) feedURL(kind, name string, revoked int) string {
	return l.setup.PublicURL + calendar.Path + l.feeds.Links.Token(calendar.Kind(kind), name, revoked) + calendar.Suffix
}
