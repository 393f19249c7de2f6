package ackpage

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
)

// maxForm bounds the body of a POST; ours have less than a kilobyte.
const maxForm = 64 << 10

// What the page's buttons send as "do", and what happened as "did".
const (
	doAck      = "ack"
	doEscalate = "escalate"
	doSnooze   = "snooze"
	doClose    = "close"

	didLate  = "late"  // somebody else had acknowledged it
	didStale = "stale" // it had been escalated meanwhile
)

// readForm reads a form in either encoding: mail programs may use both.
func readForm(r *http.Request) error {
	if err := r.ParseMultipartForm(maxForm); !errors.Is(err, http.ErrNotMultipart) {
		return err
	}
	return r.ParseForm()
}

// post does what a button says and leads back to the page. Doing the same twice does it once.
func (p *Page) post(w http.ResponseWriter, r *http.Request, v *visit) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := readForm(r); err != nil {
		p.say(w, http.StatusBadRequest, "That did not arrive whole", "Nothing was done. Go back, load the page again and press the button once more.")
		return
	}
	if oneClick(r, v) {
		p.leave(w, r, v)
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.PostForm.Get("token")), []byte(v.text)) != 1 {
		p.say(w, http.StatusBadRequest, "Nothing was done", "The request did not come from a button of this page. Open the link and press a button there.")
		return
	}
	do := r.PostForm.Get("do")
	switch {
	case v.canary():
		p.confirm(w, r, v, do)
		return
	case v.contact():
		p.confirmContact(w, r, v, do)
		return
	case v.subscriber():
		if do != doLeave {
			p.unknown(w)
			return
		}
		p.leave(w, r, v)
		return
	case v.absence():
		p.cover(w, r, v, do)
		return
	case v.swap():
		p.answerSwap(w, r, v, do)
		return
	case v.bundle():
		p.ackAll(w, r, v, do)
		return
	}
	st := p.load(w, r, v)
	if st == nil {
		return
	}
	action := alert.Action{By: v.token.User, Via: "link"}
	switch do {
	case doAck:
		action.Do = alert.Ack
		switch {
		case st.Status == alert.Acked && st.AckedBy == v.token.User:
			p.back(w, doAck)
			return
		case st.Status == alert.Acked:
			p.back(w, didLate)
			return
		}
	case doEscalate:
		action.Do = alert.Escalate
		if r.PostForm.Get("step") != step(st) { // pressed twice, or the next step was taken meanwhile
			p.back(w, didStale)
			return
		}
	case doSnooze:
		action.Do = alert.Snooze
		action.Until = until(r.PostForm.Get("for"), v.now, v.zone)
		if action.Until.IsZero() {
			p.unknown(w)
			return
		}
		if st.Status == alert.Snoozed && st.SnoozedUntil.Sub(action.Until).Abs() < time.Minute {
			p.back(w, doSnooze)
			return
		}
	case doClose:
		action.Do = alert.Close
		if st.Status == alert.Closed {
			p.back(w, doClose)
			return
		}
	case doDecline:
		action.Do = alert.Decline
	default:
		p.unknown(w)
		return
	}
	after, err := p.Alerts.Act(r.Context(), string(st.ID), action)
	if refused := (*alert.Refused)(nil); errors.As(err, &refused) {
		if st = p.load(w, r, v); st != nil {
			p.show(w, http.StatusConflict, p.alertView(r.Context(), v, st, refused.Reason))
		}
		return
	}
	if err != nil {
		p.unavailable(w, r, v, err)
		return
	}
	p.Log.InfoContext(r.Context(), "acted by link", "alert", st.ID, "do", action.Do, "user", v.token.User)
	if do == doAck && after != nil && after.AckedBy != v.token.User { // somebody was faster by a moment
		do = didLate
	}
	p.back(w, do)
}

// ackAll acknowledges the alerts of a bundle that nobody has yet.
func (p *Page) ackAll(w http.ResponseWriter, r *http.Request, v *visit, do string) {
	if do != doAck {
		p.unknown(w)
		return
	}
	alerts := p.loadBundle(w, r, v)
	if alerts == nil {
		return
	}
	open := slices.DeleteFunc(slices.Clone(alerts), func(st *alert.State) bool { return st.Status != alert.Open })
	if err := p.Alerts.ActAll(r.Context(), open, alert.Action{Do: alert.Ack, By: v.token.User, Via: "bundle"}); err != nil {
		p.unavailable(w, r, v, err)
		return
	}
	p.Log.InfoContext(r.Context(), "acknowledged a bundle by link", "bundle", v.token.Subject, "alerts", len(open), "user", v.token.User)
	p.back(w, doAck)
}

func (p *Page) unknown(w http.ResponseWriter) {
	p.say(w, http.StatusBadRequest, "Nothing was done", "There is no such button on this page. Open the link and press one there.")
}

// back leads to the same page by GET, so that loading it again repeats nothing. The target is only a query:
// no part of the request's URL is written anywhere.
func (p *Page) back(w http.ResponseWriter, did string) {
	p.header(w)
	w.Header().Set("Location", "?did="+url.QueryEscape(did))
	w.WriteHeader(http.StatusSeeOther)
}

// step says how far an alert's policies have run: an escalation is meant for that state only.
func step(st *alert.State) string {
	var b strings.Builder
	for _, run := range st.Runs {
		b.WriteString(strconv.Itoa(run.Round) + "." + strconv.Itoa(run.Next) + " ")
	}
	return strings.TrimSpace(b.String())
}

const morning = 9 // o'clock

// until is the end of a snooze, the zero time for a choice that the page does not have.
func until(choice string, now time.Time, zone *time.Location) time.Time {
	switch choice {
	case "1h":
		return now.Add(time.Hour)
	case "4h":
		return now.Add(4 * time.Hour)
	case "tomorrow":
		y, m, d := now.In(zone).Date()
		return time.Date(y, m, d+1, morning, 0, 0, 0, zone)
	}
	return time.Time{}
}
