package app

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/config"
	"github.com/tocsin-oncall/tocsin/engine/deployment"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/integrations/deployhook"
	"github.com/tocsin-oncall/tocsin/integrations/github"
	"github.com/tocsin-oncall/tocsin/integrations/gitlab"
	"github.com/tocsin-oncall/tocsin/integrations/intake"
	"github.com/tocsin-oncall/tocsin/integrations/opsgenie"
	"github.com/tocsin-oncall/tocsin/integrations/pagerduty"
)

var errOnlyDeployments = errors.New("an integration of this type reports deployments, no alerts")

// reports makes of a source one that reports deployments.
func reports(src *intake.Source, kind config.IntegrationType) {
	switch kind {
	case "github":
		src.Signed = github.Signed
		src.Deployment = func(r intake.Request) (*deployment.Report, error) { return github.Decode(r.Body, r.Header) }
	case "gitlab":
		src.Deployment = func(r intake.Request) (*deployment.Report, error) { return gitlab.Decode(r.Body, r.Header) }
	case "deployments":
		src.Deployment = func(r intake.Request) (*deployment.Report, error) { return deployhook.Decode(r.Body) }
	case "pagerduty":
		src.Deployment = func(r intake.Request) (*deployment.Report, error) { return pagerduty.Decode(r.Body) }
	case "opsgenie":
		src.Deployment = func(intake.Request) (*deployment.Report, error) {
			return nil, errors.New("an integration of type opsgenie takes deployments at " + opsgenie.Path)
		}
	default:
		return
	}
	src.Decode = func(intake.Request) ([]event.Event, error) { return nil, errOnlyDeployments }
}

// deploy is the engine's, in the words of the intake.
func (a *App) deploy(ctx context.Context, r deployment.Report) (intake.Deployed, error) {
	s, _, err := a.engine.Deploy(ctx, r)
	if err != nil {
		return intake.Deployed{}, err
	}
	return intake.Deployed{ID: s.Name(), State: string(s.Status), Service: s.Service, KnownService: s.Known(a.engine.World().Dir)}, nil
}

// changes mounts the surfaces of those who have one of their own for deployments.
func (a *App) changes(e *echo.Echo) {
	named := func(kind string) func(key string) (string, bool) {
		return func(key string) (string, bool) { return a.live.Load().sources.Named(kind, key) }
	}
	handle := func(path string, h http.Handler) {
		e.Any(path, echo.WrapHandler(h))
	}
	events := pagerduty.Changes(pagerduty.Options{
		Integration: named("pagerduty"), Unavailable: unavailable, Count: a.metrics.Received, Log: a.log,
		Deploy: func(ctx context.Context, r deployment.Report) error {
			_, _, err := a.engine.Deploy(ctx, r)
			return err
		},
	})
	handle(pagerduty.ChangesPath, events)
	handle(pagerduty.ChangesPath+"/", events)
	deployments := opsgenie.Deployments(opsgenie.Options{
		Integration: named("opsgenie"), ByID: a.engine.Deployment, ByExternal: a.engine.DeploymentOf, Unavailable: unavailable,
		NotFound: func(err error) bool { return errors.Is(err, engine.ErrNotFound) }, Count: a.metrics.Received, Log: a.log,
		Deploy: func(ctx context.Context, r deployment.Report) (*deployment.State, error) {
			s, _, err := a.engine.Deploy(ctx, r)
			return s, err
		},
	})
	handle(opsgenie.Path, deployments)
	handle(opsgenie.Path+"/*", deployments)
}

// unavailable reports whether trying again later may help.
func unavailable(err error) bool {
	return errors.Is(err, store.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded)
}
