package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (n *noun) listIncidents() *cobra.Command {
	return listVerb(n, "incidents", "List incidents, newest first",
		"Lists incidents, newest first: those that are not over, unless --status or --all says otherwise.\nWith --json an array of the incidents as the API shows them.",
		"  tocsin incident list --status open,resolved", []string{"open", "mitigated", "resolved"}, []string{"closed"}, n.incidents)
}

func (n *noun) incidents(list []api.Incident, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"INCIDENT", "STATUS", "SEV", "OPENED", "ALERTS", "COMMANDER", "POSTMORTEM", "TITLE"}, wide: 7}
	for _, i := range list {
		t.row(text(i.ID), state(string(i.Status)), styled(states[i.Priority], i.Severity), text(n.away(i.OpenedAt.Time)),
			textf("%d", i.Count), text(i.Roles["commander"]), text(i.Postmortem), text(i.Title))
	}
	n.table(t)
}

func (n *noun) showIncident() *cobra.Command {
	c := showVerb(n, "Show one incident with its alerts, its timeline and what it is like",
		"Shows one incident: who works on it, which alerts joined, everything that happened, and the three incidents that are\nmost like it. Times are in this machine's zone.",
		"  tocsin incident show INC-7", n.incident)
	shown := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := shown(c, args); err != nil || n.json {
			return err
		}
		return n.alikeTo(c, args[0])
	}
	return c
}

func (n *noun) incident(i api.Incident) {
	fmt.Fprintf(n.out, "%s  %s  %s  %s\n", i.ID, n.paint(states[string(i.Status)], string(i.Status)),
		n.paint(states[i.Priority], i.Severity), n.paint(bold, line(i.Title)))
	f := facts{}
	f.add("opened", by(n.moment(i.OpenedAt.Time), i.OpenedBy))
	for _, m := range incident.Moments {
		if t, ok := i.Times[m]; ok {
			f.add(strings.ReplaceAll(string(m), "_", " "), corrected(n.moment(t.At.Time), t.By))
		}
	}
	f.add("closed", by(n.moment(i.ClosedAt.Time), i.ClosedBy))
	f.add("lasted", span(time.Duration(i.ElapsedSeconds)*time.Second)+", harm for "+span(time.Duration(i.ImpactSeconds)*time.Second))
	f.add("detected by", string(i.DetectedBy))
	for _, m := range incident.Measures {
		if took, over := i.Measures[m]; over {
			f.add(strings.ReplaceAll(string(m), "_", " "), span(time.Duration(took*float64(time.Second))))
		}
	}
	f.add("statuspage", atStatuspage(i.Statuspage))
	f.add("impacts", strings.Join(i.Services, ", "))
	f.add("team", i.Team)
	f.add("tags", strings.Join(i.Tags, ", "))
	for _, role := range slices.Sorted(maps.Keys(i.Roles)) {
		f.add(role, i.Roles[role])
	}
	f.add("responders", strings.Join(i.Responders, ", "))
	for _, k := range i.Calls {
		f.add("called", n.call(k))
	}
	f.add("conference", i.Conference)
	f.add("slack", n.chat(i.Chat))
	for _, a := range i.Audiences {
		f.add("told", n.told(a))
	}
	f.add("properties", pairs(i.Properties))
	for _, l := range i.Links {
		f.add("link", l.Text+": "+l.Href)
	}
	for _, file := range i.Files {
		text := fmt.Sprintf("%d: %s (%s), by %s", file.N, file.Name, incident.Size(file.Size), file.By)
		if !file.RemovedAt.IsZero() {
			text += "; removed by " + file.RemovedBy + ": " + file.Reason
		}
		f.add("file", text)
	}
	if i.Requests > 0 {
		f.add("customers", count(i.Requests, "request"))
	}
	if i.Cause != nil {
		f.add("cause", causeLine(*i.Cause))
	}
	f.add("postmortem", strings.Join(filled(i.Postmortem, i.PostmortemReason), ": "))
	for _, t := range i.TeamPostmortems {
		f.add("of team "+t.Team, t.Postmortem)
	}
	n.facts(f)
	if i.Description != "" {
		fmt.Fprintln(n.out)
		n.paragraph(i.Description)
	}
	n.checklist(i)
	if len(i.Issues) > 0 {
		fmt.Fprintln(n.out, "\n"+n.paint(bold, "Issues"))
		n.issues(i.Issues)
	}
	if len(i.Alerts) > 0 {
		fmt.Fprintln(n.out, "\n"+n.paint(bold, fmt.Sprintf("Alerts (%d)", i.Count)))
		t := table{head: []string{"ALERT", "JOINED", "TITLE"}, wide: 2}
		for _, a := range i.Alerts {
			t.row(textf("#%d", a.Number), text(n.at(a.JoinedAt.Time)), text(a.Title))
		}
		n.table(t)
	}
	n.timeline(n.unnumbered(i.Timeline))
}

// corrected adds who set a time, where it is not that of the record.
func corrected(when, who string) string {
	if who == "" {
		return when
	}
	return when + ", set by " + who
}

// told is how much an audience knows; nothing for one that was told nothing and waits for nothing.
func (io stdio) told(a api.IncidentAudience) string {
	if a.Updates == 0 && a.NextDue.IsZero() {
		return ""
	}
	text := a.Name + ": nothing yet"
	if a.Updates > 0 {
		text = fmt.Sprintf("%s: %s at %s (%s)", a.Name, a.Phase, io.at(a.ToldAt.Time), count(a.Updates, "update"))
	}
	if !a.NextDue.IsZero() {
		text += ", due by " + io.at(a.NextDue.Time)
	}
	return text
}

// call is how far a call is.
func (io stdio) call(k api.IncidentCall) string {
	text := k.To + " " + string(k.Status)
	if k.AnsweredBy != "" {
		text += " (" + k.AnsweredBy + ")"
	}
	if k.Alert != 0 {
		text += fmt.Sprintf(", alert #%d", k.Alert)
	}
	return text
}

// checklist prints what is to be done before the close, until it is closed.
func (n *noun) checklist(i api.Incident) {
	if len(i.Checklist) == 0 || i.Status == incident.Closed && i.Forced == "" {
		return
	}
	fmt.Fprintln(n.out, "\n"+n.paint(bold, "Checklist"))
	t := table{head: []string{"#", "STATUS", "BY", "ITEM"}, wide: 3}
	for k, c := range i.Checklist {
		item := c.Item
		if c.Reason != "" {
			item += ": " + c.Reason
		}
		t.row(textf("%d", k+1), state(c.Status), text(c.By), text(item))
	}
	n.table(t)
}

// filled are the texts that are not empty.
func filled(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// unnumbered are the entries as the timeline prints them: with who wrote down later what somebody had said.
func (io stdio) unnumbered(timeline []api.NumberedEntry) []api.Entry {
	out := make([]api.Entry, len(timeline))
	for i, e := range timeline {
		out[i] = e.Entry
		if !e.LoggedAt.IsZero() {
			out[i].Text += by(", added "+io.at(e.LoggedAt.Time), e.LoggedBy)
		}
	}
	return out
}

// chat is how far the channel in Slack is.
func (io stdio) chat(c api.IncidentChat) string {
	text := string(c.Status)
	if c.Name != "" {
		text = "#" + c.Name + " " + text
	}
	if c.URL != "" {
		text += ", " + c.URL
	}
	if c.Error != "" {
		text += ": " + c.Error
	}
	if c.Attempts > 1 && !c.NextAt.IsZero() {
		text += fmt.Sprintf("; tried %d times, next %s", c.Attempts, io.at(c.NextAt.Time))
	}
	return text
}
