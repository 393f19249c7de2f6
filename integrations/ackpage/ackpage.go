// Package ackpage is the page behind an ack link: what is wrong, who was paged, what comes next, and buttons
// to take it, hand it on, silence it or close it; and of other requests: to cover a shift, to confirm a test. Whoever holds the link acts as the one it was made for.
//
// Links are fetched by mail scanners, link previews and browsers that look ahead, so GET and HEAD never change
// anything. Only a POST acts, and only with the token in its body, which none of those send. The page has no
// scripts and loads nothing.
package ackpage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/contact"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/subscriber"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

//go:embed page.html style.css
var files embed.FS

// Alerts is what the page shows and does. An error that is an *alert.Refused is told to the person; any
// other one means that the state cannot be reached, and that trying again later will help.
type Alerts interface {
	// Act does an action to an alert, named by its id, and returns it as it is then.
	Act(ctx context.Context, ref string, a alert.Action) (*alert.State, error)
	// ActAll does an action to each of the alerts; those that refuse it are left as they are.
	ActAll(ctx context.Context, alerts []*alert.State, a alert.Action) error
	// Alert returns an alert by its id. One that is gone is an *alert.Refused, or nil.
	Alert(ctx context.Context, ref string) (*alert.State, error)
	// Bundle returns the alerts of a bundle ("b-…"), worst first. One that is gone is an *alert.Refused, or empty.
	Bundle(ctx context.Context, id string) ([]*alert.State, error)
	// Canary returns the canary by its id, and ConfirmCanary records that a person has a page of it. One that is gone is
	// an *alert.Refused.
	Canary(ctx context.Context, id string) (*canary.State, error)
	ConfirmCanary(ctx context.Context, id string, page int, by string) (*canary.State, error)
	// Absence returns an absence by its id, and Cover has a person take a shift of it, by its name. One that is gone, or
	// what cannot be, is an *alert.Refused.
	Absence(ctx context.Context, id string) (*override.Absence, error)
	Cover(ctx context.Context, name, by string, shift int) (*override.Absence, error)
	// Swap returns a proposed swap of shifts by its id, and AnswerSwap has a person accept or decline it, by its name. One
	// that is gone, or what cannot be, is as above.
	Swap(ctx context.Context, id string) (*override.Swap, error)
	AnswerSwap(ctx context.Context, name, by string, accept bool) (*override.Swap, error)
	// Contact returns a tested way to a person by its id, and OpenContact confirms it with the link of a test. One that is
	// gone, or what cannot be, is an *alert.Refused.
	Contact(ctx context.Context, id string) (*contact.State, error)
	OpenContact(ctx context.Context, id string, page int) (*contact.State, error)
	// Subscriber returns a subscriber by their id, and LeaveByLink takes them out. One that is gone is an *alert.Refused.
	Subscriber(ctx context.Context, id string) (*subscriber.State, error)
	LeaveByLink(ctx context.Context, id string) (*subscriber.State, error)
	// Next says who is paged next and when; the zero time when nobody is.
	Next(ctx context.Context, s *alert.State) (at time.Time, text string)
}

// Options is what the page needs; all of it is required.
type Options struct {
	Signer    *token.Signer
	Alerts    Alerts
	Directory func() *directory.Directory
	Now       func() time.Time
	Log       *slog.Logger
}

// Page serves GET, HEAD and POST of /a/{token}; the token is the last element of the path. It writes relative
// links only, so it works below any prefix.
type Page struct {
	Options
	template *template.Template
	style    template.CSS
	csp      string
}

// New makes the page. It fails only when its own template is broken.
func New(o Options) (*Page, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	t, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(style)
	return &Page{
		Options: o, template: t, style: template.CSS(style),
		csp: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	}, nil
}

// visit is one request with a genuine link.
type visit struct {
	token token.Token
	text  string // the token as it stands in the URL
	dir   *directory.Directory
	zone  *time.Location
	now   time.Time
}

// ServeHTTP shows the page or acts.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.say(w, http.StatusMethodNotAllowed, "That does not work here", "Open the link in a browser.")
		return
	}
	v := &visit{text: r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], dir: p.Directory(), now: p.Now()}
	var err error
	v.token, err = p.Signer.Open(v.text, v.now)
	switch {
	case errors.Is(err, token.ErrExpired):
		p.say(w, http.StatusGone, "This link has expired",
			"Links work for a limited time. Use the link in the newest message about the alert, or find the alert in Tocsin by its number.")
		return
	case err != nil:
		p.say(w, http.StatusNotFound, "This link does not work",
			"It was not made by this server, or a part of it was lost on its way. Open it from the original message, or copy all of it.")
		return
	case !v.subscriber() && !v.known():
		p.say(w, http.StatusGone, "This link does not work any more",
			"It was made for "+v.token.User+", who is not in the configuration any more. Ask your team who has the alert.")
		return
	}
	v.zone = v.dir.ZoneOf(v.token.User)
	if r.Method == http.MethodPost {
		p.post(w, r, v)
		return
	}
	p.get(w, r, v)
}

func (v *visit) bundle() bool { return strings.HasPrefix(v.token.Subject, "b-") }

// channel is the name of the channel that the link was posted in, when it was made for no single person.
func (v *visit) channel() (name string, ok bool) {
	if name, ok = strings.CutPrefix(v.token.User, "channel:"); ok {
		return name, true
	}
	return "", false
}

// known reports whether the one whom the link was made for is still there.
func (v *visit) known() bool {
	if name, ok := v.channel(); ok {
		_, known := v.dir.Channels[name]
		return known
	}
	_, known := v.dir.Users[v.token.User]
	return known
}

// get shows what the link is about and changes nothing.
func (p *Page) get(w http.ResponseWriter, r *http.Request, v *visit) {
	did := r.URL.Query().Get("did")
	switch {
	case v.canary():
		p.getCanary(w, r, v)
		return
	case v.contact():
		p.getContact(w, r, v, "")
		return
	case v.subscriber():
		p.getSubscriber(w, r, v)
		return
	case v.absence():
		p.getAbsence(w, r, v, "")
		return
	case v.swap():
		p.getSwap(w, r, v, "")
		return
	case v.bundle():
		if alerts := p.loadBundle(w, r, v); alerts != nil {
			p.show(w, http.StatusOK, p.bundleView(v, alerts, did))
		}
		return
	}
	if st := p.load(w, r, v); st != nil {
		p.show(w, http.StatusOK, p.alertView(r.Context(), v, st, flash(v, st, did)))
	}
}

// load returns the link's alert, or answers why it cannot and returns nil.
func (p *Page) load(w http.ResponseWriter, r *http.Request, v *visit) *alert.State {
	st, err := p.Alerts.Alert(r.Context(), v.token.Subject)
	if err != nil || st == nil {
		p.missing(w, r, v, err)
		return nil
	}
	return st
}

func (p *Page) loadBundle(w http.ResponseWriter, r *http.Request, v *visit) []*alert.State {
	alerts, err := p.Alerts.Bundle(r.Context(), v.token.Subject)
	if err != nil || len(alerts) == 0 {
		p.missing(w, r, v, err)
		return nil
	}
	return alerts
}

func (p *Page) missing(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	if refused := (*alert.Refused)(nil); err == nil || errors.As(err, &refused) {
		p.say(w, http.StatusGone, "There is nothing here any more", "What this link was about was closed long ago and is not kept any more.")
		return
	}
	p.unavailable(w, r, v, err)
}

func (p *Page) unavailable(w http.ResponseWriter, r *http.Request, v *visit, err error) {
	p.Log.ErrorContext(r.Context(), "an ack link could not be served", "subject", v.token.Subject, "user", v.token.User, "error", err)
	w.Header().Set("Retry-After", "5")
	p.say(w, http.StatusServiceUnavailable, "Please try again in a moment",
		"Tocsin cannot reach its records just now. If you pressed a button, it may not have been recorded: go back, load the page again and look.")
}

// notice is a page that only says something.
type notice struct {
	Style         template.CSS
	Heading, Text string
}

func (p *Page) say(w http.ResponseWriter, status int, heading, text string) {
	p.render(w, status, "notice", notice{p.style, heading, text})
}

func (p *Page) show(w http.ResponseWriter, status int, v any) {
	name := "alert"
	if _, ok := v.(bundleView); ok {
		name = "bundle"
	}
	p.render(w, status, name, v)
}

func (p *Page) render(w http.ResponseWriter, status int, name string, data any) {
	var page bytes.Buffer
	if err := p.template.ExecuteTemplate(&page, name, data); err != nil {
		p.Log.Error("writing an ack page", "page", name, "error", err)
		http.Error(w, "The page could not be written.", http.StatusInternalServerError)
		return
	}
	p.header(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // whoever left does not read it
}

// header keeps the link out of caches, indexes, frames and Referer headers.
func (p *Page) header(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", p.csp)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}
