package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// told are the kinds of timeline entries that Paged entries say better.
var told = map[string]bool{"paged": true, "retry": true}

// committed takes in what a commit changed.
func (p *play) committed(rec record.Record) {
	if p.script.records != nil {
		p.script.records(rec)
	}
	if p.memory != nil {
		p.memory.committed(rec)
		if p.over(rec) {
			p.memory.forget(rec.Identity())
		}
	}
	switch r := rec.(type) {
	case *alert.State:
		p.alert(r)
	case *incident.State:
		p.incident(r)
	}
}

func (p *play) alert(s *alert.State) {
	al := p.alerts[s.ID]
	if al == nil {
		al = &Alert{
			id: s.ID, Number: s.Number, Integration: s.Integration, DedupKey: s.DedupKey, CreatedAt: s.CreatedAt, Rule: s.Rule,
		}
		p.alerts[s.ID] = al
		p.story.Alerts = append(p.story.Alerts, al)
	}
	al.Title, al.Status, al.Priority, al.Team, al.Service = s.Title, string(s.Status), s.Priority, s.Team, s.Service
	al.Policy, al.Incident, al.Count = s.Policy, s.Incident, s.Count
	if !slices.Equal(al.Tags, s.Tags) {
		al.Tags = slices.Clone(s.Tags)
	}
	al.AckedAt, al.AckedBy, al.ClosedAt, al.ExhaustedAt = s.AckedAt, s.AckedBy, s.ClosedAt, s.ExhaustedAt
	al.Held, al.HeldUntil = heldFor(s)
	fresh := len(s.Timeline) + s.Dropped - al.seen
	for _, e := range s.Timeline[max(0, len(s.Timeline)-fresh):] {
		if !told[e.Kind] {
			p.note(Entry{Kind: e.Kind, Alert: s.Number, By: e.By, Text: e.Text})
		}
	}
	al.seen += fresh
	if p.script.CloseIncidents && s.Incident != "" {
		p.burn(s)
	}
}

// burn notes whether an alert of an incident is open, and closes the incident when none of them is.
func (p *play) burn(s *alert.State) {
	open := p.burning[s.Incident]
	if s.Active() {
		if open == nil {
			open = map[store.ID]bool{}
			p.burning[s.Incident] = open
		}
		open[s.ID] = true
		return
	}
	delete(open, s.ID)
	name := s.Incident
	if len(open) > 0 || p.closed[name] {
		return
	}
	p.queue.Add(p.now, func() {
		if len(p.burning[name]) > 0 || p.closed[name] {
			return
		}
		if _, err := p.engine.ActOnIncident(p.ctx, name, incident.Action{Do: incident.Close, By: "rehearsal", Force: true, Note: "its last alert is closed"}); err != nil {
			p.err = fmt.Errorf("close %s: %w", name, err)
		}
		p.closed[name] = true
		delete(p.burning, name)
	})
}

// over reports whether a record is not likely to change again: it is deleted, or an alert that is closed for good and
// of which everybody was told.
func (p *play) over(rec record.Record) bool {
	if record.Gone(rec, directory.Env{Now: p.now, Dir: p.world.Dir}) {
		return true
	}
	a, ok := rec.(*alert.State)
	return ok && !a.Active() && p.script.Forget == 0 &&
		!slices.ContainsFunc(a.Pages, func(pg page.Page) bool { return pg.Waiting() })
}

func (p *play) incident(s *incident.State) {
	in := p.incidents[s.ID]
	if in == nil {
		in = &Incident{Name: s.Name(), OpenedAt: s.OpenedAt}
		p.incidents[s.ID] = in
		p.story.Incidents = append(p.story.Incidents, in)
	}
	in.Title, in.Status, in.Priority, in.Service, in.Team, in.Alerts = s.Title, string(s.Status), s.Priority, s.Service, s.Team, s.Count
	for _, e := range s.Timeline {
		if e.N > in.seen {
			in.seen = e.N
			p.note(Entry{Kind: e.Kind, Incident: in.Name, By: e.By, Text: e.Text})
		}
	}
}

// provider is a way to reach people, as the engine sees it. It tells what it is given, and sends nothing.
type provider struct {
	play *play
	via  string
}

// Send implements deliver.Sender.
func (v provider) Send(_ context.Context, m deliver.Message) (deliver.Receipt, error) {
	p := v.play
	pg, number := p.pageOf(v.via, m)
	kind := Noticed
	if m.Kind == page.Escalation {
		kind = Paged
	}
	err := p.refusal(v.via)
	pg.Sent = err == nil
	if err != nil {
		pg.Error = err.Error()
	}
	p.note(Entry{Kind: kind, Alert: number, Text: p.pageText(pg, m), Page: pg})
	if err != nil {
		return deliver.Receipt{}, err
	}
	if kind == Paged {
		p.reached(pg, m)
	}
	return deliver.Receipt{}, nil
}

// refusal is why a provider does not take a message now, nil when it does.
func (p *play) refusal(via string) error {
	for _, o := range p.script.Outages {
		if since := p.now.Sub(p.script.Start); o.Via == via && since >= o.From && since < o.Until {
			return deliver.RetryAfter(0, "%s is down", via)
		}
	}
	return nil
}

// heldFor says what an open alert waits for before it pages, and until when.
func heldFor(s *alert.State) (why string, until time.Time) {
	if s.Status != alert.Open || !s.Held() {
		return "", time.Time{}
	}
	var texts []string
	for _, h := range s.Holds {
		texts = append(texts, h.Text)
	}
	return strings.Join(texts, ", "), s.HeldUntil()
}

// pageOf describes a message, and gives the number of the alert that it is about.
func (p *play) pageOf(via string, m deliver.Message) (pg *Page, number uint64) {
	pg = &Page{Via: via, Kind: m.Kind}
	if m.User != nil {
		pg.User, pg.Away = m.User.Name, p.away(m.User.Name)
	} else if m.Channel != nil {
		pg.Channel = m.Channel.Name
	}
	for _, a := range m.Bundle {
		pg.Bundle = append(pg.Bundle, a.Number)
	}
	switch {
	case m.Alert != nil:
		number = m.Alert.Number
		if of := m.Alert.Page(pageNumber(m.Key)); of != nil {
			pg.Step, pg.Round = of.Step, of.Round
		}
	case len(m.Bundle) > 0:
		number = m.Bundle[0].Number
	}
	return pg, number
}

// pageNumber is N of the page whose message has a key, "record/N".
func pageNumber(key string) int {
	n, err := strconv.Atoi(key[strings.LastIndexByte(key, '/')+1:])
	if err != nil {
		return 0
	}
	return n
}

// pageText says what a message is.
func (p *play) pageText(pg *Page, m deliver.Message) string {
	text := pg.To() + " over " + pg.Via
	if pg.Channel != "" {
		text = pg.To()
	}
	if pg.Away {
		text += ", who is away"
	}
	switch {
	case len(pg.Bundle) > 1:
		text += ": one message about " + numbers(pg.Bundle)
	case m.Text != "":
		text += ": " + strings.ReplaceAll(m.Text, "\n", "; ")
	}
	if pg.Error != "" {
		text += " fails: " + pg.Error
	}
	return text
}

// numbers are those of alerts, as far as anybody reads.
func numbers(list []uint64) string {
	const most = 10
	var names []string
	for _, n := range list[:min(most, len(list))] {
		names = append(names, fmt.Sprintf("#%d", n))
	}
	text := strings.Join(names, ", ")
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// reached notes whom a message reached, and lets them answer.
func (p *play) reached(pg *Page, m deliver.Message) {
	about := m.Bundle
	if m.Alert != nil {
		about = []*alert.State{m.Alert}
	}
	for _, s := range about {
		al := p.alerts[s.ID]
		if al == nil {
			continue
		}
		al.Pages++
		if pg.User != "" {
			if al.PagedAt.IsZero() {
				al.PagedAt = p.now
			}
			p.answer(s.ID, al, pg.User, pg.Via)
		}
	}
}
