package config

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/event"
)

// choice is a text that is one of a few.
type choice interface{ choices() []string }

// templated is a choice that a template may make.
type templated interface{ template() }

// checked is a text of a certain form. Pattern is that form for the schema, and may be wider than what check takes.
type checked interface {
	check() error
	pattern() string
}

// Role is what the holder of an API key may do.
type Role string

func (Role) choices() []string { return []string{"admin", "responder", "viewer"} }

// MemberRole is what a member of a team is in it.
type MemberRole string

func (MemberRole) choices() []string { return []string{"member", "admin"} }

// Via is a way to reach a person.
type Via string

func (Via) choices() []string { return []string{"email", "slack", "sms", "voice", "console"} }

// ChannelType is what kind of place a channel is.
type ChannelType string

func (ChannelType) choices() []string {
	return []string{"slack", "webhook", "shoutrrr", "email", "console"}
}

// IntegrationType is whose messages an integration understands.
type IntegrationType string

func (IntegrationType) choices() []string {
	return []string{"alertmanager", "prometheus", "datadog", "json", "heartbeat", "github", "gitlab", "deployments", "pagerduty", "opsgenie"}
}

// OnResolve is what a resolved event does: closes the alert, or keeps it until a person closes it.
type OnResolve string

func (OnResolve) choices() []string { return []string{"close", "keep"} }

// HTTPMethod is how the dead man's switch is called.
type HTTPMethod string

func (HTTPMethod) choices() []string { return []string{"GET", "POST"} }

// Unless is the state of an alert in which a step is skipped.
type Unless string

func (Unless) choices() []string { return []string{"acked", "closed"} }

// TLS is how a mail server is talked to: in the clear, upgraded by STARTTLS, or TLS from the start.
type TLS string

func (TLS) choices() []string { return []string{"none", "starttls", "tls"} }

// LogLevel is the least severe that is logged.
type LogLevel string

func (LogLevel) choices() []string { return []string{"debug", "info", "warn", "error"} }

// LogFormat is how log lines look.
type LogFormat string

func (LogFormat) choices() []string { return []string{"text", "json"} }

// HandoffNotice is what is told of a hand-off.
type HandoffNotice string

func (HandoffNotice) choices() []string { return []string{"on", "off"} }

// Combine is how the rotations of a schedule go together.
type Combine string

func (Combine) choices() []string { return []string{"union", "layers"} }

// Priority is P1, the worst, to P5.
type Priority string

func (Priority) choices() []string { return event.Priorities[:] }

// SetPriority is a priority, or a template such as {{ labels.severity == "critical" ? "P1" : priority }}.
type SetPriority string

func (SetPriority) choices() []string { return event.Priorities[:] }

func (SetPriority) template() {}

// Day is a day of the week.
type Day string

// days are in the order of time.Weekday.
var days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (Day) choices() []string { return days }

// Name is what something is called, so that other parts of the configuration, links and commands can name it.
type Name string

const namePattern = `^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$`

var nameForm = regexp.MustCompile(namePattern)

func (n Name) check() error {
	const longest = 100
	switch {
	case n == "nobody":
		return errors.New(`"nobody" cannot be a name: it stands for no one`)
	case len(n) > longest:
		return fmt.Errorf("a name has at most %d bytes", longest)
	case !nameForm.MatchString(string(n)):
		return fmt.Errorf("%q cannot be a name; use letters, digits and . _ - @ +, and start with a letter or digit", string(n))
	}
	return nil
}

func (Name) pattern() string { return namePattern }

// Email is an address without a display name.
type Email string

func (e Email) check() error {
	parsed, err := mail.ParseAddress(string(e))
	if err != nil || parsed.Address != string(e) {
		return fmt.Errorf("%q is not an e-mail address; write it as ethan@example.com", string(e))
	}
	return nil
}

func (Email) pattern() string { return `^[^@\s]+@[^@\s]+$` }

// Phone is a number in E.164 form.
type Phone string

const phonePattern = `^\+[1-9][0-9]{5,14}$`

var phoneForm = regexp.MustCompile(phonePattern)

func (p Phone) check() error {
	if !phoneForm.MatchString(string(p)) {
		return fmt.Errorf("%q is not a phone number in international form; write it as \"+15550100\", with + and country code, digits only", string(p))
	}
	return nil
}

func (Phone) pattern() string { return phonePattern }

// SlackID is the id of a member of a Slack workspace.
type SlackID string

const slackPattern = `^[UW][A-Z0-9]+$`

var slackForm = regexp.MustCompile(slackPattern)

func (s SlackID) check() error {
	if !slackForm.MatchString(string(s)) {
		return fmt.Errorf("%q is not a Slack member id; copy it from the person's profile in Slack: it looks like U01ETHAN", string(s))
	}
	return nil
}

func (SlackID) pattern() string { return slackPattern }

// Clock is a wall-clock time of day.
type Clock string

const clockPattern = `^([01][0-9]|2[0-3]):[0-5][0-9]$`

var clockForm = regexp.MustCompile(clockPattern)

func (c Clock) check() error {
	if !clockForm.MatchString(string(c)) {
		return fmt.Errorf("%q is not a time of day; write it as \"09:00\"", string(c))
	}
	return nil
}

func (Clock) pattern() string { return clockPattern }

// Link is an http or https URL.
type Link string

const linkPattern = `^https?://[^/\s]+`

var linkForm = regexp.MustCompile(linkPattern)

func (l Link) check() error {
	if !linkForm.MatchString(string(l)) || strings.ContainsAny(string(l), " \t\n") {
		return fmt.Errorf("%q is not a URL; write it as https://oncall.example.com", string(l))
	}
	return nil
}

func (Link) pattern() string { return linkPattern }

// Names are one name or several.
type Names []string

// Expr is an expression of the routing language; it may be written as a bare true or false.
type Expr string

// Status is what an event says of a thing: it fires, or it is over.
type Status string

func (Status) choices() []string { return []string{string(event.Firing), string(event.Resolved)} }

// AlertIs is how far an alert is.
type AlertIs string

func (AlertIs) choices() []string { return []string{"open", "acked", "snoozed", "closed"} }
