package config

// User is a person who can be paged.
type User struct {
	Name     Name    `json:"name" doc:"Short, such as ethan."`
	FullName string  `json:"full_name,omitempty" doc:"As people write it."`
	Email    Email   `json:"email,omitempty" doc:"For email."`
	Phone    Phone   `json:"phone,omitempty" doc:"For sms and voice: E.164, in quotes, such as \"+15550100\"."`
	Slack    SlackID `json:"slack,omitempty" doc:"For slack: the member id, such as U01ETHAN."`
	Timezone string  `json:"timezone,omitempty" doc:"IANA zone in which times are told to them. Default: timezone."`
	Holidays Names   `json:"holidays,omitempty" doc:"Names of the calendars under holidays that are theirs. Default: all."`
	Notify   *Plans  `json:"notify,omitempty" doc:"How to reach them. Default: default_notify."`
}

// Plans are the ways to reach a person, by urgency.
type Plans struct {
	High []Method `json:"high,omitempty" doc:"For the priorities in urgency.high. Where only low is given, the same as low."`
	Low  []Method `json:"low,omitempty" doc:"For the others. Where only high is given, the same as high."`
}

// Method is one way to reach a person.
type Method struct {
	Via    Via      `json:"via" doc:"How."`
	After  Duration `json:"after,omitempty" doc:"How long after the step, if nobody acknowledged by then. Default 0s."`
	During string   `json:"during,omitempty" doc:"The name of one of windows: what is due outside waits until it begins. Default: always."`
}

// Urgency sorts the priorities.
type Urgency struct {
	High []Priority `json:"high,omitempty" doc:"Default P1 and P2."`
}

// Team is a group that owns services and is paged together.
type Team struct {
	Name          Name         `json:"name" doc:"Short, such as it-west."`
	Members       []Member     `json:"members,omitempty" doc:"User names, or {user, role}."`
	DefaultPolicy string       `json:"default_policy,omitempty" doc:"The policy where no route decides. Default: fallback."`
	Routes        []Rule       `json:"routes,omitempty" doc:"Which policy the team's alerts go to. The first match wins, unless it says continue."`
	QuietHours    []QuietHours `json:"quiet_hours,omitempty" doc:"When which alerts of the team wait, beside the quiet_hours of all."`
}

// Member is a user's place in a team; a bare name is a member.
type Member struct {
	User string     `json:"user" doc:"A user's name."`
	Role MemberRole `json:"role,omitempty" doc:"Default member."`
}

func (m *Member) setText(user string) { m.User = user }

// Service is something that a team runs.
type Service struct {
	Name      Name   `json:"name" doc:"As alerts name it."`
	Team      string `json:"team,omitempty" doc:"Who runs it."`
	DependsOn Names  `json:"depends_on,omitempty" doc:"The services without which it does not work."`

	Component string `json:"statuspage_component,omitempty" doc:"The id of its component at Atlassian Statuspage."`

	Inhibit      bool     `json:"inhibit,omitempty" doc:"Its alerts wait while a service that it depends on has an open alert of at least their urgency, and page when that is over and they still fire."`
	InhibitFor   Duration `json:"inhibit_for,omitempty" doc:"With inhibit: an alert waits at most so long, up to 1d. Default 4h."`
	InhibitDelay Duration `json:"inhibit_delay,omitempty" doc:"With inhibit: every new alert waits so long for the others to come, up to 10m. Default 0s."`
}

// Schedule says who is on call when.
type Schedule struct {
	Name      Name       `json:"name" doc:"Short, such as it-west-primary."`
	Timezone  string     `json:"timezone,omitempty" doc:"IANA zone of its wall-clock times. Default: timezone."`
	Combine   Combine    `json:"combine,omitempty" doc:"union: everybody whom a rotation has on call. layers: the last listed rotation that has anybody. Default union."`
	Rotations []Rotation `json:"rotations" jsonschema:"minItems=1" doc:"People who take turns."`
	Overrides []Override `json:"overrides,omitempty" doc:"Somebody else, for a while; the later listed wins."`
	Handoff   *Handoff   `json:"handoff,omitempty" doc:"Tells people when they come on call and when they go off. Default: nobody is told."`
}

// Handoff says who is told of hand-offs, and how.
type Handoff struct {
	Notify []HandoffNotice `json:"notify,omitempty" doc:"on: those who come on call, with what is open. off: those who go off. Default both."`
	Via    []Via           `json:"via,omitempty" doc:"Over which ways, all of them. Default: the first way of the person's plan of low urgency that works."`
	Lead   Duration        `json:"lead,omitempty" doc:"How long before their shift those who come on call are told, at most 7d. Default 0s: when it begins."`
	Quiet  *Quiet          `json:"quiet,omitempty" doc:"When nobody is told. Whom it concerns is told at its end, unless it is over by then."`
}

// Quiet is a time of day.
type Quiet struct {
	From Clock `json:"from" doc:"Wall clock in the person's zone, such as \"22:00\"."`
	To   Clock `json:"to" doc:"Until then; before from is on the next day."`
}

// Rotation is people who take turns.
type Rotation struct {
	Name         string       `json:"name,omitempty" doc:"Default rotation-1, rotation-2, …"`
	Starts       string       `json:"starts,omitempty" doc:"When the first turn begins: 2026-03-09T09:00, wall clock in the schedule's zone unless it has an offset."`
	Ends         string       `json:"ends,omitempty" doc:"From when on nobody is on call by it."`
	Every        string       `json:"every,omitempty" doc:"The length of a turn: Nh, Nd, Nw, or Nmo for months."`
	RRule        string       `json:"rrule,omitempty" doc:"Instead of every, the hand-offs as an RFC 5545 rule, such as FREQ=WEEKLY;BYDAY=MO,TH."`
	Shift        string       `json:"shift,omitempty" doc:"Instead of every, a pattern of days that each participant works through, such as 2 on, 4 off or 2 days, 2 nights, 4 off."`
	Night        Clock        `json:"night,omitempty" doc:"With days and nights in shift: when the night half begins, such as \"19:00\"; the day half begins at the time of starts."`
	Stagger      int          `json:"stagger,omitempty" jsonschema:"minimum=0" doc:"With shift: how many days each participant begins the pattern after the one listed before. Default: the pattern's length divided by the number of participants."`
	Participants []Names      `json:"participants,omitempty" jsonschema:"minItems=1" doc:"A user, a list of users who are on call together, or nobody for a gap; for each turn. Needed unless there is ical."`
	StartAt      int          `json:"start_at,omitempty" jsonschema:"minimum=0" doc:"Which participant has the first turn; 0 is the first listed."`
	Members      []Membership `json:"members,omitempty" doc:"From when until when participants take part; the turns of the others stay as they are. Who is not listed always does."`
	Skip         []Day        `json:"skip,omitempty" doc:"Days that use up no turn and have nobody, such as sat and sun: each is the 24 hours from the time of starts."`
	Restrict     []Restrict   `json:"restrict,omitempty" doc:"The parts of the week in which anybody is on call by it. Default: all of it."`
	ICal         *ICal        `json:"ical,omitempty" doc:"Instead of participants, a calendar that others keep: who an event names is on call while it lasts."`
}

// ICal is where a calendar is that others keep.
type ICal struct {
	URL      Secret   `json:"url,omitzero" doc:"Where to fetch it: http, https or webcal. Masked, since whoever has the secret address of a calendar can read it."`
	File     string   `json:"file,omitempty" doc:"Instead of url, a file on this machine; relative to the configuration file."`
	Refresh  Duration `json:"refresh,omitempty" doc:"How often it is looked at again, from 1m to 7d. Default 15m."`
	Username string   `json:"username,omitempty" doc:"With url: where the server asks for one (HTTP basic authentication)."`
	Password Secret   `json:"password,omitzero" doc:"With url: where the server asks for one."`
}

// Membership is a time in which a participant takes part in a rotation.
type Membership struct {
	User  string `json:"user" doc:"One of the participants. Several periods of one user add up."`
	From  string `json:"from,omitempty" doc:"Since when, such as 2026-06-01; a date is its midnight in the schedule's zone. Default: from the beginning."`
	Until string `json:"until,omitempty" doc:"Until then. Default: to the end."`
}

// Restrict is a part of the week.
type Restrict struct {
	Days []Day  `json:"days,omitempty" doc:"On which it begins. Default: every day."`
	From string `json:"from,omitempty" doc:"Wall clock, such as \"09:00\". Default: the whole day."`
	To   string `json:"to,omitempty" doc:"Up to \"24:00\"; before from is on the next day."`
}

// Override puts somebody else on call.
type Override struct {
	User     string `json:"user" doc:"Who; nobody to take people off call."`
	From     string `json:"from" doc:"2026-03-11T09:00, wall clock in the schedule's zone unless it has an offset."`
	To       string `json:"to" doc:"Until then."`
	Replace  string `json:"replace,omitempty" doc:"Only this user is replaced. Default: everybody."`
	Rotation string `json:"rotation,omitempty" doc:"Only in this rotation. Default: in all."`
	Reason   string `json:"reason,omitempty" doc:"For people."`
}
