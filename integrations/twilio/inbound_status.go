package twilio

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/tocsin-oncall/tocsin/engine/store"
)

// serveStatus passes on how a message or call ended. Only final states are passed on, so callbacks that
// overtake each other cannot take a page back: a late "sent" after "delivered" says nothing.
func (in *Inbound) serveStatus(w http.ResponseWriter, r *http.Request, form url.Values) {
	t, err := in.open(r)
	if err != nil {
		http.Error(w, "the token was not made by this server", http.StatusNotFound)
		return
	}
	ref, delivered, why := outcome(form)
	if ref == "" { // not final
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err := in.acts.Report(r.Context(), store.ID(t.Subject), t.Page, ref, delivered, why); err != nil && !isRefused(err) {
		in.log.ErrorContext(r.Context(), "recording the status of a page", "subject", t.Subject, "page", t.Page, "ref", ref, "error", err)
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// outcome reads a callback; ref is empty when the message or call goes on.
// Messages: queued, sending, sent, delivered, undelivered, failed. Calls: queued, initiated, ringing,
// in-progress, completed, busy, no-answer, canceled, failed.
func outcome(form url.Values) (ref string, delivered bool, why string) {
	if call := form.Get("CallSid"); call != "" {
		switch status := form.Get("CallStatus"); {
		case status == "completed" && isMachine(form.Get("AnsweredBy")):
			return call, false, "answered by a machine"
		case status == "completed":
			return call, true, ""
		case status == "busy", status == "no-answer", status == "canceled", status == "failed":
			return call, false, "call " + status + failure(form)
		}
		return "", false, ""
	}
	message := cmp.Or(form.Get("MessageSid"), form.Get("SmsSid"))
	switch status := cmp.Or(form.Get("MessageStatus"), form.Get("SmsStatus")); status {
	case "delivered", "read":
		return message, true, ""
	case "undelivered", "failed":
		return message, false, "text " + status + failure(form)
	}
	return "", false, ""
}

func failure(form url.Values) string {
	code := form.Get("ErrorCode")
	if code == "" || code == "0" || len(code) > 10 {
		return ""
	}
	if words := failures[code]; words != "" {
		return ": " + words + " (Twilio error " + code + ")"
	}
	return " (Twilio error " + code + ")"
}

// failures says why a carrier did not deliver. https://www.twilio.com/docs/api/errors
var failures = map[string]string{
	"30002": "the Twilio account is suspended",
	"30003": "the phone is off or out of reach",
	"30004": "the phone or its carrier blocks our number",
	"30005": "the number is not in use",
	"30006": "the number is a landline or cannot be reached",
	"30007": "the carrier filtered it",
	"30008": "the carrier does not say why",
	"30034": "the sending number is not registered for A2P 10DLC",
	"21610": "the person has texted STOP",
}
