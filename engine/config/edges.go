package config

// Channel is a place that is notified as a whole.
type Channel struct {
	Name   Name        `json:"name" doc:"For channel:NAME."`
	Type   ChannelType `json:"type" doc:"What kind of place."`
	To     string      `json:"to,omitempty" doc:"slack: \"#channel\" or its id. email: the address."`
	URL    Secret      `json:"url,omitzero" doc:"webhook: where to post. shoutrrr: the service URL."`
	Secret Secret      `json:"secret,omitzero" doc:"webhook: signs what is posted (Standard Webhooks)."`
}

// Integration is somebody who may send alerts, to /in/NAME.
type Integration struct {
	Name           Name              `json:"name" doc:"The last part of its URL."`
	Type           IntegrationType   `json:"type" doc:"What it sends. prometheus sends to /api/v2/alerts and is known by its key. heartbeat sends nothing but pings; its alert opens when they stop. github, gitlab and deployments report deployments; so do pagerduty, by change events, and opsgenie, each to the path of that product."`
	Key            Secrets           `json:"key" doc:"What it proves itself with; several while it is changed; none lets anybody send."`
	OnResolve      OnResolve         `json:"on_resolve,omitempty" doc:"What the end of an alert does: close it, or keep it until a person closes it. Default close."`
	ReopenWithin   Duration          `json:"reopen_within,omitempty" doc:"An alert that fires again so soon after its close is re-opened, not paged anew. Default: never."`
	ResolveTimeout Duration          `json:"resolve_timeout,omitempty" doc:"prometheus: when an alert without an end counts as over unless it is sent again. Default 5m."`
	Map            map[string]string `json:"map,omitempty" doc:"json: an expression over body, headers and query for each field of an alert."`

	Every    Duration          `json:"every,omitempty" doc:"heartbeat: how often a ping comes, at least 10s."`
	Grace    Duration          `json:"grace,omitempty" doc:"heartbeat: how much later a ping may come before the alert opens. Default: a tenth of every, at least 1m."`
	Title    string            `json:"title,omitempty" doc:"heartbeat: the title of its alert. Default: No heartbeat from NAME."`
	Priority Priority          `json:"priority,omitempty" doc:"heartbeat: of its alert. Default P3."`
	Team     string            `json:"team,omitempty" doc:"heartbeat: whose alert it is; rules decide, too."`
	Service  string            `json:"service,omitempty" doc:"heartbeat: what it is about. github, gitlab, deployments, pagerduty, opsgenie: what is deployed where services does not say."`
	Tags     Names             `json:"tags,omitempty" doc:"heartbeat: of its alert."`
	Labels   map[string]string `json:"labels,omitempty" doc:"heartbeat: of its alert."`

	Services     map[string]string `json:"services,omitempty" doc:"github, gitlab, deployments, pagerduty, opsgenie: the service that a repository or project is, such as acme/shop: checkout; REPOSITORY@ENVIRONMENT for one environment of it. Default: the service of its name."`
	Environments map[string]string `json:"environments,omitempty" doc:"Likewise: what an environment is for (production, staging, testing, development), where its name does not say so."`
}

// NoKey, as an integration's only key, lets anybody send.
const NoKey = "none"

// Open says that anybody may send.
func (i Integration) Open() bool { return len(i.Key) == 1 && i.Key[0].Reveal() == NoKey }

// Providers are what pages are sent through; nil for those that are not used.
type Providers struct {
	Slack   *Slack   `json:"slack,omitempty" doc:"For via: slack and Slack channels."`
	Twilio  *Twilio  `json:"twilio,omitempty" doc:"For via: sms and via: voice."`
	SMTP    *SMTP    `json:"smtp,omitempty" doc:"For via: email and e-mail channels."`
	Console *Console `json:"console,omitempty" doc:"For via: console: prints pages with their ack links."`
	Jira    *Jira    `json:"jira,omitempty" doc:"For issues in Jira, Cloud or Data Center."`
	GitHub  *GitHub  `json:"github,omitempty" doc:"For issues on GitHub."`

	Statuspage *Statuspage `json:"statuspage,omitempty" doc:"Atlassian Statuspage: public updates of incidents are published there."`
}

// Limits are how much a provider is asked to do at once.
type Limits struct {
	Concurrency int     `json:"concurrency,omitempty" jsonschema:"minimum=1" doc:"How many messages are being sent at the same time. Default: the provider's."`
	Rate        float64 `json:"rate,omitempty" jsonschema:"exclusiveMinimum=0" doc:"How many messages are begun in a second, at most. Default: the provider's."`
}

// Slack is a Slack app.
type Slack struct {
	BotToken      Secret `json:"bot_token" doc:"xoxb-…"`
	SigningSecret Secret `json:"signing_secret,omitzero" doc:"Proves that button presses come from Slack."`
	BaseURL       Link   `json:"base_url,omitempty" doc:"Default https://slack.com/api/."`
	Limits
}

// Twilio is a Twilio account.
type Twilio struct {
	AccountSID       Secret `json:"account_sid" doc:"AC…; masked like the token, since it is half of a login."`
	AuthToken        Secret `json:"auth_token" doc:"Sends, and proves that replies come from Twilio."`
	SecondaryToken   Secret `json:"secondary_token,omitzero" doc:"Also proves it, while the auth token is changed."`
	From             Phone  `json:"from" doc:"The number that texts and calls come from."`
	BaseURL          Link   `json:"base_url,omitempty" doc:"Default https://api.twilio.com."`
	MachineDetection bool   `json:"machine_detection,omitempty" doc:"Have Twilio tell people from voicemail. It costs extra, and delays the first word by some seconds. Default false."`
	Limits
}

// SMTP is a mail server.
type SMTP struct {
	Host     string `json:"host" doc:"The mail server."`
	Port     int    `json:"port,omitempty" jsonschema:"minimum=1,maximum=65535" doc:"Default 587 with starttls, 465 with tls, 25 with none."`
	From     Email  `json:"from" doc:"The sender's address."`
	Username string `json:"username,omitempty" doc:"Where the server asks for one."`
	Password Secret `json:"password,omitzero" doc:"Where the server asks for one."`
	TLS      TLS    `json:"tls,omitempty" doc:"Default starttls."`
	Limits
}

// Console prints pages.
type Console struct {
	Limits
}
