package ackpage

import (
	"errors"
	"html/template"
	"net/http"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// What the buttons of a swap's page send.
const (
	doAccept  = "accept"
	doDecline = "decline"
)

// swap reports whether the link is that of a proposal to trade shifts.
func (v *visit) swap() bool { return store.ID(v.token.Subject).Kind() == store.KindSwap }

// swapView is what the page of a swap shows.
type swapView struct {
	Style    template.CSS
	Token    string
	Flash    string
	Who      string
	Reason   string
	Standing string // what became of it; "" while it can be answered
	Pieces   []pieceRow
}

type pieceRow struct {
	Taker, Giver, Schedule, From, To string
}

func (p *Page) getSwap(w http.ResponseWriter, r *http.Request, v *visit, said string) {
	s, err := p.Alerts.Swap(r.Context(), v.token.Subject)
	if err != nil || s == nil {
		p.missing(w, r, v, err)
		return
	}
	status := http.StatusOK
	if said != "" {
		status = http.StatusConflict
	}
	p.render(w, status, "swap", p.swapView(v, s, said))
}

func (p *Page) swapView(v *visit, s *override.Swap, said string) swapView {
	view := swapView{
		Style: p.style, Token: v.text, Flash: said, Who: v.name(s.Giver), Reason: clip(s.Reason, maxValue),
		Pieces: []pieceRow{{v.name(s.Asked), v.name(s.Giver), s.Schedule, v.day(s.Give.From), v.day(s.Give.To)}},
	}
	if s.Take != nil {
		view.Pieces = append(view.Pieces, pieceRow{v.name(s.Giver), v.name(s.Asked), s.Schedule, v.day(s.Take.From), v.day(s.Take.To)})
	}
	switch {
	case s.Status == override.Accepted:
		view.Standing = "Accepted: it counts."
	case s.Status == override.Declined:
		view.Standing = "Declined: nothing has changed."
	case !s.Expires().After(v.now):
		view.Standing = "It has expired: nothing has changed."
	}
	return view
}

// answerSwap accepts or declines in the name of whom the link was made for.
func (p *Page) answerSwap(w http.ResponseWriter, r *http.Request, v *visit, do string) {
	if do != doAccept && do != doDecline {
		p.unknown(w)
		return
	}
	s, err := p.Alerts.Swap(r.Context(), v.token.Subject)
	if err != nil || s == nil {
		p.missing(w, r, v, err)
		return
	}
	_, err = p.Alerts.AnswerSwap(r.Context(), s.Name(), v.token.User, do == doAccept)
	if refused := (*alert.Refused)(nil); errors.As(err, &refused) {
		p.getSwap(w, r, v, refused.Reason)
		return
	}
	if err != nil {
		p.unavailable(w, r, v, err)
		return
	}
	p.Log.InfoContext(r.Context(), "answered a swap by link", "swap", s.Name(), "do", do, "user", v.token.User)
	p.back(w, do)
}
