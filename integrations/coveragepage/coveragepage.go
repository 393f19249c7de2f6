// Package coveragepage shows the coverage audit as a page for people: which policies reach whom, and what is wrong, when
// and why. It only reads. It has no scripts and loads nothing; who may see it is decided by whoever mounts it.
package coveragepage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/schedules/coverage"
)

//go:embed page.html style.css
var files embed.FS

const (
	defaultDays = 90
	maxDays     = 366
	maxSpans    = 5 // of a finding that are shown
)

// Options is what the page needs; all of it is required.
type Options struct {
	// Report audits the time from from until to.
	Report func(ctx context.Context, from, to time.Time) (coverage.Report, error)
	Zone   func() *time.Location // that times are told in
	Now    func() time.Time
	Log    *slog.Logger
}

// Page serves GET and HEAD; ?days=14 says how far it looks, 90 days by default and 366 at most.
type Page struct {
	Options
	template *template.Template
	style    template.CSS
	csp      string
}

// New makes the page. It fails only when its own template is broken.
func New(o Options) (*Page, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	t, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(style)
	return &Page{Options: o, template: t, style: template.CSS(style),
		csp: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}, nil
}

// view is what the page shows.
type view struct {
	Style            template.CSS
	From, To         string
	Policies         []policy
	Findings, Waived []finding
}

type policy struct {
	Name, Gap, Worst, When, Delay, Class string
}

type finding struct {
	Severity, Kind, Subject, Why string
	Spans                        []string
	More                         int
	Reason, Until                string
}

// ServeHTTP shows the audit as it is now.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "the page can only be read", http.StatusMethodNotAllowed)
		return
	}
	days := defaultDays
	if text := r.URL.Query().Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxDays {
			http.Error(w, "days: a number from 1 to "+strconv.Itoa(maxDays), http.StatusBadRequest)
			return
		}
		days = n
	}
	from := p.Now().Truncate(time.Second)
	report, err := p.Report(r.Context(), from, from.AddDate(0, 0, days))
	if err != nil {
		p.Log.ErrorContext(r.Context(), "the coverage page could not be made", "error", err)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "Tocsin cannot reach its records just now; please try again in a moment.", http.StatusServiceUnavailable)
		return
	}
	var page bytes.Buffer
	if err := p.template.Execute(&page, p.view(report)); err != nil {
		p.Log.ErrorContext(r.Context(), "writing the coverage page", "error", err)
		http.Error(w, "The page could not be written.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", p.csp)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(page.Bytes()) // whoever left does not read it
}

func (p *Page) view(report coverage.Report) view {
	zone := p.Zone()
	v := view{Style: p.style, From: stamp(report.From, zone), To: stamp(report.To, zone)}
	for _, o := range report.Policies {
		worst := o.Worst()
		row := policy{Name: o.Policy, Gap: "never", Worst: strings.Join(worst.People, ", "), Delay: span(worst.Delay),
			When: stamp(worst.From, zone) + " to " + stamp(worst.To, zone)}
		switch {
		case o.Gaps() > 0:
			row.Gap, row.Worst, row.Delay, row.Class = span(o.Gaps()), "nobody", "", "error"
		case len(worst.People) == 0:
			row.Worst, row.Delay, row.Class = "only "+strings.Join(worst.Places, ", "), "", "warning"
		}
		v.Policies = append(v.Policies, row)
	}
	v.Findings, v.Waived = list(report.Findings, zone), list(report.Waived, zone)
	return v
}

func list(found []coverage.Finding, zone *time.Location) (out []finding) {
	for _, f := range found {
		row := finding{Severity: string(f.Severity), Kind: string(f.Kind), Subject: subject(f), Why: f.Why}
		for i, s := range f.Spans {
			if i == maxSpans {
				row.More = len(f.Spans) - maxSpans
				break
			}
			row.Spans = append(row.Spans, stamp(s.From, zone)+" to "+stamp(s.To, zone)+" ("+span(s.To.Sub(s.From))+")")
		}
		if f.Waiver != nil {
			row.Reason, row.Until = f.Waiver.Reason, stamp(f.Waiver.Until, zone)
		}
		out = append(out, row)
	}
	return out
}

// subject is what a finding is about: policy standard, step 2, amir.
func subject(f coverage.Finding) string {
	var parts []string
	add := func(what, name string) {
		if name != "" {
			parts = append(parts, strings.TrimSpace(what+" "+name))
		}
	}
	add("policy", f.Policy)
	if f.Step > 0 {
		add("step", strconv.Itoa(f.Step))
	}
	add("schedule", f.Schedule)
	add("rotation", f.Rotation)
	add("", f.User)
	return strings.Join(parts, ", ")
}

func stamp(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Mon 2 Jan 2006 15:04 MST")
}

// span is a duration: 45s, 1h30m, 24h; from two days on in days and hours: 2d23h, 7d.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= 2*day {
		if hours := d % day / time.Hour; hours > 0 {
			return fmt.Sprintf("%dd%dh", d/day, hours)
		}
		return fmt.Sprintf("%dd", d/day)
	}
	text := d.Round(time.Second).String()
	if rest, ok := strings.CutSuffix(text, "m0s"); ok {
		text = rest + "m"
	}
	if rest, ok := strings.CutSuffix(text, "h0m"); ok {
		text = rest + "h"
	}
	return text
}
