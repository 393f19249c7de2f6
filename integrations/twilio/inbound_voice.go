package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/twilio/twilio-go/twiml"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/engine/token"
)

const (
	ackKey      = "4"
	escalateKey = "6"
	// tellings is how often a call says what it has to say to somebody who presses no key.
	tellings   = 2
	keySeconds = "8"
	goodbye    = "Goodbye."
)

// serveVoice speaks the alert and does what the pressed key says. Only a key acts: whoever hangs up, waits,
// or is a machine leaves the alert as it was.
func (in *Inbound) serveVoice(w http.ResponseWriter, r *http.Request, form url.Values) {
	t, err := in.open(r)
	if err != nil {
		in.log.WarnContext(r.Context(), "a call came with a token that is not ours", "call", form.Get("CallSid"))
		in.hangUp(w, "Sorry, this call does not belong to any alert.")
		return
	}
	alerts, err := in.about(r.Context(), t)
	if err != nil || len(alerts) == 0 {
		in.log.ErrorContext(r.Context(), "a call could not tell its alert", "subject", t.Subject, "user", t.User, "error", err)
		if err != nil && !isRefused(err) {
			in.hangUp(w, "Tocsin has an alert for you, but its details cannot be read now. Please look at your other messages.")
			return
		}
		in.hangUp(w, "Tocsin called you about an alert that does not exist any more.")
		return
	}
	call := call{in: in, ctx: r.Context(), token: t, text: r.URL.Query().Get("t"), alerts: alerts}
	// What was said before is counted in the URL, which is signed.
	call.told, _ = strconv.Atoi(r.URL.Query().Get("n"))
	switch {
	case isMachine(form.Get("AnsweredBy")):
		if err := in.acts.Report(r.Context(), store.ID(t.Subject), t.Page, form.Get("CallSid"), false, "answered by a machine"); err != nil {
			in.log.ErrorContext(r.Context(), "recording that a machine answered", "subject", t.Subject, "error", err)
		}
		in.hangUp(w, describe(alerts)+" Nobody has acknowledged it by this call.")
	case form.Get("Digits") != "":
		in.speak(w, call.pressed(form.Get("CallSid"), form.Get("Digits"))...)
	default:
		in.speak(w, call.tell("")...)
	}
}

// call is one request during a call.
type call struct {
	in     *Inbound
	ctx    context.Context
	token  token.Token
	text   string         // the token as it came
	alerts []*alert.State // worst first, at least one
	told   int            // how often it was told before
}

// tell speaks the alert and waits for a key; without one it is told again, and then the call ends.
func (c *call) tell(first string) []twiml.Element {
	if words := done(c.alerts); words != "" {
		return []twiml.Element{say(describe(c.alerts) + " " + words + " " + goodbye), twiml.VoiceHangup{}}
	}
	if c.told >= 2*tellings { // wrong keys count, too
		return []twiml.Element{say(strings.TrimSpace(first + " " + goodbye)), twiml.VoiceHangup{}}
	}
	keys := "Press 4 to acknowledge. Press 6 to escalate."
	if len(c.alerts) > 1 {
		keys = "Press 4 to acknowledge all of them."
	}
	again := callback(c.in.public, voicePath, c.text) + "&n=" + strconv.Itoa(c.told+1)
	verbs := []twiml.Element{twiml.VoiceGather{
		Input: "dtmf", NumDigits: "1", Timeout: keySeconds, Action: again, Method: "POST",
		InnerElements: []twiml.Element{say(strings.TrimSpace(first + " " + describe(c.alerts) + " " + keys))},
	}}
	if c.told+1 < tellings {
		return append(verbs, twiml.VoiceRedirect{Url: again, Method: "POST"})
	}
	return append(verbs, say("No key was pressed, so nothing was acknowledged. "+goodbye), twiml.VoiceHangup{})
}

// pressed does what a key says, once: Twilio repeats a request that it got no answer to.
func (c *call) pressed(sid, key string) []twiml.Element {
	var what alert.Do
	switch {
	case key == ackKey:
		what = alert.Ack
	case key == escalateKey && len(c.alerts) == 1:
		what = alert.Escalate
	default:
		return c.tell("That key does nothing here.")
	}
	recorded := true
	words := c.in.answered.once(fmt.Sprint(sid, " ", c.told, " ", key), c.in.now(), func() (string, bool) {
		var words string
		words, recorded = c.do(what)
		return words, recorded
	})
	if !recorded {
		return c.tell(words)
	}
	return []twiml.Element{say(words + " " + goodbye), twiml.VoiceHangup{}}
}

// do acts on every alert of the call that is still open to it, and says what came of it.
func (c *call) do(what alert.Do) (words string, recorded bool) {
	if words := done(c.alerts); words != "" {
		return words, true
	}
	for _, st := range c.alerts {
		if done([]*alert.State{st}) != "" {
			continue
		}
		_, err := c.in.acts.Act(c.ctx, string(st.ID), alert.Action{Do: what, By: c.token.User, Via: "voice"})
		if isRefused(err) && len(c.alerts) > 1 {
			continue // one of a bundle that changed meanwhile
		}
		if isRefused(err) {
			return spoken(reason(err)) + ".", true
		}
		if err != nil {
			c.in.log.ErrorContext(c.ctx, "a key could not be acted on", "alert", st.ID, "user", c.token.User, "do", what, "error", err)
			return "That could not be recorded. Please try again.", false
		}
	}
	return c.result(what), true
}

func (c *call) result(what alert.Do) string {
	switch {
	case what == alert.Escalate:
		return fmt.Sprintf("Alert %s is escalated.", digits(c.alerts[0].Number))
	case len(c.alerts) > 1:
		return "All alerts are acknowledged."
	}
	return fmt.Sprintf("Alert %s is acknowledged. You have it.", digits(c.alerts[0].Number))
}

// about loads the alerts that a token names.
func (in *Inbound) about(ctx context.Context, t token.Token) ([]*alert.State, error) {
	if strings.HasPrefix(t.Subject, "b-") {
		return in.acts.Bundle(ctx, t.Subject)
	}
	st, err := in.acts.Alert(ctx, t.Subject)
	if err != nil || st == nil {
		return nil, err
	}
	return []*alert.State{st}, nil
}

// done says who took care of it already, and "" while anything is left to do.
func done(alerts []*alert.State) string {
	for _, st := range alerts {
		if st.Status != alert.Acked && st.Status != alert.Closed {
			return ""
		}
	}
	switch {
	case len(alerts) > 1:
		return "All of them are taken care of already."
	case alerts[0].Status == alert.Closed:
		return "It is closed already."
	}
	return "It is acknowledged already, by " + spoken(alerts[0].AckedBy) + "."
}

// isMachine reports whether Twilio's AnsweredBy is anything but a person.
// Values: human, machine_start, machine_end_beep, machine_end_silence, machine_end_other, fax, unknown.
func isMachine(answeredBy string) bool {
	return strings.HasPrefix(answeredBy, "machine") || answeredBy == "fax"
}

func isRefused(err error) bool {
	refused := (*alert.Refused)(nil)
	return errors.As(err, &refused)
}

func (in *Inbound) hangUp(w http.ResponseWriter, words string) {
	in.speak(w, say(words+" "+goodbye), twiml.VoiceHangup{})
}
