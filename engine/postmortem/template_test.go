package postmortem

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

const wide = `<!-- For incidents that more than one team worked on. -->
# Postmortem of a wide incident

## Executive summary {required}
<!-- Three sentences,
for somebody who was not there. -->

## Customers and money {#impact required}

| region | payments |
|---|---|
<!-- One row for each region. -->

## Data loss
` + "```" + `
## this is no section <!-- and this no comment -->
` + "```" + `
### But this is text

## Root causes
`

func TestATemplateIsAnOutlineWithGuidanceAndWhatSectionsBeginWith(t *testing.T) {
	t.Parallel()
	list, err := ParseTemplate(wide)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "outline", list, []Heading{
		{Name: Summary, Title: "Executive summary", Required: true, Guidance: "Three sentences,\nfor somebody who was not there."},
		{Name: Impact, Title: "Customers and money", Required: true, Guidance: "One row for each region.", Text: "| region | payments |\n|---|---|"},
		{Name: "data_loss", Title: "Data loss", Text: "```\n## this is no section <!-- and this no comment -->\n```\n### But this is text"},
		{Name: RootCauses, Title: "Root causes"},
	})
}

func TestATemplateThatIsWrongIsRefusedAtItsPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                     "1:1: there is no section",
		"Hello\n## Impact\n":                   "1:1: there is text before the first section",
		"## Impact\n\n## Summary\n## impact\n": "4:4: the section impact is there twice",
		"## Impact {requird}\n":                `1:11: "requird" is nothing that belongs to a section`,
		"## Impact {required\n":                "1:11: write what belongs to a section at the end of its heading",
		"## {required}\n":                      "1:4: the section has no title",
		"## Ursächlich\n":                      `1:4: "ursächlich" is no name for a section`,
		"## Impact\na <!-- who\n## Summary\n":  "2:3: the comment is not closed",
		"## Impact\n" + strings.Repeat("x", maxBegin): "2:1: section \"Impact\" begins with more than 10000 bytes",
	} {
		_, err := ParseTemplate(text)
		var at *TemplateError
		if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.40q gives %v, want %s", text, err, want)
		}
	}
}

func FuzzParseTemplate(f *testing.F) {
	f.Add(wide)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseTemplate(text)
		if (err == nil) != (len(list) > 0) {
			t.Errorf("%d sections, and %v", len(list), err)
		}
	})
}

func TestAPostmortemIsWrittenByTheFirstTemplateThatApplies(t *testing.T) {
	t.Parallel()
	dir := org(t)
	outline, err := ParseTemplate(wide)
	if err != nil {
		t.Fatal(err)
	}
	never := func(directory.IncidentFacts) (bool, error) { return false, nil }
	broken := func(directory.IncidentFacts) (bool, error) { return false, errors.New("no such tag") }
	p1 := func(f directory.IncidentFacts) (bool, error) { return f.Priority == "P1", nil }
	dir.Postmortem.Templates = []directory.Template{
		{File: "never.md", When: never, Outline: Standard()}, {File: "broken.md", When: broken, Outline: Standard()},
		{File: "wide.md", When: p1, Outline: outline}, {File: "rest.md", Outline: Standard()},
	}
	s := owed(t, dir, "payments")
	equal(t, "template", s.Template, "wide.md")
	equal(t, "said of the broken one", s.says("template"), "broken.md does not apply: no such tag")
	equal(t, "sections", len(s.Texts()), 4)
	equal(t, "begins with", s.Sections["data_loss"], outline[2].Text)
	if impact := s.Sections[Impact]; !strings.HasPrefix(impact, "| region |") || !strings.Contains(impact, "SEV1") {
		t.Errorf("the impact begins with %q", impact)
	}
	equal(t, "gaps", s.gaps(), []string{"error section_empty summary", "error section_empty impact"})
	s.write(Edit{Sections: map[string]string{"data_loss": ""}, Lessons: []LessonEdit{{Text: "Rehearse."}}})
	equal(t, "a section of the outline stays", s.Texts()["data_loss"], "")
	list := s.Headings()
	equal(t, "lessons have a place all the same", fmt.Sprint(list[len(list)-1]), fmt.Sprint(Heading{Name: LessonText, Title: "Lessons"}))

	s.dir.Postmortem.Templates = nil
	equal(t, "a template that is gone is kept by those that were begun with it", s.Headings()[1].Title, "Customers and money")
}

func TestSectionsBeginWithWhatTheIncidentKnows(t *testing.T) {
	t.Parallel()
	dir := org(t)
	dir.Services = map[string]directory.Service{"checkout": {Name: "checkout", DependsOn: []string{"payments", "cache"}}}
	at := func(minutes int) time.Time { return monday.Add(time.Duration(minutes) * time.Minute) }
	inc := &incident.State{
		Number: 7, Priority: "P1", Service: "checkout", OpenedAt: at(4), StartedAt: at(0), DetectedAt: at(3), EngagedAt: at(5), EngagedBy: "ethan",
		MitigatedAt: at(40), ResolvedAt: at(95), Roles: map[string]string{incident.Commander: "amir"}, Responders: []string{"amir", "ethan"},
	}
	got := begin(inc, nil, Env{Now: at(120), Dir: dir})
	for name, want := range map[string]string{
		Impact:     "- SEV1 (P1), for 40 minutes\n- From 2026-03-09 09:00:00Z\n- Until 2026-03-09 09:40:00Z\n- Services: checkout\n",
		Detection:  "- Detected 2026-03-09 09:03:00Z, 3 minutes after the harm began\n- Opened by a rule, of an alert\n",
		Response:   "- Engaged 2026-03-09 09:05:00Z, 2 minutes after it was detected\n- Engaged first: ethan\n- commander: amir\n- Responders: amir, ethan",
		Mitigation: "- Mitigated 2026-03-09 09:40:00Z, 40 minutes after the harm began\n- Resolved 2026-03-09 10:35:00Z, 1 hour after the harm began\n",
		Performed:  "- payments:\n- cache:\n",
	} {
		equal(t, name, got[name], want)
	}
}
