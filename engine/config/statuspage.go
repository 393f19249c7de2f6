package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
)

// Statuspage is a page of Atlassian Statuspage.
type Statuspage struct {
	APIKey  Secret `json:"api_key" doc:"Of a user of Statuspage who may manage incidents."`
	PageID  string `json:"page_id" doc:"Which page: as Statuspage shows it beside the key."`
	BaseURL Link   `json:"base_url,omitempty" doc:"Default https://api.statuspage.io/v1."`
	Limits
}

// StatusPage is the page for customers that Tocsin writes itself.
type StatusPage struct {
	Title       string          `json:"title,omitempty" doc:"What it is headed with. Default: Status."`
	Description string          `json:"description,omitempty" doc:"A sentence below the title."`
	URL         Link            `json:"url,omitempty" doc:"Where people find it, for the links in its feed."`
	Support     SupportLink     `json:"support,omitempty" doc:"Where they find help: a URL, or mailto: and an address."`
	Services    []PublicService `json:"services,omitempty" doc:"What it shows, in this order. No other service is named."`
	History     Duration        `json:"history,omitempty" doc:"How long incidents that are over are shown, up to 90d. Default 30d."`
	Since       Date            `json:"since,omitempty" doc:"The day from which on the uptime is counted: days before are shown as unknown. Default: the last 90 days count."`
	States      ServiceStates   `json:"states,omitzero" doc:"What an open incident makes of the services that it harms, by its priority; for Atlassian Statuspage, too."`
	Directory   string          `json:"directory,omitempty" doc:"Write index.html, status.json and feed.rss there, whenever they change. Relative to where the server is started. Default: nowhere."`
	Serve       ServePath       `json:"serve,omitempty" doc:"Serve it at this path of listen, to anybody, without a key. Default: not at all."`
}

// PublicService is a service as customers know it.
type PublicService struct {
	Service     string `json:"service" doc:"One of services."`
	Name        string `json:"name,omitempty" doc:"What customers call it. Default: the name of the service."`
	Description string `json:"description,omitempty" doc:"A sentence that says what it does for them."`
	Group       string `json:"group,omitempty" doc:"Services of the same group are shown together, below this heading."`
}

// ServiceStates are by priority.
type ServiceStates struct {
	P1 ServiceState `json:"P1,omitempty" doc:"Default major_outage."`
	P2 ServiceState `json:"P2,omitempty" doc:"Default partial_outage."`
	P3 ServiceState `json:"P3,omitempty" doc:"Default degraded_performance."`
	P4 ServiceState `json:"P4,omitempty" doc:"Default degraded_performance."`
	P5 ServiceState `json:"P5,omitempty" doc:"Default operational."`
}

// ServiceState is how a service is, in the words of Statuspage.
type ServiceState string

func (ServiceState) choices() []string {
	return []string{"operational", "degraded_performance", "partial_outage", "major_outage"}
}

// SupportLink is an http or https URL, or mailto: and an address.
type SupportLink string

func (l SupportLink) check() error {
	if address, ok := strings.CutPrefix(string(l), "mailto:"); ok {
		return Email(address).check()
	}
	return Link(l).check()
}

func (SupportLink) pattern() string { return `^mailto:[^@\s]+@[^@\s]+$|` + linkPattern }

// ServePath is a path that is served to anybody.
type ServePath string

const servePattern = `^(/[a-z0-9][a-z0-9-]*)+$`

var serveForm = regexp.MustCompile(servePattern)

// taken are the first parts of paths that are served already.
var taken = []string{"a", "api", "coverage", "ical", "in", "metrics", "slack", "twilio"}

func (p ServePath) check() error {
	if !serveForm.MatchString(string(p)) {
		return fmt.Errorf("%q is not a path to serve a page at; write it as /status, in small letters, digits and hyphens", string(p))
	}
	if first, _, _ := strings.Cut(string(p[1:]), "/"); slices.Contains(taken, first) {
		return fmt.Errorf("what is below /%s is served already; write another path, such as /status", first)
	}
	return nil
}

func (ServePath) pattern() string { return servePattern }

func (s *StatusPage) setDefaults() {
	set(&s.Title, "Status")
	set(&s.History, Duration(30*day))
	set(&s.States.P1, "major_outage")
	set(&s.States.P2, "partial_outage")
	set(&s.States.P3, "degraded_performance")
	set(&s.States.P4, "degraded_performance")
	set(&s.States.P5, "operational")
}

// statusPage checks what customers are shown. It comes after services and audiences.
func (b *builder) statusPage() {
	p := b.f.StatusPage
	if p.History > Duration(90*day) {
		b.fail("status_page.history", "", "incidents are shown for 90d at most")
	}
	b.dir.StatusPage = directory.StatusPage{
		Title: p.Title, Description: p.Description, URL: strings.TrimRight(string(p.URL), "/"), Support: string(p.Support),
		History: time.Duration(p.History),
		States: map[string]string{
			"P1": string(p.States.P1), "P2": string(p.States.P2), "P3": string(p.States.P3), "P4": string(p.States.P4), "P5": string(p.States.P5),
		},
	}
	if day, err := p.Since.day(); err == nil {
		b.dir.StatusPage.Since = day
	}
	seen := map[string]bool{}
	for i, s := range p.Services {
		path := fmt.Sprintf("status_page.services[%d]", i)
		b.refer(path+".service", service, s.Service)
		if seen[s.Service] {
			b.fail(path+".service", "leave one of them out", "%s is there twice", s.Service)
		}
		seen[s.Service] = true
		b.dir.StatusPage.Services = append(b.dir.StatusPage.Services, directory.PublicService{
			Service: s.Service, Name: cmp.Or(s.Name, s.Service), Description: s.Description, Group: s.Group,
		})
	}
	if (p.Directory != "" || p.Serve != "") && len(p.Services) == 0 {
		b.warn("status_page", "name them under services:", "the status page shows no service")
	}
}

// statuspage checks the provider, and the components of services there.
func (b *builder) statuspage() {
	p := b.f.Providers.Statuspage
	holders := map[string]Name{}
	for i, s := range b.f.Services {
		path := fmt.Sprintf("services[%d].statuspage_component", i)
		switch {
		case s.Component == "":
			continue
		case p == nil:
			b.fail(path, "add statuspage under providers:, or leave it out", "there is no provider for it")
		case !componentForm.MatchString(s.Component):
			b.fail(path, "copy it from the component at Statuspage", "%q is not the id of a component", s.Component)
		case holders[s.Component] != "":
			b.warn(path, "the worse of the two is shown", "%s is the same component", holders[s.Component])
		}
		holders[s.Component] = s.Name
	}
	if p == nil {
		return
	}
	b.given("providers.statuspage.api_key", p.APIKey)
	if p.PageID == "" && b.written("providers.statuspage.page_id") {
		b.fail("providers.statuspage.page_id", "", "page_id is empty")
	}
	b.dir.Incident.Statuspage = true
}

var componentForm = regexp.MustCompile(`^[a-z0-9]+$`)
