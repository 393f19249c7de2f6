package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func incidentVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/incidents", say: sayIncident}
	c := group("incident", "Open, see and act on incidents", `Opens, shows and acts on incidents. An incident is named INC-7 (or 7). Closing one makes the postmortem that it owes.
Actions take several at once; with --json they print an array of the incidents as they are then.`,
		n.listIncidents(), n.showIncident(), n.openIncident(), n.updateIncident(), n.exportIncident(), n.similarIncidents(),
		n.tellAudience(), n.listUpdates(), n.subscribeIncident(), n.unsubscribeIncident(), n.listSubscribers(),
		n.attachFile(), n.fetchFile(), n.removeFile(),
		n.settleIncident("mitigate", "Say that the harm is stopped, though its cause is not mended yet", "tocsin incident mitigate INC-7 --note \"rolled back\" --at 2026-03-09T14:05"),
		n.settleIncident("resolve", "Say that it is over; a new alert opens the incident again", "tocsin incident resolve INC-7 --note \"fixed for good\""),
		n.closeIncident(),
		n.action("reopen", "Take up incidents that were mitigated, resolved or closed", "", "tocsin incident reopen INC-7 --note \"it is back\"", nil),
		n.noteIncident(),
		n.incidentPriority(), n.incidentTimes(),
		n.incidentRole(), n.incidentResponder(),
		n.action("wide", "Call the usual teams of wide incidents", "They are incident.usual_suspects in the configuration.", "tocsin incident wide INC-7", nil),
		n.answerIncident("aware", "Say that somebody who was called responds"),
		n.answerIncident("decline", "Say that somebody who was called cannot; the next of their policy is paged at once"),
		n.checkIncident("tick", "Tick an item of the checklist"),
		n.checkIncident("skip", "Skip an item of the checklist, for a reason"),
		n.checkIncident("untick", "Say that an item of the checklist is not done after all"),
		n.incidentIssues(),
		n.incidentAlert("add-alert", "alerts", "Join an alert to an incident"),
		n.incidentAlert("remove-alert", "leave", "Let an alert leave an incident"),
		n.action("channel", "Give incidents a channel in Slack, where they have none", "Also one in place of a channel that was archived or deleted by hand, or that Slack refused. See incident.slack in the configuration.", "tocsin incident channel INC-7", nil),
		n.incidentValue("postmortem", "team", "the team that writes it", "Have a team write a postmortem of its own, beside that of the incident", "tocsin incident postmortem INC-7 --team network", "team"),
		n.incidentCauses(), n.markCause(),
		n.action("uncause", "Say that an incident was not caused by the deployment that is marked", "", "tocsin incident uncause INC-7 --note \"it was the network\"", nil),
		n.action("close-alerts", "Close the alerts of incidents", "", "tocsin incident close-alerts INC-7", nil),
	)
	n.flags(c)
	n.as(c)
	return c
}

// sayIncident is what an action reports: the incident as it is now, in a line, and what it owes.
func sayIncident(raw json.RawMessage) (string, error) {
	var i api.Incident
	if err := json.Unmarshal(raw, &i); err != nil {
		return "", fmt.Errorf("the answer is not of this version's kind: %w; --json shows it", err)
	}
	text := line(fmt.Sprintf("%s %s %s: %s", i.ID, i.Status, i.Severity, i.Title))
	if did := latestByAPI(i.Timeline); did != "" {
		text += "\n  " + did
	}
	for _, k := range i.Checklist {
		if i.Status == "resolved" && k.Status == "open" {
			text += "\n  to be ticked: " + line(k.Item)
		}
	}
	if i.Status == "closed" && i.Postmortem != "" {
		text += "\n  owes the postmortem " + i.Postmortem
	}
	return text, nil
}

// latestByAPI is what was done over the API last: as a rule, by this command.
func latestByAPI(timeline []api.NumberedEntry) string {
	var last api.NumberedEntry
	for _, e := range timeline {
		if e.Via == "api" && e.N > last.N {
			last = e
		}
	}
	return line(last.Text)
}

func (n *noun) openIncident() *cobra.Command {
	var o api.NewIncident
	c := &cobra.Command{
		Use:   "open --title TEXT",
		Short: "Open an incident",
		Long: `Opens an incident. Alerts that rules turn into incidents of the same service or team join it; when such an incident
is open already, that one is the answer.`,
		Example: `  tocsin incident open --title "Checkout is down" --priority P1 --service checkout`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if strings.TrimSpace(o.Title) == "" {
				return errors.New("say in one line what is wrong, with --title TEXT")
			}
			o.User = n.user
			ask, err := n.client()
			if err != nil {
				return err
			}
			var raw json.RawMessage
			if err := ask.Do(c.Context(), http.MethodPost, n.path, nil, o, &raw); err != nil {
				return failed(err)
			}
			return show(n.remote, raw, func(i api.Incident) {
				fmt.Fprintln(n.out, line(fmt.Sprintf("%s %s %s: %s", i.ID, i.Status, i.Severity, i.Title)))
			})
		},
	}
	f := c.Flags()
	f.StringVar(&o.Title, "title", "", "what is wrong, in one line")
	f.StringVar(&o.Priority, "priority", "", "P1 (worst, SEV1) to P5 (default P3)")
	f.StringVar(&o.Service, "service", "", "the service it is about")
	f.StringVar(&o.Team, "team", "", "the team it is for")
	f.StringArrayVar(&o.Tags, "tag", nil, "a tag; may be given several times")
	f.StringVar(&o.Description, "description", "", "more about it")
	f.StringArrayVar(&o.Services, "impacts", nil, "another service that it impacts; may be given several times")
	f.StringVar(&o.Note, "note", "", "what to say with it, in the timeline")
	return c
}

// incidentValue makes an action with one value of its own, given by a flag.
func (n *noun) incidentValue(do, flag, usage, what, example, field string) *cobra.Command {
	var value string
	c := n.action(do, what, "", example, func() (map[string]any, error) {
		if value == "" {
			return nil, fmt.Errorf("--%s is missing: %s", flag, usage)
		}
		return map[string]any{field: value}, nil
	})
	c.Flags().StringVar(&value, flag, "", usage)
	return c
}

func (n *noun) incidentPriority() *cobra.Command {
	return n.incidentValue("priority", "to", "P1 (worst, SEV1) to P5", "Set the priority", "tocsin incident priority INC-7 --to P1", "priority")
}
