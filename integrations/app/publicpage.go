package app

import (
	"context"

	"github.com/tocsin-oncall/tocsin/integrations/publicpage"
)

// publicPage is what customers are shown.
type publicPage struct {
	source    publicpage.Source
	renderer  *publicpage.Renderer
	publisher *publicpage.Publisher
}

func (a *App) newPublicPage() error {
	r, err := publicpage.New()
	if err != nil {
		return err
	}
	source := publicpage.Source{Incidents: a.engine.Incidents, Directory: a.engine.Directory}
	a.public = publicPage{source, r, publicpage.NewPublisher(source, r, func() publicpage.Settings {
		p := a.live.Load().world.File.StatusPage
		return publicpage.Settings{Directory: p.Directory, Serve: string(p.Serve)}
	}, a.log)}
	return nil
}

// file renders one file of the page as it is now.
func (p publicPage) file(ctx context.Context, a *App, name string) ([]byte, error) {
	page, err := p.source.Page(ctx, a.engine.Now())
	if err != nil {
		return nil, err
	}
	out, err := p.renderer.Render(page)
	return out[name], err
}
