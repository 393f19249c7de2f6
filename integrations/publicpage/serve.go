package publicpage

import (
	"bytes"
	"net/http"
	"strings"
	"time"
)

// maxAge is for how many seconds caches may answer in our place.
const maxAge = "30"

// Serves reports whether a path is the page's.
func (p *Publisher) Serves(path string) bool {
	at := p.settings().Serve
	return at != "" && (path == at || strings.HasPrefix(path, at+"/"))
}

// ServeHTTP serves the page to anybody, out of memory: however many ask, the store is not read. Ask Serves before.
func (p *Publisher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the status page can only be read", http.StatusMethodNotAllowed)
		return
	}
	at := p.settings().Serve
	name := strings.TrimPrefix(r.URL.Path, at+"/")
	switch {
	case r.URL.Path == at:
		http.Redirect(w, r, at+"/", http.StatusFound)
		return
	case name == "":
		name = HTMLName
	}
	kind, ok := Types[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	now := p.served.Load()
	if now == nil {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "The status page is not ready yet. Please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("ETag", now.tags[name])
	h.Set("Cache-Control", "public, max-age="+maxAge)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if name == HTMLName {
		h.Set("Content-Security-Policy", p.renderer.csp+"; frame-ancestors 'none'")
	} else {
		h.Set("Access-Control-Allow-Origin", "*") // other pages may show it
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(now.Rendering[name]))
}
