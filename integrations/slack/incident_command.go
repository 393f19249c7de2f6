package slack

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

const incidentHelp = "`/tocsin incident open TITLE` opens one; `priority P1`, `service NAME` and `team NAME` may follow\n" +
	"`/tocsin incident list` shows those that are not closed\n" +
	"`/tocsin incident show` shows one\n" +
	"`/tocsin incident note TEXT` writes into its timeline\n" +
	"`/tocsin incident mitigate`, `resolve`, `close`, `reopen`; a note may follow\n" +
	"`/tocsin incident role commander` gives a role to you, or to a user named after it\n" +
	"`/tocsin incident page team:NAME` calls a team, or a user\n" +
	"`/tocsin incident channel` gives one a channel, where it has none\n" +
	"In the channel of an incident that one is meant; elsewhere name it first: `/tocsin incident note INC-7 TEXT`."

// asker is who types a command, and where.
type asker struct{ user, channel string }

var incidentName = regexp.MustCompile(`(?i)^inc-[0-9]{1,18}$`)

// incident does what a command about incidents says, and returns the answer.
func (in *Interactions) incident(ctx context.Context, by asker, words []string) string {
	if len(words) == 0 {
		return incidentHelp
	}
	do, words := strings.ToLower(words[0]), words[1:]
	switch do {
	case "help":
		return incidentHelp
	case "list":
		return in.listIncidents(ctx)
	case "open":
		return in.openIncident(ctx, by, words)
	}
	act, known := verbs[do]
	if !known && do != "show" {
		return fmt.Sprintf("There is no command “incident %s”.\n%s", mrkdwn(do, 40), incidentHelp)
	}
	name := ""
	if len(words) > 0 && incidentName.MatchString(words[0]) {
		name, words = strings.ToUpper(words[0]), words[1:]
	} else {
		here, err := in.acts.IncidentIn(ctx, by.channel)
		switch {
		case err != nil:
			return in.failed(err, "command", "incident "+do)
		case here == nil:
			return fmt.Sprintf("This is not the channel of an incident, so name one: `/tocsin incident %s INC-7`. `/tocsin incident list` shows them.", do)
		}
		name = here.Name()
	}
	if do == "show" {
		s, err := in.acts.Incident(ctx, name)
		if err != nil {
			return in.failed(err, "command", "incident show", "incident", name)
		}
		return in.shownIncident(s)
	}
	a, wrong := act(by, words)
	if wrong != "" {
		return wrong
	}
	a.By, a.Via = by.user, "slack"
	s, err := in.acts.ActOnIncident(ctx, name, a)
	if err != nil {
		return in.failed(err, "incident", name, "do", do, "user", by.user)
	}
	return "Done. " + mrkdwn(incidentLine(s), maxEntry)
}

// verbs are what can be done to an incident, and how the words after them are read; wrong says what is missing.
var verbs = map[string]func(by asker, words []string) (a incident.Action, wrong string){
	"mitigate": saying(incident.Mitigate), "resolve": saying(incident.Resolve), "close": saying(incident.Close), "reopen": saying(incident.Reopen),
	"channel": saying(incident.OpenChannel),
	"note": func(_ asker, words []string) (incident.Action, string) {
		if len(words) == 0 {
			return incident.Action{}, "Say what is to be noted: `/tocsin incident note rollback started`."
		}
		return incident.Action{Do: incident.Note, Note: strings.Join(words, " ")}, ""
	},
	"role": func(by asker, words []string) (incident.Action, string) {
		switch len(words) {
		case 1:
			return incident.Action{Do: incident.SetRole, Role: strings.ToLower(words[0]), User: by.user}, ""
		case 2:
			return incident.Action{Do: incident.SetRole, Role: strings.ToLower(words[0]), User: named(words[1])}, ""
		}
		return incident.Action{}, "Name a role, and who takes it: `/tocsin incident role commander amir`; without a name, you do."
	},
	"page": func(_ asker, words []string) (incident.Action, string) {
		if len(words) == 0 {
			return incident.Action{}, "Name a team or a user: `/tocsin incident page team:network`."
		}
		to := named(words[0])
		if strings.EqualFold(to, "team") && len(words) > 1 {
			to, words = "team:"+words[1], words[1:]
		}
		return incident.Action{Do: incident.AddResponder, User: to, Note: strings.Join(words[1:], " ")}, ""
	},
}

// saying is a verb whose words are a note.
func saying(do incident.Do) func(asker, []string) (incident.Action, string) {
	return func(_ asker, words []string) (incident.Action, string) {
		return incident.Action{Do: do, Note: strings.Join(words, " ")}, ""
	}
}

// named is a user as a person writes one: by name, or as a mention.
func named(text string) string { return strings.TrimPrefix(text, "@") }

// openIncident reads a title, and the pairs that follow it.
func (in *Interactions) openIncident(ctx context.Context, by asker, words []string) string {
	o := incident.Opening{By: by.user, Via: "slack"}
	for len(words) > 2 {
		key, value := strings.ToLower(words[len(words)-2]), words[len(words)-1]
		switch {
		case key == "priority" && event.ValidPriority(strings.ToUpper(value)) && o.Priority == "":
			o.Priority = strings.ToUpper(value)
		case key == "service" && o.Service == "":
			o.Service = value
		case key == "team" && o.Team == "":
			o.Team = value
		default:
			key = ""
		}
		if key == "" {
			break
		}
		words = words[:len(words)-2]
	}
	o.Title = strings.Join(words, " ")
	if o.Title == "" {
		return "Say in one line what is wrong: `/tocsin incident open Payments fail for APAC priority P1`."
	}
	s, opened, err := in.acts.OpenIncident(ctx, o)
	if err != nil {
		return in.failed(err, "command", "incident open", "user", by.user)
	}
	line := mrkdwn(incidentLine(s), maxEntry)
	switch {
	case !opened:
		return "There is one already: " + line
	case s.Chat.Status == incident.ChatMaking:
		return "You have opened " + line + "\nIts channel is being made."
	}
	return "You have opened " + line
}

func (in *Interactions) listIncidents(ctx context.Context) string {
	open, err := in.acts.OpenIncidents(ctx, maxShown+1)
	if err != nil {
		return in.failed(err, "command", "incident list")
	}
	if len(open) == 0 {
		return "There is no incident that is open."
	}
	var lines []string
	for i, s := range open {
		if i == maxShown {
			lines = append(lines, "and more")
			break
		}
		line := mrkdwn(incidentLine(s), maxEntry)
		if s.Chat.Status == incident.ChatOpen {
			line += " <#" + word(s.Chat.Channel) + ">"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// shownIncident is an incident in a few lines.
func (in *Interactions) shownIncident(s *incident.State) string {
	lines := []string{"*" + mrkdwn(incidentLine(s), maxEntry) + "*", "Opened " + clock(s.OpenedAt, in.directory().Zone)}
	for _, f := range [...]struct{ name, value string }{
		{"Impacts", strings.Join(s.Impacted(), ", ")}, {"Commander", s.Roles[incident.Commander]}, {"Postmortem", s.Postmortem},
	} {
		if v := mrkdwn(oneLine(f.value), maxPeople); v != "" {
			lines = append(lines, f.name+": "+v)
		}
	}
	if who := people(s); who != "" {
		lines = append(lines, who)
	}
	if a := anchor(s.Conference, "Conference"); a != "" {
		lines = append(lines, a)
	}
	course := s.Course()
	for _, e := range course[max(0, len(course)-5):] {
		lines = append(lines, told(e, in.directory().Zone))
	}
	return strings.Join(lines, "\n")
}
