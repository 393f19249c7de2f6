package email

import (
	"context"
	"crypto/tls"
	"errors"
	"net/textproto"
	"strings"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

// sorted says of a failure whether it may pass. A 5xx answer is final, whatever it answers: an unknown
// mailbox, a refused sender, content taken for spam. So is a refused login: no retry mends a password,
// and the person's next method must go at once instead of after minutes of retries. 4xx answers, silence
// and broken connections may pass.
func (s *Sender) sorted(ctx context.Context, err error) error {
	var send *mail.SendError
	var answer *textproto.Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &send):
		if send.ErrorCode()/100 == 5 {
			return s.final("the mail server refused the message", err)
		}
	case errors.As(err, &answer):
		if answer.Code == 535 || answer.Code == 534 || answer.Code == 530 {
			return s.final("the mail server refused the login; check username and password", err)
		}
		if answer.Code/100 == 5 {
			return s.final("the mail server refused", err)
		}
	case errors.As(err, &certificate):
		return s.final("the mail server's certificate is not trusted", err)
	case errors.Is(err, smtp.ErrUnencrypted):
		return s.final("the password would be readable on the way; set tls to starttls or tls", err)
	}
	if cause := ctx.Err(); cause != nil {
		return deliver.RetryAfter(0, "smtp %s: no answer in time: %w", s.opts.Host, cause)
	}
	return deliver.RetryAfter(0, "smtp %s: %s", s.opts.Host, s.said(err))
}

func (s *Sender) final(what string, err error) error {
	return deliver.Permanent("smtp %s: %s: %s", s.opts.Host, what, s.said(err))
}

// said is a failure as one bounded line: what servers answer is theirs, and ends in timelines. The
// password is taken out, for a server that repeats it.
func (s *Sender) said(err error) string {
	text := err.Error()
	if s.opts.Password != "" {
		text = strings.ReplaceAll(text, s.opts.Password, "***")
	}
	return cut(oneLine(text), 300)
}
