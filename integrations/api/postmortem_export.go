package api

import (
	"cmp"
	"context"
	"io"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/postmortem/export"
)

var exportParams = []param{
	{name: "format", of: []string{"markdown", "html", "confluence"}, doc: "markdown by default; html is one page, confluence its storage format."},
	{name: "audience", of: []string{"internal", "customers"}, doc: "internal by default; customers read impact, cause, and what is done by when."},
}

// exportKinds are the media types of documents.
func exportKinds() (kinds []string) {
	for _, f := range export.Formats {
		kinds = append(kinds, export.Types[f])
	}
	return kinds
}

func exportPostmortem(c *call) (any, error) {
	s, err := c.Engine.Postmortem(c.ctx, c.name("PM"))
	if err != nil {
		return nil, err
	}
	format := export.Format(cmp.Or(c.query.text("format"), string(export.Markdown)))
	audience := export.Audience(cmp.Or(c.query.text("audience"), string(export.Internal)))
	text, err := export.Write(s, format, audience, c.env.Now)
	if err != nil {
		return nil, err
	}
	name := s.Name()
	if audience != export.Internal {
		name += "-" + string(audience)
	}
	return download{[]string{export.Types[format]}, name + export.Endings[format], func(_ context.Context, w http.ResponseWriter) error {
		_, err := io.WriteString(w, text)
		return err
	}}, nil
}
