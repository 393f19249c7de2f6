// Package email sends pages as mail over SMTP (RFC 5321), as text and HTML, one thread for each alert. It
// sends and does nothing else: it reads no mail, keeps no connection, and does not retry.
package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
)

// TLS says how the connection is encrypted.
type TLS string

// The ways to reach a mail server.
const (
	StartTLS TLS = "starttls" // the default: refuses to go on without it; port 587
	Implicit TLS = "tls"      // from the first byte; port 465
	None     TLS = "none"     // a relay on the same machine, or a test; port 25
)

// Options are a mail server and who mails.
type Options struct {
	Host               string
	Port               int    // 0 for the usual one of TLS
	From               string // "oncall@example.com" or "Tocsin <oncall@example.com>"
	Username, Password string // empty for a server that needs no login
	TLS                TLS    // empty for StartTLS
	Timeout            time.Duration
	Roots              *x509.CertPool   // whom to trust; nil for the system's
	Now                func() time.Time // for the Date header; nil for time.Now
}

const defaultTimeout = 20 * time.Second

// Sender sends messages to one mail server, each over its own connection: a page is rare, a kept connection
// is stale when it is needed.
type Sender struct {
	opts Options
	from *netmail.Address
}

// New checks the options. It does not connect.
func New(o Options) (*Sender, error) {
	if o.Host == "" {
		return nil, errors.New("smtp: host is missing; give the name of your mail server")
	}
	from, err := netmail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("smtp: from %q is not an e-mail address: %w", o.From, err)
	}
	ports := map[TLS]int{StartTLS: 587, Implicit: 465, None: 25}
	if o.TLS == "" {
		o.TLS = StartTLS
	}
	port, ok := ports[o.TLS]
	if !ok {
		return nil, fmt.Errorf("smtp: tls %q is none of starttls, tls, none", o.TLS)
	}
	if o.Port == 0 {
		o.Port = port
	}
	if o.Port < 1 || o.Port > 65535 {
		return nil, fmt.Errorf("smtp: port %d is not between 1 and 65535", o.Port)
	}
	if (o.Username == "") != (o.Password == "") {
		return nil, errors.New("smtp: username and password go together; give both or neither")
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Sender{o, from}, nil
}

// Send mails m to its address. The receipt's Ref is the Message-ID; an accepted mail may still bounce, so
// it never counts as delivered.
func (s *Sender) Send(ctx context.Context, m deliver.Message) (deliver.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	msg, id, err := s.compose(m)
	if err != nil {
		return deliver.Receipt{}, err
	}
	client, err := s.client(ctx)
	if err != nil {
		return deliver.Receipt{}, deliver.Permanent("smtp: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err != nil && !msg.IsDelivered() { // a connection lost after the server took the mail is no failure
		return deliver.Receipt{}, s.sorted(ctx, err)
	}
	return deliver.Receipt{Ref: id}, nil
}

func (s *Sender) client(ctx context.Context) (*mail.Client, error) {
	policy := mail.NoTLS
	if s.opts.TLS == StartTLS {
		policy = mail.TLSMandatory
	}
	opts := []mail.Option{
		mail.WithPort(s.opts.Port),
		mail.WithTimeout(s.opts.Timeout),
		mail.WithTLSPolicy(policy),
		mail.WithTLSConfig(s.tlsConfig()),
		mail.WithDialContextFunc(s.dial(ctx)),
		mail.WithoutNoop(),
		mail.WithoutRset(),
	}
	if s.opts.Username != "" {
		// PLAIN and LOGIN refuse to work without encryption, except to this machine.
		opts = append(opts, mail.WithUsername(s.opts.Username), mail.WithPassword(s.opts.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	return mail.NewClient(s.opts.Host, opts...)
}

func (s *Sender) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.opts.Host, RootCAs: s.opts.Roots, MinVersion: tls.VersionTLS12}
}

// dial connects so that the end of ctx ends the whole dialogue, which go-mail alone bounds only by silence.
func (s *Sender) dial(ctx context.Context) mail.DialContextFunc {
	return func(dialing context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(dialing, network, addr)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { conn.Close() })
		if s.opts.TLS != Implicit {
			return conn, nil
		}
		encrypted := tls.Client(conn, s.tlsConfig())
		if err := encrypted.HandshakeContext(dialing); err != nil {
			conn.Close()
			return nil, err
		}
		return encrypted, nil
	}
}

// domain is what Message-IDs end with.
func (s *Sender) domain() string {
	return s.from.Address[strings.LastIndexByte(s.from.Address, '@')+1:]
}
