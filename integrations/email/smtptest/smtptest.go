// Package smtptest is an SMTP server on the loopback interface for tests: it records what it is given, and
// can be told to refuse, to be slow, or to break off. It speaks what RFC 5321 asks of a submission server,
// with STARTTLS, implicit TLS and AUTH PLAIN, and delivers nothing.
package smtptest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
)

// Options are what a server is from its start.
type Options struct {
	TLS                string // "" for plain text, "starttls" offers it, "tls" speaks it from the first byte
	Username, Password string // when set, mail is taken only after AUTH PLAIN with these
}

// Server is a running fake. Its methods may be called while it serves.
type Server struct {
	opts     Options
	listener net.Listener
	tls      *tls.Config
	roots    *x509.CertPool

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced with every message
	messages []Message
	refuse   map[string]string
	greeting string
	data     string
	drop     bool
	hold     chan struct{}
	conns    map[net.Conn]bool
	closed   bool
}

// Start runs a server until the test ends.
func Start(t testing.TB, opts Options) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{opts: opts, listener: l, changed: make(chan struct{}), refuse: map[string]string{}, conns: map[net.Conn]bool{}}
	if opts.TLS != "" {
		s.certificate()
	}
	var wg sync.WaitGroup
	wg.Go(func() { s.serve(&wg) })
	t.Cleanup(func() { s.close(); wg.Wait() })
	return s
}

// certificate borrows net/http/httptest's for 127.0.0.1.
func (s *Server) certificate() {
	h := httptest.NewTLSServer(nil)
	defer h.Close()
	s.tls = &tls.Config{Certificates: h.TLS.Certificates}
	s.roots = x509.NewCertPool()
	s.roots.AddCert(h.Certificate())
}

// Host is the address to connect to.
func (s *Server) Host() string { return "127.0.0.1" }

// Port is the port to connect to.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Addr is host and port.
func (s *Server) Addr() string { return net.JoinHostPort(s.Host(), strconv.Itoa(s.Port())) }

// Roots trusts the server's certificate; nil without TLS.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// RefuseRecipient answers RCPT TO for an address with reply, such as "550 5.1.1 no such user". An empty
// reply accepts it again.
func (s *Server) RefuseRecipient(address, reply string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse[address] = reply
}

// RefuseConnections greets with reply, such as "421 4.3.2 too busy", and hangs up. Empty serves again.
func (s *Server) RefuseConnections(reply string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.greeting = reply
}

// RefuseContent answers the end of DATA with reply, such as "554 5.7.1 looks like spam". Empty accepts again.
func (s *Server) RefuseContent(reply string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data = reply
}

// DropAfterData hangs up once a message has come in whole, without an answer; the message is recorded.
func (s *Server) DropAfterData(drop bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop = drop
}

// Hold makes the server silent, from the greeting on, until release is called or the test ends.
func (s *Server) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hold := make(chan struct{})
	s.hold = hold
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.hold == hold {
			s.hold = nil
		}
		close(hold)
	})
}

// Messages returns what has been taken so far, in order.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// WaitMessage returns the first message that matches, waiting for it until ctx ends.
func (s *Server) WaitMessage(ctx context.Context, match func(Message) bool) (Message, error) {
	for seen := 0; ; {
		s.mu.Lock()
		messages, changed := s.messages, s.changed
		s.mu.Unlock()
		for ; seen < len(messages); seen++ {
			if match(messages[seen]) {
				return messages[seen], nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Message{}, context.Cause(ctx)
		}
	}
}

func (s *Server) record(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, m)
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) close() {
	s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for c := range s.conns {
		c.Close()
	}
	if s.hold != nil {
		close(s.hold)
		s.hold = nil
	}
}
