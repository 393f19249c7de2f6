package api

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine"
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
	var pictures []export.Picture
	if audience == export.Internal {
		if pictures, err = c.pictures(s.Incident); err != nil {
			return nil, err
		}
	}
	text, err := export.Write(s, format, audience, c.env.Now, pictures...)
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

// picturesMost is how many bytes of pictures a document gets.
const picturesMost = 20 << 20

// pictures are those of an incident, as far as there is room for them. Those of one that is gone are gone.
func (c *call) pictures(name string) (out []export.Picture, err error) {
	inc, err := c.Engine.Incident(c.ctx, name)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	room := picturesMost
	for _, f := range inc.Files {
		if f.ID == "" || !f.Picture() || f.Size > room {
			continue
		}
		_, data, err := c.Engine.Attachment(c.ctx, name, f.N)
		if errors.Is(err, engine.ErrNotFound) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		room -= f.Size
		out = append(out, export.Picture{Name: f.Name, Note: f.Note, Type: f.Type, Data: data})
	}
	return out, nil
}
