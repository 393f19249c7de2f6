package publicpage_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/statuspage"
	"github.com/tocsin-oncall/tocsin/integrations/publicpage"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// page has one of everything.
func page() statuspage.Page {
	days := func(bad map[int]statuspage.Day) (list []statuspage.Day) {
		for i := range statuspage.Days {
			d := statuspage.Day{Date: time.Date(2026, 3, 9-(statuspage.Days-1)+i, 0, 0, 0, 0, time.UTC), State: statuspage.Operational}
			if b, ok := bad[i]; ok {
				d.State, d.Down = b.State, b.Down
			}
			list = append(list, d)
		}
		return list
	}
	major := statuspage.Day{State: statuspage.Major, Down: 95 * time.Minute}
	return statuspage.Page{
		Title: "Status of Example", Description: "How the services of Example are.", URL: "https://status.example.com", Support: "https://example.com/support",
		Zone: time.UTC, AsOf: at(45), Changed: at(40), State: statuspage.Major, History: 30 * 24 * time.Hour,
		Groups: []statuspage.Group{
			{Name: "Shop", Services: []statuspage.Service{
				{Name: "Checkout", Description: "Paying by card and by invoice", State: statuspage.Major, Uptime: 99.87, Counted: 90,
					Days: days(map[int]statuspage.Day{20: {State: statuspage.Degraded}, 61: {State: statuspage.Partial, Down: 42 * time.Minute}, 89: major})},
				{Name: "Catalogue", Description: "Finding things", State: statuspage.Operational, Uptime: 100, Counted: 90, Days: days(nil)},
			}},
			{Name: "Account", Services: []statuspage.Service{
				{Name: "Login", State: statuspage.Maintained, Uptime: 99.99, Counted: 90, Days: days(map[int]statuspage.Day{40: {State: statuspage.Partial, Down: 9 * time.Minute}, 89: {State: statuspage.Maintained}})},
				{Name: "E-mail", State: statuspage.Operational, Days: days(nil)},
			}},
		},
		Active: []statuspage.Incident{{
			ID: "aa01", Title: "Payments fail", Phase: incident.Identified, State: statuspage.Major, Began: at(0), Services: []string{"Checkout"},
			Updates: []statuspage.Update{
				{ID: "aa03", At: at(40), Phase: incident.Identified, Title: "Payments fail", Text: "The cause is known: a release of this morning.\nIt is being taken back.\n\nSee https://example.com/help?a=1&b=2.", Next: at(70)},
				{ID: "aa02", At: at(5), Phase: incident.Investigating, Title: "Payments fail", Text: "Payments by card are refused for some customers. We are looking into it."},
			},
		}},
		Planned: []statuspage.Maintenance{
			{Text: "We move the database of accounts.", From: at(-30), Until: at(90), Now: true, Service: "Login"},
			{Text: "A new network. No interruption is expected.", From: at(4 * 24 * 60), Until: at(4*24*60 + 120)},
		},
		Past: []statuspage.Incident{{
			ID: "bb01", Title: "The shop is slow", Phase: incident.PhaseOfResolved, State: statuspage.Operational, Began: at(-10 * 24 * 60), Over: at(-10*24*60 + 42), Services: []string{"Catalogue", "Checkout"},
			Updates: []statuspage.Update{{ID: "bb02", At: at(-10*24*60 + 42), Phase: incident.PhaseOfResolved, Title: "The shop is slow", Text: "It is over."}},
		}},
	}
}

func render(t *testing.T, p statuspage.Page) publicpage.Rendering {
	t.Helper()
	r, err := publicpage.New()
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Render(p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// attribute is one of an element.
type attribute struct{ element, key, value string }

// visible is the text of a page of HTML, and the attributes of its elements.
func visible(t *testing.T, page []byte) (text string, attributes []attribute) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			words = append(words, strings.Fields(n.Data)...)
		}
		if n.Type == html.ElementNode && n.Data == "script" {
			t.Error("the page has a script")
		}
		for _, a := range n.Attr {
			attributes = append(attributes, attribute{n.Data, a.Key, a.Val})
		}
	}
	return strings.Join(words, " "), attributes
}

func TestThePageSaysEverythingInWords(t *testing.T) {
	t.Parallel()
	out := render(t, page())
	if dir := os.Getenv("TOCSIN_WRITE_PAGE"); dir != "" {
		for name, text := range out {
			if err := os.WriteFile(dir+"/"+name, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, _ := visible(t, out[publicpage.HTMLName])
	for _, want := range []string{
		"Status of Example", "There is a major outage", "Payments fail Identified since 9 Mar 2026, 12:00 UTC , Checkout",
		"The cause is known: a release of this morning. It is being taken back. See https://example.com/help?a=1&b=2 .", "Next update by 9 Mar 2026, 13:10 UTC",
		"Login In progress 9 Mar 2026, 11:30 UTC to 9 Mar 2026, 13:30 UTC We move the database of accounts.", "Maintenance Planned 13 Mar 2026",
		"Checkout Major outage Paying by card and by invoice", "9 Mar 2026: major outage, 1 h 35 min of outage", "99.87 % uptime", "Catalogue Operational",
		"The shop is slow Resolved 27 Feb 2026, 12:00 UTC , lasted 42 min, Catalogue, Checkout", "Figures of 9 Mar 2026, 12:45 UTC",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
}

func TestWhateverPeopleWriteIsShownAsText(t *testing.T) {
	t.Parallel()
	const evil = `<script>alert(1)</script> "><img src=x onerror=y> javascript:alert(1) https://a.example/"onmouseover="x http://b.example/<b> ]]>`
	p := page()
	p.Title, p.Description, p.Active[0].Title, p.Groups[0].Name, p.Groups[0].Services[0].Name = evil, evil, evil, evil, evil
	p.Active[0].Services, p.Planned[0].Text, p.Planned[0].Service = []string{evil}, evil, evil
	p.Active[0].Updates[0].Text, p.Active[0].Updates[0].Title = evil, evil
	p.Support = "javascript:alert(1)"
	out := render(t, p)
	_, attributes := visible(t, out[publicpage.HTMLName])
	for _, a := range attributes {
		if a.element == "img" || strings.HasPrefix(a.key, "on") || a.key == "href" && strings.HasPrefix(a.value, "javascript:") {
			t.Errorf("an attribute of the page: %+v", a)
		}
	}
	var doc publicpage.Document
	if err := json.Unmarshal(out[publicpage.JSONName], &doc); err != nil || doc.Title != evil {
		t.Errorf("the JSON has %q: %v", doc.Title, err)
	}
	feed := feedOf(t, out)
	if feed.Channel.Title != evil {
		t.Errorf("the feed has %q", feed.Channel.Title)
	}
	_, attributes = visible(t, []byte(feed.Channel.Items[0].Description))
	for _, a := range attributes {
		if a.element != "a" || a.key != "rel" && a.key != "href" || a.key == "href" && !strings.HasPrefix(a.value, "http") {
			t.Errorf("an attribute of the feed: %+v", a)
		}
	}
}

type feed struct {
	Version string `xml:"version,attr"`
	Channel struct {
		Title, Description, LastBuildDate string
		Items                             []struct {
			Title       string `xml:"title"`
			Link        string `xml:"link"`
			Description string `xml:"description"`
			GUID        struct {
				ID   string `xml:",chardata"`
				Perm string `xml:"isPermaLink,attr"`
			} `xml:"guid"`
			PubDate string `xml:"pubDate"`
		} `xml:"item"`
	} `xml:"channel"`
}

func feedOf(t *testing.T, out publicpage.Rendering) feed {
	t.Helper()
	// encoding/xml tells names apart by case.
	type channel struct {
		Title string `xml:"title"`
	}
	var f feed
	var c struct {
		Channel channel `xml:"channel"`
	}
	if err := xml.Unmarshal(out[publicpage.RSSName], &f); err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(out[publicpage.RSSName], &c); err != nil {
		t.Fatal(err)
	}
	f.Channel.Title = c.Channel.Title
	return f
}

func TestTheFeedHasOneItemForEachUpdateTheLatestFirst(t *testing.T) {
	t.Parallel()
	f := feedOf(t, render(t, page()))
	if f.Version != "2.0" || len(f.Channel.Items) != 3 {
		t.Fatalf("the feed is %+v", f)
	}
	first := f.Channel.Items[0]
	if first.Title != "Payments fail: Identified" || first.GUID.ID != "aa03" || first.GUID.Perm != "false" ||
		first.Link != "https://status.example.com/#aa01" || first.PubDate != "Mon, 09 Mar 2026 12:40:00 +0000" {
		t.Errorf("the first is %+v", first)
	}
	if !strings.Contains(first.Description, `<br>It is being taken back.</p><p>See <a rel="nofollow noopener" href="https://example.com/help?a=1&amp;b=2">`) {
		t.Errorf("its text is %s", first.Description)
	}
	later := page()
	later.Active[0].Phase, later.Active[0].Title, later.AsOf = incident.Monitoring, "Payments failed", at(50)
	again := feedOf(t, render(t, later))
	if diff := cmp.Diff(f.Channel.Items, again.Channel.Items); diff != "" {
		t.Errorf("items changed (-before +after):\n%s", diff)
	}
}

func TestTheFeedHoldsTheLatestFiftyUpdates(t *testing.T) {
	t.Parallel()
	p := page()
	for i := range 100 {
		p.Past[0].Updates = append(p.Past[0].Updates, statuspage.Update{ID: fmt.Sprintf("cc%02d", i), At: at(-20*24*60 - i), Title: "The shop is slow"})
	}
	items := feedOf(t, render(t, p)).Channel.Items
	if len(items) != 50 || items[0].GUID.ID != "aa03" || items[49].GUID.ID != "cc46" {
		t.Errorf("%d items, from %s to %s", len(items), items[0].GUID.ID, items[len(items)-1].GUID.ID)
	}
}

func TestTheJSONHasAVersionAndNoNullLists(t *testing.T) {
	t.Parallel()
	out := render(t, statuspage.Page{Title: "Status", Zone: time.UTC, AsOf: noon, State: statuspage.Operational})
	var doc map[string]any
	if err := json.Unmarshal(out[publicpage.JSONName], &doc); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"version": 1.0, "title": "Status", "description": "", "url": "", "support": "", "state": "operational", "summary": "All services work", "timezone": "UTC",
		"as_of": "2026-03-09T12:00:00Z", "changed_at": nil, "services": []any{}, "incidents": []any{}, "maintenances": []any{}, "past_incidents": []any{},
	}
	if diff := cmp.Diff(want, doc); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheSamePageHasTheSameBytes(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(render(t, page()), render(t, page())); diff != "" {
		t.Errorf("(-one +other):\n%s", diff)
	}
}
