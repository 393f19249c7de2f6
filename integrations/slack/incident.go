package slack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// The action id of the link to where people meet.
const ActionConference = "tocsin_conference"

const (
	maxTold    = 20   // entries of a timeline in one message
	maxNews    = 8000 // characters of them all: a message whose blocks hold more than about 11,000 is refused
	maxLine    = 1000 // characters of each
	maxPeople  = 500  // characters of a list of names
	maxLinks   = 10
	maxSummary = 1500 // characters of a description
)

// incidentMarker is what is seen of an incident before it is read.
func incidentMarker(s *incident.State) string {
	switch {
	case s.Status == incident.Closed, s.Status == incident.Resolved:
		return "✅"
	case s.Status == incident.Mitigated:
		return "🟡"
	case s.Priority == "P1" || s.Priority == "P2":
		return "🔴"
	case s.Priority == "P3":
		return "🟠"
	}
	return "🔵"
}

func incidentLine(s *incident.State) string {
	return oneLine(fmt.Sprintf("%s %s %s %s: %s", incidentMarker(s), s.Name(), s.Severity(), s.Status, s.Title))
}

// summaryBlocks is an incident as it is now: what it is about, who works on it, and where people meet.
func summaryBlocks(m deliver.Message) (text string, blocks []api.Block) {
	s := m.Incident
	list := []*api.TextBlockObject{
		field("Status", mrkdwn(string(s.Status), maxValue)), field("Severity", mrkdwn(s.Severity()+" ("+s.Priority+")", maxValue)),
		field("Opened", clock(s.OpenedAt, m.Zone)),
	}
	add := func(name, value string) {
		if v := mrkdwn(oneLine(value), maxPeople); v != "" && len(list) < 10 { // what a section holds
			list = append(list, field(name, v))
		}
	}
	add("Impacts", strings.Join(s.Impacted(), ", "))
	add("Team", s.Team)
	for _, role := range slices.Sorted(maps.Keys(s.Roles)) {
		add(mrkdwn(capital(role), maxLabel), s.Roles[role])
	}
	blocks = []api.Block{header(incidentLine(s)), api.NewSectionBlock(nil, list, nil)}
	if d := mrkdwn(s.Description, maxSummary); d != "" {
		blocks = append(blocks, section(d))
	}
	if who := people(s); who != "" {
		blocks = append(blocks, contextLine("people", who))
	}
	if where := links(s); where != "" {
		blocks = append(blocks, contextLine("links", where))
	}
	if u := web(s.Conference); u != "" {
		blocks = append(blocks, actions([]api.BlockElement{button(ActionConference, "", "Join the conference").WithURL(u).WithStyle(api.StylePrimary)}))
	}
	return mrkdwn(incidentLine(s), maxField), blocks
}

// capital is a word as it begins a line.
func capital(word string) string {
	first, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(first)) + word[size:]
}

// people are those who work on an incident, and those who were called and have not answered.
func people(s *incident.State) string {
	var parts []string
	if len(s.Responders) > 0 {
		parts = append(parts, "Responders: "+mrkdwn(strings.Join(s.Responders, ", "), maxPeople))
	}
	var called []string
	for _, c := range s.Calls {
		if c.Status == incident.Asked || c.Status == incident.Notified {
			called = append(called, c.To)
		}
	}
	if len(called) > 0 {
		parts = append(parts, "Called: "+mrkdwn(strings.Join(called, ", "), maxPeople))
	}
	return strings.Join(parts, " · ")
}

func links(s *incident.State) string {
	var list []string
	for _, l := range s.Links[:min(len(s.Links), maxLinks)] {
		if a := anchor(l.Href, l.Text); a != "" && len(strings.Join(list, " · "))+len(a) < maxContext {
			list = append(list, a)
		}
	}
	return strings.Join(list, " · ")
}

// anchor is a link in Slack's markup; "" for what is none, or is longer than a line may be.
func anchor(href, text string) string {
	u := web(href)
	if u == "" {
		return ""
	}
	u = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C").Replace(u)
	if len(u) > maxLine {
		return ""
	}
	return "<" + u + "|" + strings.ReplaceAll(mrkdwn(oneLine(text), maxValue), "|", "/") + ">"
}

// newsBlocks tells what the timeline says after an entry and up to another: as much of the latest as fits.
func newsBlocks(m deliver.Message, after, upTo int) (text string, blocks []api.Block) {
	entries := m.Incident.News(after, upTo)
	var lines []string
	size := 0
	for _, e := range slices.Backward(entries[max(0, len(entries)-maxTold):]) {
		line := told(e, m.Zone)
		if size += len(line); size > maxNews {
			break
		}
		lines = append(lines, line)
	}
	if more := len(entries) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("_%d more before_", more))
	}
	slices.Reverse(lines)
	if len(lines) == 0 {
		lines = []string{"–"} // it was left out of the timeline meanwhile
	}
	part := ""
	for _, l := range lines {
		if part != "" && len(part)+len(l) >= maxSection {
			blocks = append(blocks, section(strings.TrimSuffix(part, "\n")))
			part = ""
		}
		part += l + "\n"
	}
	blocks = append(blocks, section(strings.TrimSuffix(part, "\n")))
	return m.Incident.Name() + " " + lines[len(lines)-1], blocks
}

// told is an entry of a timeline as a line: when, who, what, and where it can be seen.
func told(e incident.Entry, zone *time.Location) string {
	text := e.Text
	switch {
	case text == "":
		text = e.Kind
	case e.Kind == "opened":
		text = "opened: " + text
	}
	line := mrkdwn(strings.TrimPrefix(text, e.By+" "), maxLine) // not: ethan: ethan responds
	if by := mrkdwn(oneLine(e.By), maxLabel); by != "" {
		line = "*" + by + "*: " + line
	}
	if a := anchor(e.Link, "link"); a != "" {
		line += " " + a
	}
	return clock(e.At, zone) + " " + line
}

// closingBlocks tells how an incident ended.
func closingBlocks(m deliver.Message) (text string, blocks []api.Block) {
	s := m.Incident
	title := s.Name() + " is closed"
	list := []*api.TextBlockObject{
		field("Lasted", lasting(s.Duration(s.ClosedAt))), field("Harm lasted", lasting(s.ImpactDuration(s.ClosedAt))),
		field("Alerts", fmt.Sprint(s.Count-s.Left)), field("Closed", clock(s.ClosedAt, m.Zone)),
	}
	for _, f := range [...]struct{ name, value string }{
		{"Closed by", s.ClosedBy}, {"Impacted", strings.Join(s.Impacted(), ", ")}, {"Commander", s.Roles[incident.Commander]}, {"Responders", strings.Join(s.Responders, ", ")},
	} {
		if v := mrkdwn(oneLine(f.value), maxPeople); v != "" {
			list = append(list, field(f.name, v))
		}
	}
	blocks = []api.Block{header("✅ " + title + ": " + oneLine(s.Title)), api.NewSectionBlock(nil, list, nil)}
	switch {
	case s.Postmortem != "":
		blocks = append(blocks, section(fmt.Sprintf("*Postmortem*: %s is owed. `tocsin postmortem show %s`", s.Postmortem, s.Postmortem)))
	case s.PostmortemReason != "":
		blocks = append(blocks, contextLine("postmortem", "Postmortem "+mrkdwn(s.PostmortemReason, maxPeople)))
	}
	return mrkdwn(title+": "+oneLine(s.Title), maxField), blocks
}

// lasting is a duration as people say it: 1h5m, 40s.
func lasting(d time.Duration) string {
	if d >= time.Hour {
		d = d.Round(time.Minute)
	}
	text := d.Round(time.Second).String()
	if d >= time.Minute {
		text = strings.TrimSuffix(text, "0s")
		if strings.HasSuffix(text, "h0m") {
			text = strings.TrimSuffix(text, "0m")
		}
	}
	return text
}
