package api

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// download is an answer that is not JSON but a file, which write makes while it is sent.
type download struct {
	kinds []string // the media types that it may be of; the answer itself has one
	name  string
	write func(ctx context.Context, w http.ResponseWriter) error
}

// slowest is how long a client may take for each part of a download.
const slowest = 30 * time.Second

func getBackup(c *call) (any, error) {
	name := "tocsin-" + c.env.Now.UTC().Format("20060102T150405Z") + ".backup"
	return download{[]string{fileType}, name, func(ctx context.Context, w http.ResponseWriter) error { return c.Backup(ctx, w) }}, nil
}

// send sends a download. What fails before the first part is an answer like any other; later the connection is broken
// off, so that nobody takes what came for the whole.
func (c *call) send(d download) error {
	w := &parts{Response: c.echo.Response(), control: http.NewResponseController(c.echo.Response()), name: d.name, kind: d.kinds[0]}
	err := d.write(c.echo.Request().Context(), w)
	if err == nil {
		return nil
	}
	if !w.begun {
		return c.fail(err)
	}
	c.Log.ErrorContext(c.ctx, "a download broke off", "did", c.route.id, "error", err)
	panic(http.ErrAbortHandler) // how net/http is told to
}

// parts moves the deadline of the connection with everything that is written to it.
type parts struct {
	*echo.Response
	control *http.ResponseController
	name    string
	kind    string
	begun   bool
}

func (p *parts) Write(data []byte) (int, error) {
	if !p.begun {
		p.begun = true
		p.Header().Set("Content-Type", p.kind)
		p.Header().Set("X-Content-Type-Options", "nosniff")
		p.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.name}))
		p.WriteHeader(http.StatusOK)
	}
	if err := p.control.SetWriteDeadline(time.Now().Add(slowest)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.Response.Write(data)
}

const fileType = "application/gzip"
