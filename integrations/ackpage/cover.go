package ackpage

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/override"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// doCover is what the buttons of an absence's page send.
const doCover = "cover"

// absence reports whether the link is that of a request to cover.
func (v *visit) absence() bool { return store.ID(v.token.Subject).Kind() == store.KindAbsence }

// coverView is what the page of an absence shows.
type coverView struct {
	Style    template.CSS
	Token    string
	Flash    string
	Who      string
	Reason   string
	From, To string
	Over     bool
	Shifts   []shiftRow
}

type shiftRow struct {
	N        int
	Schedule string
	From, To string
	By       string // who has it
	Open     bool
}

func (p *Page) getAbsence(w http.ResponseWriter, r *http.Request, v *visit, said string) {
	s, err := p.Alerts.Absence(r.Context(), v.token.Subject)
	if err != nil || s == nil {
		p.missing(w, r, v, err)
		return
	}
	status := http.StatusOK
	if said != "" {
		status = http.StatusConflict
	}
	p.render(w, status, "cover", p.coverView(v, s, said))
}

func (p *Page) coverView(v *visit, s *override.Absence, said string) coverView {
	view := coverView{
		Style: p.style, Token: v.text, Flash: said, Who: v.name(s.User), Reason: clip(s.Reason, maxValue),
		From: v.day(s.From), To: v.day(s.To), Over: s.Status != override.Active || !s.To.After(v.now),
	}
	for _, a := range s.Asks {
		row := shiftRow{N: a.N, Schedule: a.Schedule, From: v.day(a.From), To: v.day(a.To)}
		if a.TakenBy != "" {
			row.By = v.name(a.TakenBy)
		}
		row.Open = a.Open() && !view.Over && a.To.After(v.now)
		view.Shifts = append(view.Shifts, row)
	}
	return view
}

func (v *visit) day(t time.Time) string { return t.In(v.zone).Format("Mon 2 Jan 15:04 MST") }

// cover puts whom the link was made for on call for one shift.
func (p *Page) cover(w http.ResponseWriter, r *http.Request, v *visit, do string) {
	shift, err := strconv.Atoi(r.PostForm.Get("shift"))
	if do != doCover || err != nil || shift < 1 {
		p.unknown(w)
		return
	}
	s, err := p.Alerts.Absence(r.Context(), v.token.Subject)
	if err != nil || s == nil {
		p.missing(w, r, v, err)
		return
	}
	if shift <= len(s.Asks) && s.Asks[shift-1].TakenBy == v.token.User { // pressed twice
		p.back(w, doCover)
		return
	}
	_, err = p.Alerts.Cover(r.Context(), s.Name(), v.token.User, shift)
	if refused := (*alert.Refused)(nil); errors.As(err, &refused) {
		p.getAbsence(w, r, v, refused.Reason)
		return
	}
	if err != nil {
		p.unavailable(w, r, v, err)
		return
	}
	p.Log.InfoContext(r.Context(), "took a shift by link", "absence", s.Name(), "shift", shift, "user", v.token.User)
	p.back(w, doCover)
}
