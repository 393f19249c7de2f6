package ackpage

import (
	"errors"
	"html/template"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// contact reports whether the link is that of a test of a way to somebody.
func (v *visit) contact() bool { return store.ID(v.token.Subject).Kind() == store.KindContact }

// contactView is what the page of a test shows.
type contactView struct {
	Style      template.CSS
	Token      string
	Flash      string
	Via        string
	Standing   string
	CanConfirm bool
}

func (p *Page) getContact(w http.ResponseWriter, r *http.Request, v *visit, said string) {
	s, err := p.Alerts.Contact(r.Context(), v.token.Subject)
	if err != nil || s == nil {
		p.missing(w, r, v, err)
		return
	}
	view := contactView{Style: p.style, Token: v.text, Flash: said, Via: s.Via}
	switch {
	case v.token.Page != s.Paged:
		view.Standing = "This test is over. A newer one was sent since."
	case !s.Waiting() && s.Verified == s.Sent:
		view.Standing = "Confirmed: messages over " + s.Via + " reach you. There is nothing left to do."
	default:
		view.Standing, view.CanConfirm = "Nothing is wrong. Confirm that this message reached you over "+s.Via+".", true
	}
	status := http.StatusOK
	if said != "" {
		status = http.StatusConflict
	}
	p.render(w, status, "contact", view)
}

// confirmContact records that the message arrived.
func (p *Page) confirmContact(w http.ResponseWriter, r *http.Request, v *visit, do string) {
	if do != doConfirm {
		p.unknown(w)
		return
	}
	_, err := p.Alerts.OpenContact(r.Context(), v.token.Subject, v.token.Page)
	if refused := (*alert.Refused)(nil); errors.As(err, &refused) {
		p.getContact(w, r, v, refused.Reason)
		return
	}
	if err != nil {
		p.unavailable(w, r, v, err)
		return
	}
	p.Log.InfoContext(r.Context(), "confirmed a way by link", "user", v.token.User)
	p.back(w, doConfirm)
}
