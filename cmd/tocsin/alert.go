package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func alertVerb(io stdio) *cobra.Command {
	n := &noun{remote: &remote{stdio: io}, path: "/api/v1/alerts", say: sayAlert, numbered: true}
	c := group("alert", "Send, see and act on alerts", `Sends, shows and acts on alerts. An alert is named by its number (1042; #1042 needs quotes in a shell) or its id.
Actions take several at once; with --json they print an array of the alerts as they are then. Exit code 1 says that
an alert refused, for example because it is closed, or that there is none.`,
		n.sendAlert(), n.listAlerts(), n.showAlert(),
		n.action("ack", "Acknowledge alerts: their pages stop", "", "tocsin alert ack 1042 1043 --as ethan --note \"on it\"", nil),
		n.action("unack", "Take an acknowledgement back: the policy starts anew", "", "tocsin alert unack 1042", nil),
		n.snoozeAlert(),
		n.action("escalate", "Take the next step of the policy now", "", "tocsin alert escalate 1042 --note \"need help\"", nil),
		n.targetAlert("assign", "Hand alerts to somebody else, who is paged at once"),
		n.targetAlert("responder", "Page somebody else, too"),
		n.action("note", "Write a note into the timeline", "", "tocsin alert note 1042 --note \"it is the backup job\"", n.needNote),
		n.action("close", "Close alerts", "", "tocsin alert close 1042 --note \"disk cleaned\"", nil),
		n.action("decline", "Decline to respond to an incident; the next of the policy is paged at once", "For alerts that call somebody to an incident.",
			"tocsin alert decline 1042 --as amir --note \"on a plane\"", nil),
		n.alertIncident(),
	)
	n.flags(c)
	n.as(c)
	return c
}

// sayAlert is what an action reports: the alert as it is now, in a line.
func sayAlert(raw json.RawMessage) (string, error) {
	var a api.Alert
	if err := json.Unmarshal(raw, &a); err != nil {
		return "", fmt.Errorf("the answer is not of this version's kind: %w; --json shows it", err)
	}
	text := fmt.Sprintf("#%d %s", a.Number, a.Status)
	if a.AckedBy != "" && a.Status == "acked" {
		text += " by " + a.AckedBy
	}
	return line(text + ": " + a.Title), nil
}
