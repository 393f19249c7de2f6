package slack

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

// Limits of Block Kit, in characters. Characters are counted as UTF-16 code units, the largest of the
// counts that Slack may mean.
const (
	maxHeader  = 150
	maxSection = 3000
	maxField   = 2000
	maxContext = 2000
	maxURL     = 3000
)

const ellipsis = "…"

// mrkdwn makes outside text safe inside Slack's markup and at most limit characters long as it is sent:
// &, < and > are escaped, so <!channel> and <@U1> are words and ping nobody. Empty text stays empty.
func mrkdwn(text string, limit int) string { return cut(text, limit, escape) }

// plain bounds outside text for plain_text objects, where nothing is markup.
func plain(text string, limit int) string {
	return cut(text, limit, func(r rune) string { return string(r) })
}

func escape(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return string(r)
}

// cut writes runes until the limit, never half an escape or half a surrogate pair.
func cut(text string, limit int, write func(rune) string) string {
	var b strings.Builder
	size, fits := 0, 0 // what is written; the bytes of it that leave room for the ellipsis
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if !unicode.IsGraphic(r) && r != '\n' && r != '\t' && r != '\u200d' {
			continue
		}
		w := write(r)
		n := len(w)
		if w == string(r) {
			n = utf16.RuneLen(r)
		}
		if size+n > limit {
			return b.String()[:fits] + ellipsis
		}
		b.WriteString(w)
		if size += n; size < limit {
			fits = b.Len()
		}
	}
	return strings.TrimSpace(b.String())
}

// oneLine joins lines, for places where a line break would look like another entry.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// clock shows an instant in each reader's own zone; a reader that cannot do so sees it in zone.
func clock(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return "<!date^" + strconv.FormatInt(t.Unix(), 10) + "^{date_short_pretty} {time}|" + t.In(zone).Format("2006-01-02 15:04 MST") + ">"
}

// web returns a link as Slack takes it for a button, or "" when it is none.
func web(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	if s := u.String(); len(s) <= maxURL {
		return s
	}
	return ""
}
