// Package publicpage shows customers the status page that package engine/statuspage makes: as one page of HTML that needs
// nothing else, as JSON, and as an RSS feed. It writes them into a directory, and serves them to anybody. What is on the
// page is not decided here. The same page has the same bytes, wherever it is written.
package publicpage

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"

	"github.com/tocsin-oncall/tocsin/engine/statuspage"
)

//go:embed page.html style.css
var files embed.FS

// The names of the files, and of the paths that are served.
const (
	HTMLName = "index.html"
	JSONName = "status.json"
	RSSName  = "feed.rss"
)

// Types are the media types of the files.
var Types = map[string]string{
	HTMLName: "text/html; charset=utf-8", JSONName: "application/json", RSSName: "application/rss+xml; charset=utf-8",
}

// Names are the files in the order in which they are written: the page last.
var Names = [...]string{JSONName, RSSName, HTMLName}

// Rendering is a page in its three forms, by the names of their files.
type Rendering map[string][]byte

// Renderer renders pages. It is safe for concurrent use.
type Renderer struct {
	template *template.Template
	style    template.CSS
	csp      string
}

// New makes a Renderer. It fails only when its own template is broken.
func New() (*Renderer, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	t, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(style)
	return &Renderer{template: t, style: template.CSS(style),
		csp: "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
	}, nil
}

// Render makes all three forms of a page.
func (r *Renderer) Render(p statuspage.Page) (Rendering, error) {
	out := Rendering{}
	var err error
	if out[JSONName], err = renderJSON(p); err != nil {
		return nil, fmt.Errorf("%s: %w", JSONName, err)
	}
	if out[RSSName], err = renderRSS(p); err != nil {
		return nil, fmt.Errorf("%s: %w", RSSName, err)
	}
	var page bytes.Buffer
	if err := r.template.Execute(&page, r.view(p)); err != nil {
		return nil, fmt.Errorf("%s: %w", HTMLName, err)
	}
	out[HTMLName] = page.Bytes()
	return out, nil
}
