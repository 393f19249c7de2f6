package ackpage

import (
	"html/template"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/canary"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// doConfirm is what the button of a test page sends.
const doConfirm = "confirm"

// canary reports whether the link is that of a test page.
func (v *visit) canary() bool { return store.ID(v.token.Subject).Kind() == store.KindCanary }

// canaryView is what the page of a test shows.
type canaryView struct {
	Style      template.CSS
	Token      string
	Sent       moment
	CanConfirm bool
	Standing   string
}

// getCanary shows that it was a test, with a button to say that it arrived.
func (p *Page) getCanary(w http.ResponseWriter, r *http.Request, v *visit) {
	s, err := p.Alerts.Canary(r.Context(), v.token.Subject)
	if err != nil || s == nil {
		p.missing(w, r, v, err)
		return
	}
	p.render(w, http.StatusOK, "canary", p.canaryView(v, s))
}

func (p *Page) canaryView(v *visit, s *canary.State) canaryView {
	view := canaryView{Style: p.style, Token: v.text, Standing: "This test is over. A newer one was sent since."}
	pg := s.Page(v.token.Page)
	if pg == nil {
		return view
	}
	view.Sent = v.moment(pg.DueAt)
	view.Standing = "Nobody has confirmed yet that it arrived."
	view.CanConfirm = s.Confirmed[pg.N] == ""
	if by := s.Confirmed[pg.N]; by != "" {
		view.Standing = "Test received: " + v.name(by) + " confirmed it. There is nothing left to do."
	}
	return view
}

// confirm records that the person has the message.
func (p *Page) confirm(w http.ResponseWriter, r *http.Request, v *visit, do string) {
	if do != doConfirm {
		p.unknown(w)
		return
	}
	if s, err := p.Alerts.ConfirmCanary(r.Context(), v.token.Subject, v.token.Page, v.token.User); err != nil || s == nil {
		p.missing(w, r, v, err)
		return
	}
	p.Log.InfoContext(r.Context(), "confirmed a test page by link", "user", v.token.User)
	p.back(w, doConfirm)
}
