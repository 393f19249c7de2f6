package config

import (
	"fmt"
	"time"
)

// setDefaults fills what was left out and has the same default in every configuration.
func (f *File) setDefaults() {
	set(&f.Listen, "127.0.0.1:8080")
	set(&f.PublicURL, Link("http://"+f.Listen))
	set(&f.Store, NewStoreURL("bolt:data/tocsin.db"))
	set(&f.Timezone, "UTC")
	set(&f.AckLinkTTL, Duration(72*time.Hour))
	set(&f.Log.Level, "info")
	set(&f.Log.Format, "text")
	set(&f.Storm.Messages, 5)
	set(&f.Storm.Per, Duration(time.Minute))
	if f.Urgency.High == nil {
		f.Urgency.High = []Priority{"P1", "P2"}
	}
	set(&f.Fairness.MaxShare, 0.25)
	if f.Fairness.Night.zero() {
		f.Fairness.Night.From, f.Fairness.Night.To = "22:00", "06:00"
	}
	if f.Fairness.Weekend.zero() {
		f.Fairness.Weekend.Days = []Day{"sat", "sun"}
	}
	set(&f.Retention.Alerts, Keep(90*day))
	set(&f.Retention.Incidents, Forever)
	set(&f.Retention.Postmortems, Forever)
	set(&f.Retention.Deployments, Keep(90*day))
	if f.Incident.Roles == nil {
		f.Incident.Roles = []Name{"commander", "communications", "scribe", "expert"}
	}
	f.StatusPage.setDefaults()
	set(&f.Issues.Refresh, Duration(15*time.Minute))
	set(&f.Postmortem.Due, Duration(week))
	set(&f.Postmortem.Remind.Every, Duration(day))
	set(&f.Postmortem.Remind.At, "09:00")
	set(&f.Postmortem.Remind.Hours.From, "09:00")
	set(&f.Postmortem.Remind.Hours.To, "17:00")
	if f.Postmortem.Remind.Days == nil {
		f.Postmortem.Remind.Days = []Day{"mon", "tue", "wed", "thu", "fri"}
	}
	for _, s := range f.Schedules {
		for _, r := range s.Rotations {
			if r.ICal != nil {
				set(&r.ICal.Refresh, Duration(15*time.Minute))
			}
		}
	}
	for i := range f.Aggregates {
		set(&f.Aggregates[i].AtLeast, 3)
		set(&f.Aggregates[i].Within, Duration(5*time.Minute))
		set(&f.Aggregates[i].Priority, "P1")
	}
	for i := range f.Services {
		if f.Services[i].Inhibit {
			set(&f.Services[i].InhibitFor, Duration(4*time.Hour))
		}
	}
	for i := range f.Integrations {
		set(&f.Integrations[i].OnResolve, "close")
		if f.Integrations[i].Type == "prometheus" {
			set(&f.Integrations[i].ResolveTimeout, Duration(5*time.Minute))
		}
		if f.Integrations[i].Type == "heartbeat" {
			set(&f.Integrations[i].Grace, max(f.Integrations[i].Every/10, Duration(time.Minute)))
		}
	}
	if f.DeadMan != nil {
		set(&f.DeadMan.Every, Duration(time.Minute))
		set(&f.DeadMan.Method, "GET")
	}
	f.Providers.setDefaults()
	f.setNotifyDefaults()
}

// set gives a value to what has none.
func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// smtpPorts are the ports of mail submission by TLS.
var smtpPorts = map[TLS]int{"none": 25, "starttls": 587, "tls": 465}

func (p *Providers) setDefaults() {
	if p.Slack != nil {
		set(&p.Slack.BaseURL, "https://slack.com/api/")
	}
	if p.Twilio != nil {
		set(&p.Twilio.BaseURL, "https://api.twilio.com")
	}
	if p.Statuspage != nil {
		set(&p.Statuspage.BaseURL, "https://api.statuspage.io/v1")
	}
	if p.SMTP != nil {
		set(&p.SMTP.TLS, "starttls")
		set(&p.SMTP.Port, smtpPorts[p.SMTP.TLS])
	}
	if p.Jira != nil {
		set(&p.Jira.IssueType, "Task")
		if p.Jira.Email == "" {
			set(&p.Jira.API, 2)
		}
		set(&p.Jira.API, 3)
	}
	if p.GitHub != nil {
		set(&p.GitHub.BaseURL, gitHubAPI)
	}
}

// Vias returns the ways that have a provider, in the order in which a person would rather be reached.
func (p Providers) Vias() []Via {
	var vias []Via
	for _, v := range Via("").choices() {
		if p.has(Via(v)) {
			vias = append(vias, Via(v))
		}
	}
	return vias
}

func (p Providers) has(v Via) bool {
	switch v {
	case "slack":
		return p.Slack != nil
	case "sms", "voice":
		return p.Twilio != nil
	case "email":
		return p.SMTP != nil
	case "console":
		return p.Console != nil
	}
	return false
}

// providerOf names the provider of a way.
func providerOf(v Via) string {
	return map[Via]string{"slack": "slack", "sms": "twilio", "voice": "twilio", "email": "smtp", "console": "console"}[v]
}

// setNotifyDefaults makes every plan whole: a user's own, else the default one, for each urgency.
func (f *File) setNotifyDefaults() {
	if f.DefaultNotify == nil {
		f.DefaultNotify = f.Providers.plans()
	}
	f.DefaultNotify.setDefaults()
	if f.Postmortem.Remind.Via == nil {
		for _, v := range []Via{"slack", "email"} {
			if f.Providers.has(v) {
				f.Postmortem.Remind.Via = append(f.Postmortem.Remind.Via, v)
			}
		}
		if f.Postmortem.Remind.Via == nil && f.Providers.Console != nil {
			f.Postmortem.Remind.Via = []Via{"console"}
		}
	}
	for i := range f.Users {
		if f.Users[i].Notify != nil {
			f.Users[i].Notify.setDefaults()
		}
	}
}

func (p *Plans) setDefaults() {
	if p.Low == nil {
		p.Low = p.High
	}
	if p.High == nil {
		p.High = p.Low
	}
}

// plans are how people are reached where nothing says how: by everything that there is, calls last.
func (p Providers) plans() *Plans {
	after := map[Via]time.Duration{"sms": 2 * time.Minute, "voice": 5 * time.Minute}
	plans := &Plans{}
	for _, v := range p.Vias() {
		plans.High = append(plans.High, Method{Via: v, After: Duration(after[v])})
		if after[v] == 0 {
			plans.Low = append(plans.Low, Method{Via: v})
		}
	}
	return plans
}

// String shows a place as file:line:col.
func (p position) String() string { return fmt.Sprintf("%s:%d:%d", p.src.name, p.line, p.col) }
