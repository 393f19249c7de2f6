package e2e

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var ackLink = regexp.MustCompile(`https?://[^\s"<>|]+/a/[A-Za-z0-9_-]+`)

// linkIn finds the ack link in what a person was sent.
func linkIn(t *testing.T, text string) string {
	t.Helper()
	link := ackLink.FindString(text)
	if link == "" {
		t.Fatalf("there is no ack link in %q", text)
	}
	return link
}

// webPage is a page as a browser without scripts has it.
type webPage struct {
	status int
	text   string // all that is shown
	forms  []webForm
	body   string
}

type webForm struct {
	action string
	fields url.Values
	button string // its label
}

// open opens a link.
func open(t *testing.T, link string) webPage {
	t.Helper()
	r, err := http.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	return readPage(t, r)
}

// press presses the button of a page that was opened at link, and follows where that leads.
func (p webPage) press(t *testing.T, link, label string) webPage {
	t.Helper()
	for _, f := range p.forms {
		if !strings.HasPrefix(f.button, label) {
			continue
		}
		base, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		to, err := base.Parse(f.action)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.PostForm(to.String(), f.fields)
		if err != nil {
			t.Fatal(err)
		}
		return readPage(t, r)
	}
	t.Fatalf("the page has no button %q: %s", label, p.text)
	return webPage{}
}

func readPage(t *testing.T, r *http.Response) webPage {
	t.Helper()
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	p := webPage{status: r.StatusCode, body: string(body)}
	p.walk(doc, nil)
	p.text = strings.Join(strings.Fields(p.text), " ")
	return p
}

// walk gathers texts and buttons; every button is a form of its own, with the fields around it.
func (p *webPage) walk(n *html.Node, form *webForm) {
	switch {
	case n.Type == html.TextNode:
		p.text += " " + n.Data
	case n.Type == html.ElementNode && n.Data == "style":
		return
	case n.Type == html.ElementNode && n.Data == "form":
		form = &webForm{action: attribute(n, "action"), fields: url.Values{}}
	case n.Type == html.ElementNode && n.Data == "input" && form != nil:
		form.fields.Set(attribute(n, "name"), attribute(n, "value"))
	case n.Type == html.ElementNode && n.Data == "button" && form != nil:
		one := webForm{action: form.action, fields: url.Values{}, button: textOf(n)}
		for name, values := range form.fields {
			one.fields[name] = values
		}
		if name := attribute(n, "name"); name != "" {
			one.fields.Set(name, attribute(n, "value"))
		}
		p.forms = append(p.forms, one)
	}
	for child := range n.ChildNodes() {
		p.walk(child, form)
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
