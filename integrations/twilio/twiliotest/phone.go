package twiliotest

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Sign is X-Twilio-Signature for a request to a URL with a form: base64(HMAC-SHA1(token, URL and then every
// field's name and value, sorted by name)).
func Sign(authToken, target string, form url.Values) string {
	h := hmac.New(sha1.New, []byte(authToken))
	_, _ = io.WriteString(h, target)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		_, _ = io.WriteString(h, name+form.Get(name))
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Reply sends a text from a phone to our number and returns what is texted back, "" for nothing.
func (f *Fake) Reply(ctx context.Context, from, body string) (string, error) {
	f.mu.Lock()
	sid := f.sid("SM")
	f.mu.Unlock()
	return f.ReplyAgain(ctx, sid, from, body)
}

// ReplyAgain is Reply with the sid of a text that was sent before, as when Twilio repeats a request.
func (f *Fake) ReplyAgain(ctx context.Context, sid, from, body string) (string, error) {
	doc, err := f.post(ctx, f.SMSURL, url.Values{
		"MessageSid": {sid}, "SmsSid": {sid}, "AccountSid": {AccountSID},
		"From": {from}, "To": {From}, "Body": {body}, "NumMedia": {"0"},
	})
	if err != nil {
		return "", err
	}
	var response struct {
		XMLName  xml.Name `xml:"Response"`
		Messages []string `xml:"Message"`
	}
	if err := xml.Unmarshal(doc, &response); err != nil {
		return "", fmt.Errorf("twiliotest: the answer to a text is not TwiML: %w: %s", err, doc)
	}
	return strings.Join(response.Messages, "\n"), nil
}

// Answer takes a call and returns everything that was said. Each digit is what is pressed at the next
// question; "" lets it pass, and so does a question for which no digit is left. When the call is over, its
// status is called back as "completed".
func (f *Fake) Answer(ctx context.Context, call Sent, digits ...string) (said string, err error) {
	return f.listen(ctx, call, "human", digits)
}

// Voicemail lets an answering machine take the call: it listens to everything and presses nothing.
func (f *Fake) Voicemail(ctx context.Context, call Sent) (said string, err error) {
	return f.listen(ctx, call, "machine_start", nil)
}

// Status calls back what became of a message or call: "sent", "undelivered", "no-answer" … An error code
// may follow.
func (f *Fake) Status(ctx context.Context, sent Sent, status string, code ...string) error {
	form := url.Values{"AccountSid": {AccountSID}, "From": {From}, "To": {sent.To()}}
	if sent.Call {
		form.Set("CallSid", sent.SID)
		form.Set("CallStatus", status)
		form.Set("SequenceNumber", "0")
	} else {
		form.Set("MessageSid", sent.SID)
		form.Set("SmsSid", sent.SID)
		form.Set("MessageStatus", status)
		form.Set("SmsStatus", status)
	}
	if len(code) > 0 {
		form.Set("ErrorCode", code[0])
	}
	return f.status(ctx, sent, form)
}

func (f *Fake) status(ctx context.Context, sent Sent, form url.Values) error {
	target := sent.Form.Get("StatusCallback")
	if target == "" {
		return nil
	}
	_, err := f.post(ctx, target, form)
	return err
}

// post sends a signed request as Twilio does and returns the body of a 2xx answer.
func (f *Fake) post(ctx context.Context, target string, form url.Values) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", Sign(AuthToken, target, form))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("twiliotest: POST %s: %s: %s", req.URL.Path, resp.Status, body)
	}
	return body, nil
}
