package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (n *noun) listPostmortems() *cobra.Command {
	return listVerb(n, "postmortems", "List postmortems, newest first",
		"Lists postmortems, newest first: those that are not over, unless --status or --all says otherwise.\nWith --json an array of the postmortems as the API shows them.",
		"  tocsin postmortem list --all", []string{"open"}, []string{"completed", "waived"}, n.postmortems)
}

func (n *noun) postmortems(list []api.Postmortem, none string) {
	if len(list) == 0 {
		fmt.Fprintln(n.out, none)
		return
	}
	t := table{head: []string{"PM", "STAGE", "DUE", "OWNER", "INCIDENT", "TITLE"}, wide: 5}
	for _, p := range list {
		t.row(text(p.ID), styled(states[string(p.Status)], stageOf(p)), n.due(p), text(p.Owner), text(p.Incident), text(p.Title))
	}
	n.table(t)
}

// due is when a postmortem is due; it stands out when it is overdue, and is not said when nobody owes it any more.
func (n *noun) due(p api.Postmortem) cell {
	switch {
	case p.Status != postmortem.Open:
		return text("")
	case p.Overdue:
		return styled(red, n.at(p.DueAt.Time)+" overdue")
	}
	return text(n.moment(p.DueAt.Time))
}

func (n *noun) showPostmortem() *cobra.Command {
	return showVerb(n, "Show one postmortem with its sections and action items",
		"Shows one postmortem: its owner, its sections, the action items and everything that happened. Times are in this machine's\nzone.",
		"  tocsin postmortem show PM-3", n.postmortem)
}

func (n *noun) postmortem(p api.Postmortem) {
	fmt.Fprintf(n.out, "%s  %s  %s\n", p.ID, n.paint(states[string(p.Status)], stageOf(p)), n.paint(bold, line(p.Title)))
	f := facts{}
	f.add("incident", strings.Join(filled(p.Incident, p.Priority), ", "))
	f.add("service", p.Service)
	f.add("team", p.Team)
	f.add("tags", strings.Join(p.Tags, ", "))
	f.add("owner", p.Owner)
	f.add("due", strings.Join(filled(n.due(p).text, p.DueWhy), "; "))
	for _, m := range p.Moves {
		f.add("moved", line(fmt.Sprintf("from %s by %s: %s", n.at(m.From.Time), m.By, m.Why)))
	}
	for _, r := range p.Reviews {
		f.add("review", line(strings.Join(filled(r.User+" "+verdicts[r.Verdict], r.Note), ": ")))
	}
	f.add("meeting", n.meetingText(p.Meeting))
	f.add("template", p.Template)
	f.add("created", n.moment(p.CreatedAt.Time))
	f.add("published", by(n.moment(p.CompletedAt.Time), p.CompletedBy))
	f.add("in spite of", strings.Join(p.Gaps, "; "))
	f.add("by force", p.ForcedFor)
	f.add("waived", by(n.moment(p.WaivedAt.Time), p.WaivedBy))
	f.add("because", p.WaivedFor)
	f.add("reminded", remindedText(p.Reminders))
	f.add("next reminder", n.moment(p.RemindAt.Time))
	for _, s := range p.Snoozes {
		f.add("snoozed", line(by(s.Person+" until "+n.at(s.Until.Time), s.By)))
	}
	n.facts(f)
	n.plan(p.Plan)
	for _, h := range p.Outline {
		n.section(p, h)
	}
	n.actionItems(p.Actions)
	n.timeline(n.unnumbered(p.Timeline))
}

func remindedText(n int) string {
	if n == 0 {
		return ""
	}
	return count(n, "time")
}

var verdicts = map[postmortem.Verdict]string{
	postmortem.Asked: "was asked", postmortem.Approved: "approved", postmortem.Changes: "asks for changes",
}

// section shows a section with the causes or lessons that belong to it.
func (n *noun) section(p api.Postmortem, h api.Heading) {
	mark := ""
	if h.Required {
		mark = " *"
	}
	fmt.Fprintln(n.out, "\n"+n.paint(bold, line(h.Title))+n.paint(faint, "  "+line(h.Name)+mark))
	body, list := strings.TrimSpace(p.Sections[h.Name]), ""
	switch h.Name {
	case postmortem.RootCauses:
		list = whys(p.Causes, 0, "")
	case postmortem.LessonText:
		for _, l := range p.Lessons {
			list += fmt.Sprintf("%d. %s\n", l.N, l.Text)
		}
	}
	if body != "" {
		n.paragraph(p.Sections[h.Name])
	}
	if list != "" {
		n.paragraph(list)
	}
	if body+list == "" {
		fmt.Fprintln(n.out, "  "+n.paint(faint, line(strings.TrimSpace("(empty) "+strings.ReplaceAll(h.Guidance, "\n", " ")))))
	}
}

// whys draws the causes below one, each with its number, and its evidence under it.
func whys(causes []api.Cause, parent int, indent string) (text string) {
	for _, c := range causes {
		if c.Parent != parent {
			continue
		}
		text += fmt.Sprintf("%s%d. %s", indent, c.N, c.Text)
		if c.Category != "" {
			text += " [" + c.Category + "]"
		}
		text += "\n"
		if c.Evidence != "" {
			text += indent + "   evidence: " + c.Evidence + "\n"
		}
		text += whys(causes, c.N, indent+"   ")
	}
	return text
}

func (n *noun) actionItems(list []api.ActionItem) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(n.out, "\n"+n.paint(bold, "Action items"))
	t := table{head: []string{"N", "STATUS", "OWNER", "DUE", "LATE", "ISSUE", "HORIZON", "WHAT"}, wide: 7}
	for _, a := range list {
		t.row(textf("%d", a.N), styled(itemStyle(a), a.Status), text(a.Owner), text(n.at(a.DueAt.Time)), text(lateness(a)), n.ticket(a), text(string(a.Horizon)), text(a.Text))
	}
	n.table(t)
}

func itemStyle(a api.ActionItem) style {
	switch {
	case a.Overdue:
		return red
	case a.Done:
		return green
	}
	return ""
}

// lateness is how late an action is against the date that was first promised.
func lateness(a api.ActionItem) string {
	late := ""
	if a.DaysLate > 0 {
		late = count(a.DaysLate, "day")
	}
	if a.Slips > 0 {
		late = strings.Join(filled(late, "put off "+count(a.Slips, "time")), ", ")
	}
	return late
}
