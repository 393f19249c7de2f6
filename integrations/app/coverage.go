package app

import (
	"context"
	"net/http"
	"time"

	"github.com/tocsin-oncall/tocsin/integrations/api"
	"github.com/tocsin-oncall/tocsin/integrations/coveragepage"
	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

// coverage audits the time between as the configuration in force says.
func (a *App) coverage(ctx context.Context, from, to time.Time) (coverage.Report, error) {
	return a.engine.Coverage(ctx, a.live.Load().world.Audit, from, to)
}

// coveragePage is the audit for people, who show a key of any role as the password that their browser asks for.
func (a *App) coveragePage() (http.Handler, error) {
	page, err := coveragepage.New(coveragepage.Options{Report: a.coverage, Now: a.engine.Now, Log: a.log, Zone: func() *time.Location {
		if zone := a.engine.Directory().Zone; zone != nil {
			return zone
		}
		return time.UTC
	}})
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, ok := r.BasicAuth(); ok {
			r.Header.Set("Authorization", "Bearer "+password)
		}
		if _, status, reason := api.Authenticate(r, a.live.Load().keys, api.Viewer); status != http.StatusOK {
			w.Header().Set("WWW-Authenticate", `Basic realm="tocsin: an API key as the password", charset="UTF-8"`)
			http.Error(w, reason, status)
			return
		}
		page.ServeHTTP(w, r)
	}), nil
}
