package twiliotest

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// verb is any TwiML verb.
type verb struct {
	XMLName xml.Name
	Action  string `xml:"action,attr"`
	Digits  int    `xml:"numDigits,attr"`
	Text    string `xml:",chardata"`
	Inner   []verb `xml:",any"`
}

// maxVerbs ends a call that goes round in circles.
const maxVerbs = 50

// listen runs the TwiML of a call as Twilio does: verbs in order, a Gather that is answered posts the digits
// to its action and goes on there, one that is not falls through to the next verb.
func (f *Fake) listen(ctx context.Context, call Sent, answeredBy string, digits []string) (string, error) {
	about := url.Values{
		"CallSid": {call.SID}, "AccountSid": {AccountSID}, "From": {From}, "To": {call.To()},
		"Direction": {"outbound-api"}, "CallStatus": {"in-progress"},
	}
	if call.Form.Get("MachineDetection") != "" {
		about.Set("AnsweredBy", answeredBy)
	}
	var heard []string
	doc, next := []byte(call.Form.Get("Twiml")), call.Form.Get("Url")
	form := about
	var err error
	for steps := 0; ; {
		if next != "" {
			if doc, err = f.post(ctx, next, form); err != nil {
				return strings.Join(heard, "\n"), err
			}
		}
		var response verb
		if err := xml.Unmarshal(doc, &response); err != nil || response.XMLName.Local != "Response" {
			return strings.Join(heard, "\n"), fmt.Errorf("twiliotest: not TwiML (%v): %s", err, doc)
		}
		next = ""
	verbs:
		for _, v := range response.Inner {
			if steps++; steps > maxVerbs {
				return strings.Join(heard, "\n"), errors.New("twiliotest: the call does not end")
			}
			switch v.XMLName.Local {
			case "Say":
				heard = append(heard, v.Text)
			case "Gather":
				for _, said := range v.Inner {
					heard = append(heard, said.Text)
				}
				pressed := ""
				if len(digits) > 0 {
					pressed, digits = digits[0], digits[1:]
				}
				if pressed == "" {
					continue
				}
				next, form = v.Action, with(about, "Digits", pressed)
				break verbs
			case "Redirect":
				next, form = strings.TrimSpace(v.Text), about
				break verbs
			case "Hangup":
				break verbs
			default:
				return strings.Join(heard, "\n"), fmt.Errorf("twiliotest: no idea what <%s> does", v.XMLName.Local)
			}
		}
		if next == "" {
			return strings.Join(heard, "\n"), f.status(ctx, call, with(with(about, "CallStatus", "completed"), "SequenceNumber", "3"))
		}
	}
}

func with(form url.Values, name, value string) url.Values {
	more := url.Values{name: {value}}
	for k, v := range form {
		if k != name {
			more[k] = v
		}
	}
	return more
}
