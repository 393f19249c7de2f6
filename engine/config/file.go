package config

// File is a configuration as it is written, with what the defaults add. The tags give the keys, those without
// omitempty or omitzero are required, and doc is what the schema says about them. For every key that holds a
// secret there is another one, ending in _file, that names a file with the secret in it.
type File struct {
	PublicURL      Link     `json:"public_url,omitempty" doc:"What links in messages start with, as people reach this server. Default: http:// and listen."`
	Listen         string   `json:"listen,omitempty" doc:"The address to serve on. Default 127.0.0.1:8080."`
	Store          StoreURL `json:"store,omitzero" doc:"Where the state is kept: bolt:PATH, redis://…, rediss://…, redis+sentinel://…, redis+cluster://… or mem:. Default bolt:data/tocsin.db."`
	Timezone       string   `json:"timezone,omitempty" doc:"IANA zone wherever none is given. Default UTC."`
	SigningKey     Secrets  `json:"signing_key,omitempty" doc:"Signs ack links; several while it is changed, the first signs. Without one, a key is made once and kept in the store."`
	AckLinkTTL     Duration `json:"ack_link_ttl,omitempty" doc:"How long an ack link works. Default 72h."`
	ICalGeneration int      `json:"ical_generation,omitempty" jsonschema:"minimum=0" doc:"Raise it to revoke the addresses of all calendar feeds. Default 0."`
	Fallback       string   `json:"fallback,omitempty" doc:"The policy for whatever no rule decides and whatever reaches nobody."`
	Watch          bool     `json:"watch,omitempty" doc:"Reload when a configuration file, or a calendar (*.ics) beside it, changes. Default false."`
	Log            Log      `json:"log,omitzero" doc:"What is logged, and how."`
	Storm          Storm    `json:"storm,omitzero" doc:"How many messages one person gets over one way before the rest is bundled."`
	APIKeys        []APIKey `json:"api_keys,omitempty" doc:"Who may use the REST API and the command line."`

	Users         []User  `json:"users,omitempty" doc:"The people who can be paged."`
	DefaultNotify *Plans  `json:"default_notify,omitempty" doc:"How to reach users who do not say. Default: over every way that has a provider, texts after 2m and calls after 5m."`
	Urgency       Urgency `json:"urgency,omitzero" doc:"Which priorities use the high plan."`
	Teams         []Team  `json:"teams,omitempty" doc:"Groups of users, with their routes."`

	Schedules   []Schedule      `json:"schedules,omitempty" doc:"Who is on call when."`
	Coverage    Coverage        `json:"coverage,omitzero" doc:"What tocsin check --coverage expects of schedules and policies."`
	Fairness    Fairness        `json:"fairness,omitzero" doc:"How what being on call costs is counted, and from when on its sharing is unfair."`
	Policies    []Policy        `json:"policies,omitempty" doc:"Escalation policies: who is notified how long after an alert began."`
	Channels    []Channel       `json:"channels,omitempty" doc:"Places that are notified, rather than people."`
	Services    []Service       `json:"services,omitempty" doc:"What the teams run."`
	Windows     []Window        `json:"windows,omitempty" doc:"Named parts of the week, for during(…) in rules."`
	Holidays    []Holidays      `json:"holidays,omitempty" doc:"Named calendars of days off, for fairness and for rules."`
	QuietHours  []QuietHours    `json:"quiet_hours,omitempty" doc:"When which alerts wait before they page."`
	Maintenance []Maintenance   `json:"maintenance,omitempty" doc:"Times in which alerts that match are held, and page afterwards where they still fire. Others are made at run time."`
	Aggregates  []Aggregate     `json:"aggregates,omitempty" doc:"Alarms over the alerts that are open: when many have begun close together, one alert more is opened."`
	Lists       map[string]List `json:"lists,omitempty" doc:"Named lists of texts for rules: labels.customer in vips, labels.region in regions.eu."`
	Rules       []Rule          `json:"rules,omitempty" doc:"Where alerts go. The first match wins, unless it says continue."`

	Integrations []Integration `json:"integrations,omitempty" doc:"Who may send alerts."`
	Providers    Providers     `json:"providers,omitzero" doc:"What pages are sent through, and where issues are kept."`
	Incident     Incident      `json:"incident,omitzero" doc:"How incidents are worked on: roles, who is called, the checklist of their close."`
	Issues       Issues        `json:"issues,omitzero" doc:"How issues that are linked with incidents and actions are followed."`
	Postmortem   Postmortem    `json:"postmortem,omitzero" doc:"Which incidents owe a postmortem, and how its owner is reminded."`
	StatusPage   StatusPage    `json:"status_page,omitzero" doc:"The page for customers that Tocsin writes itself: how services are, and what public updates say."`
	DeadMan      *DeadMan      `json:"dead_man,omitempty" doc:"Calls a URL elsewhere for as long as this server can do its work, so that its silence is noticed."`
	Canary       *Canary       `json:"canary,omitempty" doc:"Sends test pages to one person, and opens an alert when they do not arrive."`
	Retention    Retention     `json:"retention,omitzero" doc:"How long closed records are kept."`

	origin *origin // where everything was written; nil if the File was not loaded
}

// Log says what is logged, and how.
type Log struct {
	Level  LogLevel  `json:"level,omitempty" doc:"Default info."`
	Format LogFormat `json:"format,omitempty" doc:"Default text."`
}

// Storm bounds what one person gets over one way.
type Storm struct {
	Messages int      `json:"messages,omitempty" jsonschema:"minimum=1" doc:"Default 5."`
	Per      Duration `json:"per,omitempty" doc:"Default 1m."`
}

// APIKey lets somebody use the API.
type APIKey struct {
	Name Name   `json:"name" doc:"What the timeline calls whoever uses it."`
	Key  Secret `json:"key" doc:"At least 16 characters; sent as Authorization: Bearer KEY."`
	Role Role   `json:"role" doc:"admin may do everything, responder may act on alerts, viewer may look."`
}

// Retention is how long closed records are kept.
type Retention struct {
	Alerts      Keep `json:"alerts,omitempty" doc:"Default 90d."`
	Incidents   Keep `json:"incidents,omitempty" doc:"Default forever."`
	Postmortems Keep `json:"postmortems,omitempty" doc:"Default forever."`
	Deployments Keep `json:"deployments,omitempty" doc:"After they were changed last; what an incident says of its cause stays with the incident. Default 90d."`
}

// Incident says how incidents are worked on.
type Incident struct {
	Roles          []Name         `json:"roles,omitempty" doc:"Which roles can be given; commander must be among them. Default: commander, communications, scribe, expert."`
	CommanderAfter Duration       `json:"commander_after,omitempty" doc:"How long an open incident may have no commander before its responders are asked; as long again, and it is escalated to the team's admins, or to the fallback. Default: for ever."`
	Checklist      []string       `json:"checklist,omitempty" doc:"What is ticked, or skipped for a reason, before an incident is closed; the item standard stands for six questions about its recovery. Default: nothing."`
	UsualSuspects  UsualSuspects  `json:"usual_suspects,omitzero" doc:"The teams that are called to wide incidents."`
	LookBack       Duration       `json:"look_back,omitempty" doc:"How long before the harm began a deployment may have begun to be shown as what may be its cause, at most 30d. Default 24h."`
	Channels       []Name         `json:"channels,omitempty" doc:"The channels that are told of every change of an incident."`
	Audiences      []Audience     `json:"audiences,omitempty" doc:"Who is told how incidents go: colleagues, customers."`
	Slack          *IncidentSlack `json:"slack,omitempty" doc:"A channel of its own in Slack for every incident. Default: none."`
	Conference     string         `json:"conference,omitempty" doc:"The link under which people meet, with {{ expressions }} over incident. Default: none."`
}

// UsualSuspects are the teams that are called to wide incidents.
type UsualSuspects struct {
	Teams      []Name     `json:"teams,omitempty" doc:"Which."`
	Priorities []Priority `json:"priorities,omitempty" doc:"Of the incidents that are wide by themselves. Default: none; tocsin incident wide calls them."`
}

// Postmortem says which incidents owe a postmortem.
type Postmortem struct {
	RequiredWhen Expr          `json:"required_when,omitempty" doc:"A condition over incident: priority, title, service, services, team, duration, impact, alerts, tags, name, status, severity. Default: never."`
	Due          Duration      `json:"due,omitempty" doc:"How long after the incident's close it is due. Default 7d."`
	Remind       Remind        `json:"remind,omitzero" doc:"How its owner is reminded."`
	Digest       *ReviewDigest `json:"digest,omitempty" doc:"The review of postmortems that comes again and again, and the message ahead of it. Default: none."`
	Channels     []Name        `json:"channels,omitempty" doc:"Are told of every change of a postmortem: a webhook gets all of it."`

	Retrospective *Retrospective `json:"retrospective,omitempty" doc:"The e-mail that tells everybody concerned what was learned; with it, the plan of a postmortem has it sent. Default: it may be sent, and nobody is reminded of it."`
	// Templates are tried in their order.
	Templates []PostmortemTemplate `json:"templates,omitempty" doc:"Outlines in files of Markdown; the first whose condition holds is used, and the standard one where none does."`
}

// PostmortemTemplate is an outline by which postmortems are written.
type PostmortemTemplate struct {
	File string `json:"file" doc:"A file of Markdown, relative to this one: each ## heading is a section."`
	When Expr   `json:"when,omitempty" doc:"A condition over incident, like required_when. Default: always."`
}

// Remind is the rhythm of reminders.
type Remind struct {
	Every Duration  `json:"every,omitempty" doc:"Default 1d."`
	At    Clock     `json:"at,omitempty" doc:"Wall clock in the owner's zone. Default 09:00."`
	Days  []Day     `json:"days,omitempty" doc:"Default mon to fri."`
	Hours WorkHours `json:"hours,omitzero" doc:"In which reminders are sent that come late, or to somebody in another zone, on the same days. A reminder of the hour that begins with at is always sent."`
	Via   []Via     `json:"via,omitempty" doc:"Default: slack, email, and console where there is neither, as far as they have a provider."`
}

// WorkHours are the hours of a working day.
type WorkHours struct {
	From Clock `json:"from,omitempty" doc:"Wall clock in the zone of who is reminded. Default 09:00."`
	To   Clock `json:"to,omitempty" doc:"Default 17:00."`
}

// DeadMan is the dead man's switch.
type DeadMan struct {
	URL    Secret     `json:"url" doc:"What to call; masked, since whoever has it can call it, too."`
	Every  Duration   `json:"every,omitempty" doc:"How often. Each replica calls it. Default 1m."`
	Method HTTPMethod `json:"method,omitempty" doc:"Default GET."`
}

// Canary is a test page that is sent again and again.
type Canary struct {
	Every Duration `json:"every" doc:"How often, at least 15m."`
	User  string   `json:"user" doc:"Who gets it."`
	Via   []Via    `json:"via,omitempty" doc:"Over which ways. Default: every way of the user's plans."`
	At    Clock    `json:"at,omitempty" doc:"Wall clock in the user's zone, where every is whole days. Default: whenever every is over."`
}
