package sim

import (
	"context"
	"maps"
	"slices"

	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// incidentCommitted returns the incident when it was closed now.
func (o *observer) incidentCommitted(c *call, ch *store.Change) *incident.State {
	inc := decoded(store.Record{ID: ch.ID, Data: ch.Data}).(*incident.State)
	was := o.incidents[ch.ID]
	if was == nil {
		o.incidentIDs = append(o.incidentIDs, ch.ID)
		for _, id := range o.incidentIDs {
			if other := o.incidents[id]; other != nil && inc.Key != "" && other.Key == inc.Key && other.Status != incident.Closed {
				o.sim.broke("incident", 0, "%s gathers %s, as %s does", inc.Name(), inc.Key, other.Name())
			}
		}
	} else if inc.Noted < was.Noted || inc.Count < was.Count || inc.Number != was.Number {
		o.sim.broke("history", 0, "%s lost something of its history", inc.Name())
	}
	o.sim.tell(0, "%s is %s, %d alerts, postmortem %q", inc.Name(), inc.Status, inc.Count, inc.Postmortem)
	if was == nil {
		o.takeReminders(c, nil, inc)
	} else {
		o.takeReminders(c, was, inc)
	}
	o.roomCommitted(was, inc, ch)
	o.incidents[ch.ID] = inc
	if inc.Status == incident.Closed && (was == nil || was.Status != incident.Closed) {
		return inc
	}
	return nil
}

func (o *observer) postmortemCommitted(c *call, ch *store.Change) {
	pm := decoded(store.Record{ID: ch.ID, Data: ch.Data}).(*postmortem.State)
	was := o.postmortems[ch.ID]
	if was == nil {
		o.postIDs = append(o.postIDs, ch.ID)
		if had, ok := o.owed[pm.IncidentID]; ok {
			o.sim.broke("postmortem", 0, "%s has %s, and %s besides", pm.Incident, o.postmortems[had].Name(), pm.Name())
		}
		o.owed[pm.IncidentID] = ch.ID
		o.takeReminders(c, nil, pm)
	} else {
		o.takeReminders(c, was, pm)
	}
	o.postmortems[ch.ID] = pm
	if pm.Status == postmortem.Open && ch.Wake.IsZero() {
		o.sim.broke("wake", 0, "%s is owed and reminds nobody", pm.Name())
	}
	o.sim.tell(0, "%s is %s, %d reminders", pm.Name(), pm.Status, pm.Reminders)
}

// checkOwed holds an incident that was closed by a commit against its postmortem.
func (o *observer) checkOwed(inc *incident.State) {
	_, has := o.owed[inc.ID]
	if owes := inc.Priority == "P1"; owes != has && (owes || inc.Postmortem == "") {
		o.sim.broke("postmortem", 0, "%s of %s was closed; owes a postmortem: %v, has one: %v", inc.Name(), inc.Priority, owes, has)
	}
}

func (o *observer) actedOnIncident(inc *incident.State) {
	if o.incidents[inc.ID] == nil {
		o.sim.broke("incident", 0, "something was done to %s, which was never committed", inc.Name())
	}
}

// closeIncidents holds, at the end, alerts and incidents against each other.
func (o *observer) closeIncidents() {
	for _, id := range o.order {
		k := o.alerts[id]
		if k.gone || k.state.Incident == "" {
			continue
		}
		in := 0
		for _, inc := range o.incidents {
			if slices.ContainsFunc(inc.Alerts, func(a incident.Alert) bool { return a.ID == id }) {
				in++
				if k.state.Incident != inc.Name() && in == 1 {
					o.sim.broke("incident", k.state.Number, "#%d says that it is in %s, and %s lists it", k.state.Number, k.state.Incident, inc.Name())
				}
			}
		}
		if in == 0 {
			o.sim.broke("incident", k.state.Number, "#%d is in %s, which does not list it", k.state.Number, k.state.Incident)
		}
	}
	for _, id := range o.postIDs {
		found, err := o.sim.store.Load(context.Background(), id)
		if err != nil || !found[0].Exists() {
			o.sim.broke("postmortem", 0, "%s is gone", o.postmortems[id].Name())
		}
	}
}

// copied is the observer's picture at this moment.
func (o *observer) copied() *observer {
	n := *o
	n.alerts = map[store.ID]*known{}
	for id, k := range o.alerts {
		c := *k
		n.alerts[id] = &c
	}
	n.others, n.otherIDs, n.duty = maps.Clone(o.others), slices.Clone(o.otherIDs), slices.Clone(o.duty)
	n.order, n.incidentIDs, n.postIDs = slices.Clone(o.order), slices.Clone(o.incidentIDs), slices.Clone(o.postIDs)
	n.rooms = o.rooms.copied()
	n.incidents, n.postmortems, n.owed = maps.Clone(o.incidents), maps.Clone(o.postmortems), maps.Clone(o.owed)
	return &n
}

// restored puts the picture of a backup in place of the present one. What providers took in between is
// forgotten with the rest: it may come again.
func (o *observer) restored(b *observer) {
	b = b.copied()
	o.alerts, o.order = b.alerts, b.order
	o.incidents, o.incidentIDs = b.incidents, b.incidentIDs
	o.postmortems, o.postIDs, o.owed = b.postmortems, b.postIDs, b.owed
	o.rooms = b.rooms
	o.others, o.otherIDs, o.duty = b.others, b.otherIDs, b.duty
	o.changed, o.heard = o.sim.now, o.heardIn()
	for integration := range o.putAt {
		o.putAt[integration] = o.sim.now
	}
	for _, k := range o.alerts {
		k.version = 1
	}
	since := map[string][]*message{}
	for key, list := range o.messages { // what the backup knows to be sent stays known
		if id, n := splitKey(key); o.alerts[id] != nil && sentIn(o.alerts[id].state, n) || o.others[id] != nil {
			since[key] = list
		}
	}
	o.messages = since
}

func sentIn(s *alert.State, n int) bool {
	p := s.Page(n)
	return p != nil && !p.SentAt.IsZero()
}
