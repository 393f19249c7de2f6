package directory

import "time"

// StatusPage is what customers are shown of services and incidents. Its zero value shows no service.
type StatusPage struct {
	Title       string
	Description string
	URL         string          // where it is published; empty when nobody says
	Support     string          // where customers find help: a URL or mailto:
	Services    []PublicService // in the order in which they are shown
	History     time.Duration   // how long incidents that are over are shown
	Since       time.Time       // days before this one are not counted; its year, month and day; zero for all
	// States are by priority what an open incident makes of the services that it harms, in the words of Statuspage:
	// operational, degraded_performance, partial_outage, major_outage.
	States map[string]string
}

// PublicService is a service as customers know it.
type PublicService struct {
	Service     string // which
	Name        string
	Description string
	Group       string // services of one group are shown together; empty for none
}

// PublicName is what customers call a service, "" for one that they are not shown.
func (p *StatusPage) PublicName(service string) string {
	for _, s := range p.Services {
		if s.Service == service {
			return s.Name
		}
	}
	return ""
}

// PublicNames are what customers call services, without those that they do not know. Where they are told of none at all,
// the names are as they are.
func (p *StatusPage) PublicNames(services []string) []string {
	if len(p.Services) == 0 {
		return services
	}
	var names []string
	for _, service := range services {
		if name := p.PublicName(service); name != "" {
			names = append(names, name)
		}
	}
	return names
}
