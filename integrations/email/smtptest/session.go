package smtptest

import (
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/textproto"
	"strings"
	"sync"
)

func (s *Server) serve(wg *sync.WaitGroup) {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			conn.Close()
			return
		}
		s.conns[conn] = true
		s.mu.Unlock()
		wg.Go(func() {
			defer func() {
				conn.Close()
				s.mu.Lock()
				delete(s.conns, conn)
				s.mu.Unlock()
			}()
			s.session(conn)
		})
	}
}

// session is one client's connection and where its dialogue is.
type session struct {
	*Server
	conn   net.Conn
	text   *textproto.Conn
	authed bool
	from   string
	to     []string
}

func (s *Server) session(conn net.Conn) {
	if s.opts.TLS == "tls" {
		conn = tls.Server(conn, s.tls)
	}
	s.mu.Lock()
	hold, greeting := s.hold, s.greeting
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	c := &session{Server: s, conn: conn, text: textproto.NewConn(conn), authed: s.opts.Username == ""}
	if greeting != "" {
		c.say(greeting)
		return
	}
	if !c.say("220 mail.example.com ESMTP") {
		return
	}
	for {
		line, err := c.text.ReadLine()
		if err != nil || !c.command(line) {
			return
		}
	}
}

func (c *session) say(reply string) bool { return c.text.PrintfLine("%s", reply) == nil }

// command answers one command, and reports whether the dialogue goes on.
func (c *session) command(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO", "HELO":
		return c.hello()
	case "STARTTLS":
		return c.startTLS()
	case "AUTH":
		return c.auth(rest)
	case "MAIL":
		if !c.authed {
			return c.say("530 5.7.0 authentication required")
		}
		c.from, c.to = address(rest), nil
		return c.say("250 2.1.0 ok")
	case "RCPT":
		to := address(rest)
		c.mu.Lock()
		refusal := c.refuse[to]
		c.mu.Unlock()
		if refusal != "" {
			return c.say(refusal)
		}
		c.to = append(c.to, to)
		return c.say("250 2.1.5 ok")
	case "DATA":
		return c.message()
	case "RSET", "NOOP":
		return c.say("250 2.0.0 ok")
	case "QUIT":
		c.say("221 2.0.0 bye")
		return false
	}
	return c.say("502 5.5.1 unknown command")
}

func (c *session) hello() bool {
	reply := []string{"mail.example.com", "8BITMIME", "ENHANCEDSTATUSCODES"}
	if _, encrypted := c.conn.(*tls.Conn); c.opts.TLS == "starttls" && !encrypted {
		reply = append(reply, "STARTTLS")
	}
	if c.opts.Username != "" {
		reply = append(reply, "AUTH PLAIN")
	}
	for i, l := range reply {
		sep := "-"
		if i == len(reply)-1 {
			sep = " "
		}
		if !c.say("250" + sep + l) {
			return false
		}
	}
	return true
}

func (c *session) startTLS() bool {
	if c.opts.TLS != "starttls" {
		return c.say("502 5.5.1 not offered")
	}
	if !c.say("220 2.0.0 go ahead") {
		return false
	}
	c.conn = tls.Server(c.conn, c.tls)
	c.text = textproto.NewConn(c.conn)
	return true
}

func (c *session) auth(rest string) bool {
	mechanism, initial, _ := strings.Cut(rest, " ")
	raw, err := base64.StdEncoding.DecodeString(initial)
	if mechanism != "PLAIN" || err != nil {
		return c.say("504 5.5.4 only AUTH PLAIN with an initial response")
	}
	if string(raw) != "\x00"+c.opts.Username+"\x00"+c.opts.Password {
		return c.say("535 5.7.8 authentication credentials invalid")
	}
	c.authed = true
	return c.say("235 2.7.0 welcome")
}

func (c *session) message() bool {
	if len(c.to) == 0 {
		return c.say("503 5.5.1 no recipient")
	}
	if !c.say("354 end with a dot on its own") {
		return false
	}
	data, err := c.text.ReadDotBytes()
	if err != nil {
		return false
	}
	c.mu.Lock()
	refusal, drop := c.data, c.drop
	c.mu.Unlock()
	if refusal != "" {
		return c.say(refusal)
	}
	c.record(Message{From: c.from, To: c.to, Data: data})
	return !drop && c.say("250 2.0.0 taken")
}

// address is what is between the angle brackets of "FROM:<a@b> SIZE=…".
func address(rest string) string {
	_, rest, _ = strings.Cut(rest, "<")
	a, _, _ := strings.Cut(rest, ">")
	return a
}
