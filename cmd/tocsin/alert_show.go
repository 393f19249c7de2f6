package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/integrations/api"
)

func (n *noun) showAlert() *cobra.Command {
	return showVerb(n, "Show one alert with its pages and timeline",
		"Shows one alert: what is wrong, who was paged and what came of it, and everything that happened to it. Times are in\nthis machine's zone.",
		"  tocsin alert show 1042\n  tocsin alert show 1042 --json", n.alert)
}

func (n *noun) alert(a api.Alert) {
	fmt.Fprintf(n.out, "#%d  %s  %s  %s\n", a.Number, n.paint(states[string(a.Status)], string(a.Status)),
		n.paint(states[a.Priority], a.Priority), n.paint(bold, line(a.Title)))
	f := facts{}
	f.add("id", a.ID)
	f.add("created", n.moment(a.CreatedAt.Time))
	f.add("started", n.moment(a.StartsAt.Time))
	f.add("events", fmt.Sprintf("%d, the latest %s", a.Count, n.moment(a.LastEventAt.Time)))
	f.add("acked", by(n.moment(a.AckedAt.Time), a.AckedBy))
	f.add("snoozed", until(n.moment(a.SnoozedUntil.Time)))
	f.add("recovered", n.moment(a.RecoveredAt.Time))
	f.add("exhausted", n.moment(a.ExhaustedAt.Time))
	f.add("closed", by(n.moment(a.ClosedAt.Time), a.ClosedBy))
	f.add("from", a.Integration+", dedup key "+a.DedupKey)
	f.add("source", a.Source)
	f.add("service", a.Service)
	f.add("team", a.Team)
	f.add("policy", cmp.Or(a.Policy, "none: nobody is paged"))
	f.add("rule", a.Rule)
	f.add("incident", a.Incident)
	f.add("tags", strings.Join(a.Tags, ", "))
	f.add("labels", pairs(a.Labels))
	for _, k := range slices.Sorted(maps.Keys(a.Details)) {
		f.add("detail "+k, detail(a.Details[k]))
	}
	f.add("link", a.Link)
	f.add("runbook", a.Runbook)
	for _, h := range a.Held {
		f.add("held", n.held(h))
	}
	if a.Next != nil {
		f.add("next", n.moment(a.Next.At.Time)+": "+a.Next.Text)
	}
	n.facts(f)
	if a.Description != "" {
		fmt.Fprintln(n.out)
		n.paragraph(a.Description)
	}
	n.pages(a.Pages)
	n.timeline(a.Timeline)
}

// held is why an alert waits, and until when.
func (io stdio) held(h api.Hold) string {
	switch {
	case h.Until.IsZero():
		return h.Text
	case h.Reason == alert.HoldRequire:
		return h.Text + "; it closes without " + io.moment(h.Until.Time)
	case h.Reason == alert.HoldDependency && h.Name != "":
		return h.Text + "; it waits until " + io.moment(h.Until.Time) + " at most"
	}
	return h.Text + ", until " + io.moment(h.Until.Time)
}

// by adds who did it to a time, unless there is no time.
func by(when, who string) string {
	if when == "" || who == "" {
		return when
	}
	return when + " by " + who
}

func until(when string) string {
	if when == "" {
		return ""
	}
	return "until " + when
}

func detail(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// pages prints who was notified how, and what came of it.
func (io stdio) pages(list []api.Page) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(io.out, "\n"+io.paint(bold, "Pages"))
	t := table{head: []string{"STEP", "WHO", "VIA", "STATUS", "WHEN", "REMARK"}, wide: 5}
	for _, p := range list {
		step, when, remark := p.Kind, p.DueAt.Time, p.Error
		if p.Step > 0 {
			step = fmt.Sprint(p.Step)
		}
		if !p.SentAt.IsZero() {
			when = p.SentAt.Time
		}
		if p.Attempts > 1 {
			remark = strings.TrimSpace(fmt.Sprintf("%d attempts %s", p.Attempts, remark))
		}
		t.row(text(step), text(cmp.Or(p.User, p.To)), text(p.Channel), state(string(p.Status)), text(io.exactly(when)),
			text(cmp.Or(remark, p.Text)))
	}
	io.table(t)
}

func (io stdio) timeline(list []api.Entry) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintln(io.out, "\n"+io.paint(bold, "Timeline"))
	t := table{head: []string{"AT", "WHAT", "BY", "TEXT"}, wide: 3}
	for _, e := range list {
		t.row(text(io.exactly(e.At.Time)), text(e.Kind), text(e.By), text(e.Text))
	}
	io.table(t)
}
