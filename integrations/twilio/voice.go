package twilio

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/twilio/twilio-go/twiml"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// Voice pages by telephone.
func (c *Client) Voice() deliver.Sender { return voice{c} }

type voice struct{ *Client }

// Send starts a call. A page about an alert is spoken by Inbound's voice handler when the call is answered,
// as the alert is by then; plain words travel with the request and ask for no key.
func (v voice) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	if m.Address == "" {
		return deliver.Receipt{}, deliver.Permanent("twilio: the message has no phone number")
	}
	form := url.Values{"To": {e164(m.Address)}, "From": {v.cfg.From}}
	aboutAlert := m.Kind == page.Escalation && (m.Alert != nil || len(m.Bundle) > 0)
	switch {
	case aboutAlert && m.Token == "":
		return deliver.Receipt{}, deliver.Permanent("twilio: a call about an alert needs a token")
	case aboutAlert:
		form.Set("Url", v.callback(voicePath, m.Token))
		form.Set("Method", "POST")
		if v.cfg.MachineDetection {
			form.Set("MachineDetection", "Enable")
		}
	default:
		doc, err := twiml.Voice([]twiml.Element{say(plainWords(m)), twiml.VoiceHangup{}})
		if err != nil {
			return deliver.Receipt{}, deliver.Permanent("twilio: writing what to say: %w", err)
		}
		form.Set("Twiml", doc)
	}
	if m.Token != "" {
		form.Set("StatusCallback", v.callback(statusPath, m.Token))
		form.Set("StatusCallbackMethod", "POST")
		form.Set("StatusCallbackEvent", "completed") // every end of a call, also busy and no-answer
	}
	sid, err := v.create(ctx, "Calls", form)
	return deliver.Receipt{Ref: sid}, err
}

func plainWords(m deliver.Message) string {
	if m.Alert != nil {
		return "Tocsin. Alert number " + digits(m.Alert.Number) + ". " + spoken(sentence(m.Alert.Title, m.Text)) + ". Goodbye."
	}
	return "Tocsin. " + spoken(sentence(m.Title, m.Text)) + ". Goodbye."
}

// maxSpoken is how much of a title is read out, in characters: about fifteen seconds.
const maxSpoken = 200

// spoken makes a text that a voice can read: one line, no underscores, not endless.
func spoken(s string) string {
	s = line(strings.NewReplacer("_", " ", "|", " ", "`", "").Replace(strings.ToValidUTF8(s, "")))
	if r := []rune(s); len(r) > maxSpoken {
		s = string(r[:maxSpoken])
	}
	return strings.TrimRight(s, ".!?:; ")
}

// digits writes a number so that it is read digit by digit, as it is typed in a reply.
func digits(n uint64) string {
	return strings.Join(strings.Split(strconv.FormatUint(n, 10), ""), " ")
}

// priority reads P1 as "priority 1".
func priority(p string) string { return "priority " + strings.TrimPrefix(p, "P") }

// describe speaks what a call is about; the alerts are worst first, and more than one is a storm's bundle.
func describe(alerts []*alert.State) string {
	worst := alerts[0]
	words := fmt.Sprintf("%s alert, number %s. %s.", priority(worst.Priority), digits(worst.Number), spoken(worst.Title))
	if len(alerts) == 1 {
		return "Tocsin. " + strings.ToUpper(words[:1]) + words[1:]
	}
	return fmt.Sprintf("Tocsin. %d alerts. The worst: %s", len(alerts), words)
}

func say(words string) twiml.VoiceSay { return twiml.VoiceSay{Message: words} }
