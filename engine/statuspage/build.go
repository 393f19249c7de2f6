package statuspage

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/directory"
	"github.com/tocsin-oncall/tocsin/engine/incident"
)

// Build makes the page as it is now. Of the incidents it needs those that are not closed, and those whose harm reaches
// into the last Days days; more do no harm, and their order does not matter.
func Build(dir *directory.Directory, incidents []*incident.State, now time.Time) Page {
	conf := dir.StatusPage
	p := Page{
		Title: conf.Title, Description: conf.Description, URL: conf.URL, Support: conf.Support,
		Zone: dir.Zone, AsOf: now.Truncate(Grain).UTC(), History: conf.History, State: Operational,
		Groups: []Group{}, Active: []Incident{}, Planned: []Maintenance{}, Past: []Incident{},
	}
	if p.Zone == nil {
		p.Zone = time.UTC
	}
	harms := map[string][]harm{}
	for _, s := range incidents {
		in, ok := public(s, dir)
		if !ok {
			continue
		}
		h := harmOf(s, in, dir)
		for _, name := range s.Impacted() {
			harms[name] = append(harms[name], h)
		}
		switch {
		case in.Over.IsZero():
			if h.to.IsZero() {
				in.State = h.state
				p.State = p.State.Worse(h.state)
			}
			p.Active = append(p.Active, in)
		case now.Sub(in.Over) <= conf.History:
			p.Past = append(p.Past, in)
		default:
			continue
		}
		if at := in.Updates[0].At; at.After(p.Changed) {
			p.Changed = at
		}
	}
	latestFirst := func(a, b Incident) int { return cmp.Or(b.Began.Compare(a.Began), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(p.Active, latestFirst)
	slices.SortFunc(p.Past, latestFirst)
	p.Past = p.Past[:min(len(p.Past), MostPast)]
	maintained := p.plan(dir, now)
	for _, s := range conf.Services {
		v := Service{Name: s.Name, Description: s.Description, State: Operational}
		if maintained[s.Service] {
			v.State = Maintained
		}
		for _, h := range harms[s.Service] {
			if h.to.IsZero() {
				v.State = v.State.Worse(h.state)
			}
		}
		v.count(harms[s.Service], p, conf.Since)
		p.State = p.State.Worse(v.State)
		i := slices.IndexFunc(p.Groups, func(g Group) bool { return g.Name == s.Group })
		if i < 0 {
			i, p.Groups = len(p.Groups), append(p.Groups, Group{Name: s.Group})
		}
		p.Groups[i].Services = append(p.Groups[i].Services, v)
	}
	return p
}

// plan finds the maintenances that are announced, and says which services one is in progress for.
func (p *Page) plan(dir *directory.Directory, now time.Time) map[string]bool {
	maintained := map[string]bool{}
	for i := range dir.Maintenance {
		m := &dir.Maintenance[i]
		from, until, ok := m.Next(now)
		if m.Public == "" || !ok || from.Sub(now) > Ahead {
			continue
		}
		v := Maintenance{Text: m.Public, From: from.UTC(), Until: until.UTC(), Now: !from.After(now), Service: dir.StatusPage.PublicName(m.Service)}
		if maintained[m.Service] = maintained[m.Service] || v.Now; v.Now {
			p.State = p.State.Worse(Maintained)
		}
		p.Planned = append(p.Planned, v)
	}
	slices.SortStableFunc(p.Planned, func(a, b Maintenance) int { return a.From.Compare(b.From) })
	return maintained
}

// public is what customers see of an incident, if anything.
func public(s *incident.State, dir *directory.Directory) (Incident, bool) {
	in := Incident{ID: idOf(s, 0), Began: s.Time(incident.ImpactStart).At.UTC(), State: Operational, Services: []string{}}
	for _, u := range slices.Backward(s.Updates) {
		if !u.ForAll(dir) {
			continue
		}
		in.Updates = append(in.Updates, Update{ID: idOf(s, u.N), At: u.At.UTC(), Phase: u.Phase, Title: u.Title, Text: u.Text, Next: u.NextBy.UTC()})
		if in.Title == "" {
			in.Title, in.Phase = u.Title, u.Phase
		}
	}
	if len(in.Updates) == 0 {
		return in, false
	}
	switch {
	case !s.Harmful():
		in.Over = cmp.Or(s.Time(incident.Resolution).At, s.ClosedAt).UTC()
	case in.Phase == incident.PhaseOfResolved:
		in.Over = in.Updates[0].At
	}
	if !in.Over.IsZero() {
		in.Phase = incident.PhaseOfResolved
		in.Updates[0].Next = time.Time{}
	}
	for i := range in.Updates[1:] {
		in.Updates[i+1].Next = time.Time{} // it followed
	}
	for _, name := range s.Impacted() {
		if name := dir.StatusPage.PublicName(name); name != "" {
			in.Services = append(in.Services, name)
		}
	}
	slices.Sort(in.Services)
	return in, true
}

// idOf names an update of an incident, or with 0 the incident itself. It is the same for ever, and says neither how many
// there are nor which is which.
func idOf(s *incident.State, update int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "status page\x00%s\x00%d", s.ID, update))
	return hex.EncodeToString(sum[:8])
}
