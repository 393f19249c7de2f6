package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine"
)

var statusPageParams = []param{{name: "format", of: []string{"html", "json", "rss"}, doc: "json by default."}}

// statusPageFiles are, by format, the names of the files that hold a status page, and their media types.
var statusPageFiles = map[string]struct{ name, kind string }{
	"html": {"index.html", "text/html"}, "json": {"status.json", "application/json"}, "rss": {"feed.rss", "application/rss+xml"},
}

func statusPageKinds() []string {
	return []string{statusPageFiles["json"].kind, statusPageFiles["html"].kind, statusPageFiles["rss"].kind}
}

func getStatusPage(c *call) (any, error) {
	if c.StatusPage == nil {
		return nil, fmt.Errorf("%w: there is no status page here", engine.ErrNotFound)
	}
	file := statusPageFiles[cmp.Or(c.query.text("format"), "json")]
	text, err := c.StatusPage(c.ctx, file.name)
	if err != nil {
		return nil, err
	}
	return download{[]string{file.kind}, file.name, func(_ context.Context, w http.ResponseWriter) error {
		_, err := w.Write(text)
		return err
	}}, nil
}
