package sim

import (
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// roomCommitted holds a commit of an incident against what it waits for in Slack.
func (o *observer) roomCommitted(was, inc *incident.State, ch *store.Change) {
	if inc.Chat.Status == incident.ChatGone || inc.Chat.Status == incident.ChatFailed {
		o.rooms.lost[inc.ID] = true
	}
	under := 0
	for _, p := range inc.Out.Pages {
		at := p.DueAt
		switch {
		case p.Kind != page.Work:
			continue
		case p.Status == page.Sending:
			at = p.LeaseUntil
		case p.Status == page.Delivered:
			o.checkReallyDone(was, inc, p)
			continue
		case p.Status != page.Pending:
			continue
		}
		under++
		if wake := store.FromMillis(store.Millis(ch.Wake)); wake.IsZero() || wake.After(at.Add(time.Millisecond)) {
			o.sim.broke("wake", 0, "%s waits to %s in its channel at %s, but asks to be woken at %s", inc.Name(), p.Task.Do, clock(at), clock(wake))
		}
	}
	if under > 1 {
		o.sim.broke("channel", 0, "%s has %d things done in its channel at once", inc.Name(), under)
	}
	if most := 20 + 4*inc.Noted; inc.Out.Paged > most {
		o.sim.broke("rest", 0, "%s has had %d things done in its channel, for %d entries", inc.Name(), inc.Out.Paged, inc.Noted)
	}
}

// checkReallyDone holds that what counts as done was done.
func (o *observer) checkReallyDone(was, inc *incident.State, p page.Page) {
	if was != nil {
		if old := was.Out.Page(p.N); old != nil && old.Status == page.Delivered {
			return
		}
	}
	for _, m := range o.messages[pageKey(inc.ID, p.N)] {
		if m.took {
			return
		}
	}
	o.sim.broke("true", 0, "%s counts as done what Slack was not asked for, or refused: %s", inc.Name(), p.Task.Do)
}

// checkTask holds a task that is begun against the incident as it was when it was claimed.
func (o *observer) checkTask(m deliver.Message) {
	inc, do := m.Incident, incident.ChatTask(m.Task.Do)
	_, n := splitKey(m.Key)
	switch {
	case inc.Chat.Task != n:
		o.sim.broke("channel", 0, "%s does task %d (%s) in its channel, and %d is its turn", inc.Name(), n, do, inc.Chat.Task)
	case inc.Chat.Status == incident.ChatGone || inc.Chat.Status == incident.ChatFailed:
		o.sim.broke("channel", 0, "%s goes on (%s) with a channel that is %s", inc.Name(), do, inc.Chat.Status)
	case (do == incident.ChatClosing || do == incident.ChatArchive) && inc.Status != incident.Closed:
		o.sim.broke("channel", 0, "%s is %s, and its channel is told or treated as if it were closed: %s", inc.Name(), inc.Status, do)
	}
}

// closeRooms holds, at the end, that everything about the channels has come to its end.
func (o *observer) closeRooms() {
	for _, id := range o.incidentIDs {
		inc := o.incidents[id]
		if n := len(inc.Errands); n > 0 {
			o.sim.broke("incident", 0, "%s still has %d things to do to others, the first of them: %s", inc.Name(), n, inc.Errands[0].Do)
		}
		if !o.sim.plan.rooms {
			continue
		}
		for _, p := range inc.Out.Pages {
			if p.Kind == page.Work && p.Waiting() {
				o.sim.broke("channel", 0, "%s still waits to %s, since %s", inc.Name(), p.Task.Do, clock(p.DueAt))
			}
		}
		if open := o.rooms.of(id); len(open) > 1 {
			o.sim.broke("channel", 0, "%s has %d channels", inc.Name(), len(open))
		}
		o.closeRoom(inc)
	}
}

func (o *observer) closeRoom(inc *incident.State) {
	c, name := inc.Chat, inc.Name()
	at := o.rooms.find(c.Channel)
	switch {
	case c.Status == incident.ChatMaking, c.Status == incident.ChatNone && inc.Harmful(), c.Status == incident.ChatArchived && inc.Harmful():
		o.sim.broke("channel", 0, "%s is %s, and its channel is %q", name, inc.Status, c.Status)
	case c.Status == incident.ChatOpen && at == nil:
		o.sim.broke("channel", 0, "%s has the channel %s, which there is not", name, c.Channel)
	case c.Status != incident.ChatOpen || at.byHand:
	case at.shut:
		o.sim.broke("channel", 0, "%s goes on in %s, which it archived", name, c.Channel)
	case len(inc.News(o.rooms.told[inc.ID], inc.Noted)) > 0:
		o.sim.broke("channel", 0, "%s was told up to %d of %d", name, o.rooms.told[inc.ID], inc.Noted)
	case inc.Status == incident.Closed && !o.rooms.closed[inc.ID].Equal(inc.ClosedAt):
		o.sim.broke("channel", 0, "the end of %s is not told", name)
	case inc.Status == incident.Closed && o.sim.plan.archive > 0 && o.sim.now.Sub(inc.ClosedAt) > o.sim.plan.archive+30*time.Minute:
		o.sim.broke("channel", 0, "%s was closed at %s, and its channel is not archived", name, clock(inc.ClosedAt))
	}
}
