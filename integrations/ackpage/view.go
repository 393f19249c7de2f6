package ackpage

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/page"
)

const (
	maxPairs    = 60   // labels and details that are shown
	maxValue    = 500  // characters of each
	maxText     = 8000 // characters of a description
	maxPaged    = 30
	maxTimeline = 60
)

// alertView is what the page of one alert shows.
type alertView struct {
	Style template.CSS
	Token string
	Flash string

	Number   uint64
	Title    string
	Priority string
	Status   string // open, acked, snoozed, closed
	Standing string // who has it, in words
	As       string // in whose name the buttons act, when many read the link

	Description     string
	Facts           []pair
	Labels, Details []pair
	Link, Runbook   *link
	Paged           []paged
	EarlierPaged    int
	Held            []string
	Next            string
	Timeline        []entry
	EarlierTimeline int

	CanAck, CanEscalate, CanSnooze, CanClose, CanDecline bool
	Step, Tomorrow                                       string
}

type pair struct{ Name, Value string }

// link is a place to go to; without URL it is only words.
type link struct {
	URL  string
	Text string
}

type paged struct {
	Who, Via, Status string
	Failed           bool
	At               moment
}

type entry struct {
	At   moment
	Text string
}

func (p *Page) alertView(ctx context.Context, v *visit, st *alert.State, said string) alertView {
	a := alertView{
		Style: p.style, Token: v.text, Flash: said,
		Number: st.Number, Title: cmp.Or(clip(st.Title, maxValue), "Alert without a title"),
		Priority: priorityClass(st.Priority), Status: string(st.Status), Standing: standing(v, st),
		Description: clip(st.Description, maxText), Facts: facts(v, st),
		Labels: pairs(st.Labels), Details: pairs(st.Details),
		Link: place(st.Link), Runbook: place(st.Runbook),
		CanAck:      st.Status == alert.Open || st.Status == alert.Snoozed,
		CanEscalate: st.Active() && len(st.Runs) > 0,
		CanSnooze:   st.Active(),
		CanClose:    st.Active(),
		CanDecline:  st.Active() && st.Responds != "" && v.dir.Users[v.token.User].Name != "" && !slices.Contains(st.Declined, v.token.User),
		Step:        step(st),
		Tomorrow:    until("tomorrow", v.now, v.zone).Format("Mon 15:04"),
	}
	a.As, _ = v.channel()
	a.Paged, a.EarlierPaged = pages(v, st)
	a.Timeline, a.EarlierTimeline = timeline(v, st)
	if st.Active() {
		a.Held = held(v, st)
		if at, text := p.Alerts.Next(ctx, st); !at.IsZero() {
			m := v.moment(at)
			a.Next = fmt.Sprintf("%s at %s, %s", text, m.Text, m.Ago)
		}
	}
	return a
}

// priorityClass is also the name of a style, so it is one of ours.
func priorityClass(p string) string {
	if event.ValidPriority(p) {
		return p
	}
	return event.DefaultPriority
}

// standing says who has the alert.
func standing(v *visit, st *alert.State) string {
	switch st.Status {
	case alert.Acked:
		if st.AckedBy == v.token.User {
			return "You have it, since " + v.moment(st.AckedAt).Text + "."
		}
		return v.name(st.AckedBy) + " has it, since " + v.moment(st.AckedAt).Text + "."
	case alert.Snoozed:
		return "Snoozed until " + v.moment(st.SnoozedUntil).Text + "."
	case alert.Closed:
		by := ""
		if st.ClosedBy != "" {
			by = " by " + v.name(st.ClosedBy)
		}
		return "Closed" + by + ", " + v.moment(st.ClosedAt).Text + ". There is nothing left to do here."
	}
	if !st.ExhaustedAt.IsZero() {
		return "Nobody has it. Everybody was tried and nobody answered."
	}
	return "Nobody has it yet."
}

// flash says what a button did, when the alert is as it says: anybody can write a query.
func flash(v *visit, st *alert.State, did string) string {
	mine := st.Status == alert.Acked && st.AckedBy == v.token.User
	switch {
	case did == doAck && mine:
		return "Acknowledged. It is yours now."
	case did == didLate && st.Status == alert.Acked && !mine:
		return v.name(st.AckedBy) + " was faster and has it already. Nothing was changed."
	case did == doSnooze && st.Status == alert.Snoozed:
		return "Snoozed. It comes back if it is not closed by then."
	case did == doDecline && slices.Contains(st.Declined, v.token.User):
		return "You declined. Somebody else is called, unless somebody has it."
	case did == doClose && st.Status == alert.Closed:
		return "Closed."
	case did == doEscalate && st.Active():
		return "Escalated. The next step is being taken."
	case did == didStale && st.Active():
		return "It had been escalated already, so it was not done again."
	}
	return ""
}

func facts(v *visit, st *alert.State) (list []pair) {
	add := func(name, value string) {
		if value != "" {
			list = append(list, pair{name, clip(value, maxValue)})
		}
	}
	created := v.moment(st.CreatedAt)
	add("Since", created.Text+" ("+created.Ago+")")
	if st.Count > 1 {
		add("Seen", fmt.Sprintf("%d times, last %s", st.Count, v.moment(st.LastEventAt).Ago))
	}
	if !st.RecoveredAt.IsZero() {
		add("Recovered", v.moment(st.RecoveredAt).Text+", but it stays open until somebody closes it")
	}
	add("Source", st.Source)
	add("Service", st.Service)
	add("Team", st.Team)
	add("Policy", st.Policy)
	add("Incident", st.Incident)
	add("Tags", strings.Join(st.Tags, ", "))
	return list
}

// held says what the alert waits for before it pages.
func held(v *visit, st *alert.State) (list []string) {
	for _, h := range st.Holds {
		text := clip(h.Text, maxValue)
		if !h.Until.IsZero() && h.Reason != alert.HoldRequire {
			m := v.moment(h.Until)
			if h.AtTheLatest() {
				text += ", at most"
			}
			text += fmt.Sprintf(", until %s (%s)", m.Text, m.Ago)
		}
		list = append(list, text+".")
	}
	return list
}

// pairs lists labels or details by name.
func pairs[V any](m map[string]V) (list []pair) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if len(list) == maxPairs {
			return append(list, pair{"…", fmt.Sprintf("and %d more", len(m)-maxPairs)})
		}
		list = append(list, pair{clip(name, maxValue), clip(fmt.Sprint(m[name]), maxValue)})
	}
	return list
}

// place makes a link of an absolute http or https URL, and words of anything else.
func place(s string) *link {
	if s == "" {
		return nil
	}
	l := &link{Text: clip(s, maxValue)}
	if u, err := url.Parse(s); err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
		l.URL, l.Text = u.String(), u.Host
	}
	return l
}

// pages lists who was paged, the latest first; what was never sent is left out.
func pages(v *visit, st *alert.State) (list []paged, earlier int) {
	for _, pg := range slices.Backward(st.Pages) {
		words := pageStatus[pg.Status]
		if words == "" || pg.Kind != page.Escalation {
			continue
		}
		if len(list) == maxPaged {
			earlier++
			continue
		}
		who := v.name(pg.User)
		if pg.Channel != "" {
			who = "#" + strings.TrimPrefix(pg.Channel, "#")
		}
		at := pg.SentAt
		if at.IsZero() {
			at = pg.DueAt
		}
		list = append(list, paged{who, cmp.Or(vias[pg.Via], pg.Via), words, pg.Status == page.Failed, v.moment(at)})
	}
	return list, earlier
}

// pageStatus says how far a page is; a cancelled one was not needed and is not shown.
var pageStatus = map[page.Status]string{
	page.Pending: "about to be sent", page.Sending: "being sent", page.Sent: "sent",
	page.Delivered: "delivered", page.Failed: "could not be reached",
}

var vias = map[string]string{
	"sms": "text", "voice": "call", "email": "e-mail", "slack": "Slack", "webhook": "webhook", "console": "console",
}

// timeline lists what happened, the latest first.
func timeline(v *visit, st *alert.State) (list []entry, earlier int) {
	for _, e := range slices.Backward(st.Timeline) {
		if len(list) == maxTimeline {
			break
		}
		text := cmp.Or(e.Text, e.Kind)
		if e.By != "" && !strings.Contains(text, e.By) {
			text = e.By + ": " + text // as the other lines name people
		}
		list = append(list, entry{v.moment(e.At), clip(text, maxValue)})
	}
	return list, len(st.Timeline) - len(list) + st.Dropped
}

// name is how a person, a channel or a key is called.
func (v *visit) name(by string) string {
	if u := v.dir.Users[by]; u.FullName != "" {
		return u.FullName
	}
	if channel, ok := strings.CutPrefix(by, "channel:"); ok {
		return "somebody in #" + channel
	}
	return cmp.Or(by, "somebody")
}

// clip bounds a text that came from outside.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// moment is a time as people read it.
type moment struct {
	Text string // wall clock in the reader's zone
	Ago  string // relative to now
	ISO  string // for machines
}

func (v *visit) moment(t time.Time) moment {
	if t.IsZero() {
		return moment{Text: "an unknown time", Ago: "some time ago"}
	}
	local, today := t.In(v.zone), v.now.In(v.zone)
	layout := "Mon 2 Jan 15:04 MST"
	switch {
	case local.Format(time.DateOnly) == today.Format(time.DateOnly):
		layout = "15:04 MST"
	case local.Year() != today.Year():
		layout = "2 Jan 2006 15:04 MST"
	}
	return moment{Text: local.Format(layout), Ago: ago(v.now.Sub(t)), ISO: t.UTC().Format(time.RFC3339)}
}

func ago(d time.Duration) string {
	before, after := "", " ago"
	if d < 0 {
		d, before, after = -d, "in ", ""
	}
	switch minutes := int(d.Round(time.Minute) / time.Minute); {
	case minutes < 1 && before == "":
		return "just now"
	case minutes < 1:
		return "in a moment"
	case minutes < 60:
		return fmt.Sprintf("%s%d min%s", before, minutes, after)
	case minutes < 48*60:
		return fmt.Sprintf("%s%d h %d min%s", before, minutes/60, minutes%60, after)
	default:
		return fmt.Sprintf("%s%d days%s", before, minutes/(24*60), after)
	}
}
