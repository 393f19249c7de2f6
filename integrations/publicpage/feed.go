package publicpage

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/statuspage"
)

// maxItems is how many updates the feed holds, the latest ones.
const maxItems = 50

// rss is RSS 2.0 (https://www.rssboard.org/rss-specification), with the feed's own address as Atom has it.
type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Channel channel  `xml:"channel"`
}

type channel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Self        *atomLink `xml:"atom:link,omitempty"`
	Built       string    `xml:"lastBuildDate,omitempty"`
	TTL         int       `xml:"ttl"` // minutes
	Items       []item    `xml:"item"`
}

type atomLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type item struct {
	Title       string `xml:"title"`
	Link        string `xml:"link,omitempty"`
	Description string `xml:"description"` // HTML
	GUID        guid   `xml:"guid"`
	Published   string `xml:"pubDate"`

	at time.Time
}

type guid struct {
	ID        string `xml:",chardata"`
	PermaLink bool   `xml:"isPermaLink,attr"`
}

// renderRSS is the feed: one item for each update, which never changes.
func renderRSS(p statuspage.Page) ([]byte, error) {
	c := channel{
		Title: p.Title, Link: cmp.Or(p.URL, "about:blank"), Description: cmp.Or(p.Description, "What is wrong, what is planned, and what was."),
		TTL: int(statuspage.Grain / time.Minute),
	}
	if p.URL != "" {
		c.Self = &atomLink{p.URL + "/" + RSSName, "self", "application/rss+xml"}
	}
	if !p.Changed.IsZero() {
		c.Built = stampRSS(p.Changed)
	}
	for _, in := range slices.Concat(p.Active, p.Past) {
		for _, u := range in.Updates {
			it := item{
				Title: u.Title + ": " + phaseWords(u.Phase), Description: string(prose(u.Text)),
				GUID: guid{ID: u.ID}, Published: stampRSS(u.At), at: u.At,
			}
			if len(in.Services) > 0 {
				it.Description += "<p>" + template.HTMLEscapeString(strings.Join(in.Services, ", ")) + "</p>"
			}
			if p.URL != "" {
				it.Link = p.URL + "/#" + in.ID
			}
			c.Items = append(c.Items, it)
		}
	}
	slices.SortStableFunc(c.Items, func(a, b item) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(b.GUID.ID, a.GUID.ID)) })
	c.Items = c.Items[:min(len(c.Items), maxItems)]
	var out bytes.Buffer
	out.WriteString(xml.Header)
	e := xml.NewEncoder(&out)
	e.Indent("", "  ")
	err := e.Encode(rss{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Channel: c})
	out.WriteByte('\n')
	return out.Bytes(), err
}

func stampRSS(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }
