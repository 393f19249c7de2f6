package deployment

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// What a deployment holds at most. What is longer is cut: a pipeline must not fail for a long commit message.
const (
	maxName    = 200 // bytes of a service, an environment, a version, an author
	maxText    = 500 // bytes of a message or title
	maxHref    = 2000
	maxCommits = 50
	maxLinks   = 10
	// MaxExternal is how many bytes an id of a sender may have. It is not cut: that would take two for one.
	MaxExternal = 500
)

// Report is what somebody says of a deployment. What is empty says nothing.
type Report struct {
	Integration string // through which it came, or API
	External    string // what the sender tells it from its others by; empty for one that is not spoken of again

	Service     string // as the configuration calls it
	Project     string // or as the sender does: a repository, a project
	Environment string
	Tier        Tier // empty: what the configuration, or else the environment's name, says
	Version     string
	Revision    string
	Message     string
	Commits     []Commit
	Changes     int // how many commits there are, where that is more than are named
	Links       []Link
	By          string
	Reporter    string // stands for By where nobody says: the name of an API key

	Status     Status    // empty: it says nothing about that, and a new deployment is taken to have succeeded
	At         time.Time // when the status was reached; zero for now
	StartedAt  time.Time // where the sender knows
	FinishedAt time.Time // likewise
}

// Check refuses what cannot be meant.
func (r Report) Check() error {
	switch {
	case len(r.External) > MaxExternal:
		return &Refused{"id", fmt.Sprintf("it has %d bytes; at most %d are allowed", len(r.External), MaxExternal)}
	case r.Status != "" && !slices.Contains(Statuses[:], r.Status):
		return &Refused{"state", fmt.Sprintf("%q is none: pending, started, succeeded, failed or cancelled", clip(string(r.Status), 40))}
	case r.Tier != "" && !ValidTier(r.Tier):
		return &Refused{"tier", fmt.Sprintf("%q is none: production, staging, testing or development", clip(string(r.Tier), 40))}
	case !r.StartedAt.IsZero() && !r.FinishedAt.IsZero() && r.FinishedAt.Before(r.StartedAt):
		return &Refused{"finished_at", "it is before started_at"}
	}
	for _, f := range []struct {
		name string
		at   time.Time
	}{{"at", r.At}, {"started_at", r.StartedAt}, {"finished_at", r.FinishedAt}} {
		if !f.at.IsZero() && f.at.Before(epoch) {
			return &Refused{f.name, "it is before 1970: is it in seconds or milliseconds since then, or RFC 3339?"}
		}
	}
	return nil
}

// epoch is before every deployment.
var epoch = time.Unix(0, 0)

// Check refuses what would not be a link, or would run something when it is followed. Where nobody asks, such links are
// left out.
func (l Link) Check() error {
	if !web(l.Href) {
		return &Refused{"links", fmt.Sprintf("%q is not a link: write an absolute http or https URL of %d bytes at most", clip(l.Href, 80), maxHref)}
	}
	return nil
}

func web(href string) bool {
	u, err := url.Parse(href)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && len(href) <= maxHref
}

// bounded is the report with everything within its bounds, and without links that are none: senders' are not refused for
// them.
func (r Report) bounded() Report {
	for _, s := range []*string{&r.Service, &r.Project, &r.Environment, &r.Version, &r.Revision, &r.By, &r.Reporter} {
		*s = clip(plain(*s), maxName)
	}
	r.Message = clip(plain(r.Message), maxText)
	r.Changes = max(r.Changes, len(r.Commits))
	commits := r.Commits[:min(len(r.Commits), maxCommits)]
	r.Commits = nil
	for _, c := range commits {
		title, _, _ := strings.Cut(strings.TrimSpace(c.Title), "\n")
		c = Commit{SHA: clip(plain(c.SHA), maxName), Title: clip(plain(title), maxText), Author: clip(plain(c.Author), maxName), URL: c.URL}
		if !web(c.URL) {
			c.URL = ""
		}
		r.Commits = append(r.Commits, c)
	}
	links := r.Links
	r.Links = nil
	for _, l := range links {
		if web(l.Href) && len(r.Links) < maxLinks {
			r.Links = append(r.Links, Link{cmp.Or(clip(plain(l.Text), maxName), "link"), l.Href})
		}
	}
	return r
}

// resolve finds the service and the tier that a report means. One of a deployment whose service is known need not say it.
func (r Report) resolve(known string, d *directory.Directory) Report {
	src := d.Sources[r.Integration]
	if r.Service == "" && (r.Project != "" || known == "") {
		r.Service = serviceOf(r.Project, r.Environment, src, d)
	}
	if r.Service == r.Project {
		r.Project = ""
	}
	if r.Tier == "" {
		r.Tier = cmp.Or(Tier(src.Environments[r.Environment]), TierOf(r.Environment))
	}
	return r
}

// serviceOf is the service that a sender's project is: as the integration's services say for the project in the
// environment (PROJECT@ENVIRONMENT) or for the project, or else the service of its name or of the last part of it, or else
// that of the integration, or else what the sender calls it.
func serviceOf(project, environment string, src directory.Source, d *directory.Directory) string {
	if name, ok := src.Services[project+"@"+environment]; ok {
		return name
	}
	if name, ok := src.Services[project]; ok {
		return name
	}
	last := project[strings.LastIndex(project, "/")+1:]
	for _, name := range []string{project, last} {
		if _, ok := d.Services[name]; ok {
			return name
		}
	}
	if src.Service != "" {
		return src.Service
	}
	return project
}

// plain is a text on one line.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
}

// clip cuts a text to so many bytes, between letters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
