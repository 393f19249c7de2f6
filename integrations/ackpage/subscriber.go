package ackpage

import (
	"html/template"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

const doLeave = "leave"

// subscriber reports whether the link is that by which a subscriber leaves.
func (v *visit) subscriber() bool { return store.ID(v.token.Subject).Kind() == store.KindSubscriber }

// subscriberView is what the page of a subscription shows. It says nothing of the incident but its number: mails are
// forwarded.
type subscriberView struct {
	Style    template.CSS
	Token    string
	Standing string
	CanLeave bool
}

func (p *Page) getSubscriber(w http.ResponseWriter, r *http.Request, v *visit) {
	s, err := p.Alerts.Subscriber(r.Context(), v.token.Subject)
	if err != nil || s == nil {
		p.missing(w, r, v, err)
		return
	}
	view := subscriberView{Style: p.style, Token: v.text, CanLeave: s.Active(), Standing: "You get no more mails about this incident."}
	if s.Active() {
		view.Standing = s.Email + " gets mails about how an incident goes (" + s.Incident + "). Do you want no more of them?"
	}
	p.render(w, http.StatusOK, "subscriber", view)
}

// oneClick reports whether a mail program asks for the one who reads the mail to be taken out (RFC 8058). It sends no more
// than that, to the link itself, when a person has pressed its own button; scanners are not to do it.
func oneClick(r *http.Request, v *visit) bool {
	return v.subscriber() && r.PostForm.Get("List-Unsubscribe") == "One-Click"
}

// leave takes a subscriber out.
func (p *Page) leave(w http.ResponseWriter, r *http.Request, v *visit) {
	if _, err := p.Alerts.LeaveByLink(r.Context(), v.token.Subject); err != nil {
		p.missing(w, r, v, err)
		return
	}
	p.Log.InfoContext(r.Context(), "a subscriber left by link", "subscription", v.token.Subject)
	p.back(w, doLeave)
}
