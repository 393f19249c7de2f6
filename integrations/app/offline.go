package app

import (
	"context"
	"crypto/rand"
	"net/http"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

// Offline answers requests about a configuration without a server: it is the HTTP surface over an empty store in
// memory, for this process alone. Every request to it may do what an admin may. It listens nowhere, and nothing in
// it moves: no page is ever sent. The error of a bad configuration is config.Problems'.
func Offline(ctx context.Context, o Options) (http.Handler, error) {
	o.Store, o.offline = "mem:", true
	a, err := New(ctx, o)
	if err != nil {
		return nil, err
	}
	if o.Fetch {
		if err := a.fetchCalendars(ctx); err != nil {
			return nil, err
		}
	}
	key := rand.Text()
	l := *a.live.Load()
	l.keys = []api.Key{{Name: "offline", Secret: key, Role: api.Admin}}
	a.live.Store(&l)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+key)
		a.server.Handler.ServeHTTP(w, r)
	}), nil
}
