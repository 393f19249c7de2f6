package email_test

import (
	"strings"
	"testing"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

func TestARetrospectiveIsReadAsTextAndAsAPageAndObeysNoHTML(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 4000)
	c := mailed(t, deliver.Message{
		Key: "u04-x/1", Kind: page.Update, Via: "email", Address: "board@example.com", Markdown: true,
		Title: "What we learned\r\nBcc: everybody@example.com", Unsubscribe: "https://oncall.example.com/a/tok",
		Text: "## Why\n\n- The pool was **empty**\n  - [a release](https://ci.example.com/1)\n- [click](javascript:alert(1))\n\n<script>alert(1)</script>\n\n![x](https://track.example.com/x.png)\n\n" + long + "the end",
	})
	if got := c.Header.Get("Bcc"); got != "" || c.Header.Get("Subject") != "What we learned Bcc: everybody@example.com" {
		t.Errorf("headers: %v", c.Header)
	}
	for _, want := range []string{"<strong>empty</strong>", `<a href="https://ci.example.com/1">a release</a>`, "&lt;script&gt;", "the end", "https://oncall.example.com/a/tok"} {
		if !strings.Contains(c.HTML, want) {
			t.Errorf("the HTML lacks %q", want)
		}
	}
	for _, bad := range []string{"<script", "javascript:", "<img", "white-space:pre-line"} {
		if strings.Contains(c.HTML, bad) {
			t.Errorf("the HTML has %q", bad)
		}
	}
	for _, want := range []string{"## Why\n\n- The pool was **empty**\n", "the end", "No more of these mails"} {
		if !strings.Contains(c.Text, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
}
