package smtptest

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

// Message is one mail as it came in: the envelope, and header and body with \n line ends.
type Message struct {
	From string
	To   []string
	Data []byte
}

// Content is a mail as a reader shows it.
type Content struct {
	Header     mail.Header
	Subject    string // decoded
	Text, HTML string
	Event      string // of a calendar
	EventType  string // its content type
}

// Parse reads a mail of text, HTML and calendar alternatives, and fails the test when it is anything else.
func (m Message) Parse(t testing.TB) Content {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		t.Fatalf("not a mail: %v\n%s", err, m.Data)
	}
	c := Content{Header: parsed.Header}
	if c.Subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		t.Fatalf("subject: %v", err)
	}
	kind, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v; want multipart/alternative", kind, err)
	}
	parts := multipart.NewReader(parsed.Body, params["boundary"])
	for {
		// A raw part, because NextPart decodes quoted-printable without telling.
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return c
		}
		if err != nil {
			t.Fatalf("part: %v", err)
		}
		if enc := part.Header.Get("Content-Transfer-Encoding"); enc != "quoted-printable" {
			t.Fatalf("transfer encoding %q, want quoted-printable", enc)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatalf("part: %v", err)
		}
		text := strings.ReplaceAll(string(body), "\r\n", "\n")
		switch kind := part.Header.Get("Content-Type"); {
		case strings.HasPrefix(kind, "text/html"):
			c.HTML = text
		case strings.HasPrefix(kind, "text/calendar"):
			c.Event, c.EventType = text, kind
		default:
			c.Text = text
		}
	}
}
