package export_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/postmortem/export"
)

// Monday, 9 March 2026.
var monday = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

// apac is a postmortem as it is published.
func apac() *postmortem.State {
	day := func(n int) time.Time { return monday.AddDate(0, 0, n) }
	return &postmortem.State{
		Number: 3, Status: postmortem.Completed, Incident: "INC-7", Title: "Payments fail in APAC", Priority: "P1", Service: "payments", Team: "payments",
		Owner: "amir", CreatedAt: monday, DueAt: day(7), CompletedAt: day(6),
		Given: map[string]string{postmortem.Impact: "- SEV1 (P1), for 20 minutes"},
		Sections: map[string]string{
			postmortem.Summary:   "A release stopped **all payments** in APAC for 20 minutes.",
			postmortem.Impact:    "- SEV1 (P1), for 20 minutes\n\n1,204 payments were refused. None was charged twice.",
			postmortem.Fault:     "```sql\nSELECT * FROM pool WHERE free < 1 -- ]]>\n```\n\nThe header was <x-retry: none>.\n\n# A heading of its own\n\n![graph](https://grafana.example.com/pool.png)",
			postmortem.Detection: "By an alert, after ethan had looked.",
			"went_well":          "~~Nothing~~ The rollback.",
		},
		Causes: []postmortem.Cause{
			{N: 1, Text: "The pool was empty", Evidence: "the graph of `pool_free`"},
			{N: 2, Parent: 1, Text: "A release leaked connections"},
			{N: 3, Parent: 2, Text: "Nothing tested releases under load"},
			{N: 4, Text: "No alert watched the pool"},
		},
		Lessons: []postmortem.Lesson{{N: 1, Text: "Pools need an alert."}},
		Actions: []postmortem.Item{
			{N: 1, Text: "Alert on the pool | all regions", Owner: "ethan", DueAt: day(3), Horizon: postmortem.Short, Done: true, DoneAt: day(4), VerifiedAt: day(5), VerifiedBy: "jason", Evidence: "a drill", Issue: "https://jira.example.com/OPS-7"},
			{N: 2, Text: "Test releases under load", Owner: "darren", DueAt: day(40), Horizon: postmortem.Long},
		},
	}
}

func written(t *testing.T, s *postmortem.State, f export.Format, a export.Audience) string {
	t.Helper()
	text, err := export.Write(s, f, a, monday.AddDate(0, 0, 8))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The documents are in testdata, to be looked at; TOCSIN_WRITE_DOCS=1 writes them anew.
func TestTheDocumentsOfAPostmortem(t *testing.T) {
	t.Parallel()
	for _, audience := range export.Audiences {
		for _, format := range export.Formats {
			got := written(t, apac(), format, audience)
			file := filepath.Join("testdata", string(audience)+export.Endings[format])
			if os.Getenv("TOCSIN_WRITE_DOCS") != "" {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		}
	}
}

func TestCustomersReadImpactCauseAndDatesAndNothingOfPeople(t *testing.T) {
	t.Parallel()
	for _, format := range export.Formats {
		text := written(t, apac(), format, export.Customers)
		for _, want := range []string{"1,204 payments", "Nothing tested releases under load", "Test releases under load: by 18 April 2026", "done"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q:\n%s", format, want, text)
			}
		}
		for _, secret := range []string{"ethan", "darren", "amir", "jason", "INC-7", "PM-3", "SEV1", "pool_free", "jira", "a drill"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s says %q:\n%s", format, secret, text)
			}
		}
	}
}

func TestWhatPeopleWroteIsShownAndNeverObeyed(t *testing.T) {
	t.Parallel()
	const evil = "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> [click](javascript:alert(1)) ![x](javascript:alert(1)) <b onclick=x>b</b>\x00\x1b"
	s := apac()
	s.Title, s.Owner, s.Service = evil, evil, evil
	s.Sections[postmortem.Summary], s.Sections["</h2><script>"] = evil, evil
	s.Causes[0].Text, s.Causes[0].Evidence, s.Lessons[0].Text = evil, evil, evil
	s.Actions[0].Text, s.Actions[0].Evidence, s.Actions[0].Owner = evil, evil, evil
	for _, audience := range export.Audiences {
		for _, format := range []export.Format{export.HTML, export.Confluence} {
			text := written(t, s, format, audience)
			for _, tag := range []string{"<script", "<img", "<b onclick", `"javascript:`, "\x00", "\x1b"} {
				if strings.Contains(text, tag) {
					t.Errorf("%s for %s holds %q", format, audience, tag)
				}
			}
			if !strings.Contains(text, "&lt;script&gt;") {
				t.Errorf("%s for %s does not show what was written", format, audience)
			}
		}
	}
}

func TestASectionThatIsLeftOpenDoesNotSwallowTheNext(t *testing.T) {
	t.Parallel()
	s := apac()
	s.Sections[postmortem.Summary] = "````\n```\nno end"
	if text := written(t, s, export.Markdown, export.Internal); !strings.Contains(text, "no end\n````\n\n## Impact\n") {
		t.Errorf("the fence is not closed:\n%s", text)
	}
	if text := written(t, s, export.HTML, export.Internal); !strings.Contains(text, "no end\n</code></pre>\n<h2>Impact</h2>") {
		t.Errorf("the fence is not closed:\n%s", text)
	}
}

func TestAnUnknownFormatIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := export.Write(apac(), "pdf", export.Internal, monday); err == nil || !strings.Contains(err.Error(), `"pdf"`) {
		t.Errorf("the error is %v", err)
	}
}

// wellFormed parses the storage format as Confluence does: as XML, within an element that declares its name spaces.
func wellFormed(text string) error {
	d := xml.NewDecoder(strings.NewReader(`<page xmlns:ac="urn:ac" xmlns:ri="urn:ri">` + text + `</page>`))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestTheStorageFormatOfConfluenceIsWellFormedWhateverIsWritten(t *testing.T) {
	t.Parallel()
	if err := wellFormed(written(t, apac(), export.Confluence, export.Internal)); err != nil {
		t.Error(err)
	}
	scraps := rapid.SampledFrom([]string{
		"```go\n", "```", "]]>", "<![CDATA[", "<!--", "-->", "<b>", "</b>", "&nbsp;", "&", "<?xml?>", "<br>", "| a | b |\n|---|:-:|\n| c |", "- ", "1. ", "> ",
		"![x](y \"z\")", "[a](<b c>)", "<https://example.com?a=b&c>", "    code", "\n", "\n\n", "# h", "***", "~~x~~", "\x00", "\xff", "\uffff", "ä", "`a", "\\", "[x]: y",
	})
	rapid.Check(t, func(rt *rapid.T) {
		s := apac()
		text := strings.Join(rapid.SliceOfN(scraps, 0, 12).Draw(rt, "text"), rapid.SampledFrom([]string{"", " ", "\n"}).Draw(rt, "between"))
		s.Title, s.Owner, s.Sections[postmortem.Summary], s.Causes[1].Text, s.Causes[1].Evidence, s.Actions[1].Text = text, text, text, text, text, text
		for _, audience := range export.Audiences {
			got, err := export.Write(s, export.Confluence, audience, monday)
			if err == nil {
				err = wellFormed(got)
			}
			if err != nil {
				rt.Fatalf("%v\n%s", err, got)
			}
		}
	})
}

func TestPicturesOfTheIncidentAreInThePageAndNamedElsewhere(t *testing.T) {
	t.Parallel()
	chart := export.Picture{Name: "p99.png", Note: `before & "after"`, Type: "image/png", Data: []byte{0x89, 'P', 'N', 'G'}}
	for format, want := range map[export.Format]string{
		export.Markdown:   `p99.png: before & "after"`,
		export.HTML:       `<figure><img alt="before &amp; &#34;after&#34;" src="data:image/png;base64,iVBORw=="><figcaption>before &amp; &#34;after&#34;</figcaption></figure>`,
		export.Confluence: "p99.png: before &amp;",
	} {
		got, err := export.Write(apac(), format, export.Internal, monday, chart)
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %v, lacks %q", format, err, want)
		}
		if got, err = export.Write(apac(), format, export.Customers, monday, chart); err != nil || strings.Contains(got, "p99") || strings.Contains(got, "data:image") {
			t.Errorf("%s for customers has the picture, %v", format, err)
		}
	}
}
