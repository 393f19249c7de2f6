package picture

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/tocsin-oncall/tocsin/engine/report"
)

//go:embed page.html
var source string

var page = template.Must(template.New("page").Parse(source))

// view is what the page shows.
type view struct {
	Heading, Period, Before string
	Style                   template.CSS
	Plots                   template.HTML
	Numbers                 []row
	Steps                   []step
	Far                     []far
	Frequent                []report.Frequent
	Groups                  []group
	Definitions             []report.Definition
	Notes                   []string
}

// row is a number and how it was before.
type row struct{ Title, Now, Median, P90, Of, Before, Change, Class string }

type step struct {
	Step        string
	Alerts      int
	Now, Before string
}

type far struct{ Number, Took, Ref, Title string }

type group struct {
	Name    string
	Numbers []row
}

// WriteHTML writes a report as a page for a browser and for paper.
func WriteHTML(w io.Writer, r *report.Report) error {
	v := view{
		Heading: heading(r), Period: r.Period.String(), Before: report.Period{Span: r.Period.Before, Zone: r.Period.Zone}.String(), Style: style,
		Plots: plots(r), Numbers: rows(r.Numbers), Frequent: r.Frequent, Definitions: report.Definitions(), Notes: r.Notes,
	}
	for _, s := range r.Steps {
		v.Steps = append(v.Steps, step{report.StepText(s.Step), s.Alerts, report.Percent.Text(&s.Percent), report.Percent.Text(s.Before.Value)})
	}
	for _, n := range r.Numbers {
		for _, o := range n.Outliers {
			v.Far = append(v.Far, far{n.Title, report.Took(o.Seconds), o.Ref, o.Title})
		}
	}
	for _, g := range r.Groups {
		name := g.Name
		if name == "" {
			name = "none"
		}
		v.Groups = append(v.Groups, group{fmt.Sprintf("%s: %s", r.By, name), rows(g.Numbers)})
	}
	return page.Execute(w, v)
}

func rows(list []report.Number) (out []row) {
	for _, n := range list {
		change, good := n.Change()
		v := row{Title: n.Title, Now: n.Unit.Text(n.Now.Value), Before: n.Unit.Text(n.Before.Value), Change: change, Class: [...]string{"bad", "", "good"}[good+1]}
		if n.Unit != report.Count {
			v.Of = fmt.Sprint(n.Now.Of)
		}
		if n.Unit == report.Seconds {
			v.Median, v.P90 = n.Unit.Text(n.Now.Median), n.Unit.Text(n.Now.P90)
		}
		out = append(out, v)
	}
	return out
}

// plots are the pictures in the page, which has their style.
func plots(r *report.Report) template.HTML {
	c := &canvas{y: margin}
	c.all(r)
	return template.HTML(fmt.Sprintf(`<svg role="img" class="report" viewBox="0 0 %.0f %.0f" xmlns="http://www.w3.org/2000/svg"><title>The trend, pages by the hour of the week, and pages of each person</title>%s</svg>`,
		width, c.y, c.body.String()))
}
