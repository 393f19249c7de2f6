package twilio

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

// SMS sends pages as text messages.
func (c *Client) SMS() deliver.Sender { return sms{c} }

type sms struct{ *Client }

// Send sends one text. What became of it is said later, to Inbound's status handler.
func (s sms) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	if m.Address == "" {
		return deliver.Receipt{}, deliver.Permanent("twilio: the message has no phone number")
	}
	form := url.Values{
		"To":   {e164(m.Address)},
		"From": {s.cfg.From},
		"Body": {smsText(m)},
	}
	if m.Token != "" {
		form.Set("StatusCallback", s.callback(statusPath, m.Token))
	}
	sid, err := s.create(ctx, "Messages", form)
	return deliver.Receipt{Ref: sid}, err
}

// smsText writes a page in a few words. The reply code is the alert's number, which no other alert ever gets.
func smsText(m deliver.Message) string {
	switch {
	case len(m.Bundle) > 0:
		worst := m.Bundle[0]
		return compose(fmt.Sprintf("%d alerts, worst: %s #%d ", len(m.Bundle), worst.Priority, worst.Number), worst.Title,
			follow(". ", m.Link, " acknowledges all"))
	case m.Alert == nil:
		return compose("", sentence(m.Title, m.Text), follow(" ", m.Link, ""))
	case m.Kind == page.Notice:
		return compose("#"+strconv.FormatUint(m.Alert.Number, 10)+" ", sentence(m.Alert.Title, m.Text), "")
	}
	n := strconv.FormatUint(m.Alert.Number, 10)
	return compose(m.Alert.Priority+" #"+n+" ", m.Alert.Title, `. Reply "ack `+n+`"`+follow(" or open ", m.Link, ""))
}

// follow writes a link between words, or nothing at all when there is no link.
func follow(before, link, after string) string {
	if link == "" {
		return ""
	}
	return before + link + after
}

func sentence(title, text string) string {
	if title == "" || text == "" {
		return title + text
	}
	return title + ": " + text
}
