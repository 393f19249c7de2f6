package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine"
	"github.com/tocsin-oncall/tocsin/engine/alert"
	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/postmortem"
	"github.com/tocsin-oncall/tocsin/engine/record"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// observer judges a run by what it sees from outside: what was committed, what senders and people were told,
// and what providers took. It keeps its own picture of every record.
type observer struct {
	sim     *Sim
	commits int

	alerts      map[store.ID]*known
	order       []store.ID // of alerts, as they were created
	incidents   map[store.ID]*incident.State
	incidentIDs []store.ID
	postmortems map[store.ID]*postmortem.State
	postIDs     []store.ID
	owed        map[store.ID]store.ID // incident → the postmortem it was given

	rooms     *rooms
	others    map[store.ID]record.Record // all but alerts, incidents and postmortems
	otherIDs  []store.ID
	duty      []standIn
	changed   time.Time             // when an override was made, or a configuration loaded, last
	heard     time.Time             // when beat was heard of last
	putAt     map[string]time.Time  // integration → since when its alert has to be told something
	claims    map[string][]claim    // "record/page" → its claims, in their order
	bundles   map[string][]string   // name → the pages in it
	messages  map[string][]*message // "record/page" → what providers were given
	busy      map[string]int        // way → messages under way
	full      map[string]time.Time  // way → when it was last nearly full
	limited   time.Time             // when a provider last asked to wait
	nextLook  time.Time
	nextKnown time.Time
	ref       int
}

// known is what is known of an alert.
type known struct {
	state   *alert.State
	version uint64
	wake    time.Time
	gone    bool
	events  int // firing events that were accepted for it
	minute  time.Time
	rate    int       // commits in that minute
	quiet   time.Time // since when it is acknowledged, snoozed or closed
}

// claim is one claim of a page, as it was committed.
type claim struct {
	replica *replica
	fence   int
	at      time.Time // true time
	until   time.Time
}

// message is one message that a provider was given.
type message struct {
	via, user, to string
	kind          page.Kind
	number        uint64 // of the first alert; 0 for none
	alerts        []*alert.State
	pages         []string
	replica       *replica
	began, until  time.Time
	took          bool // the provider has it
	answered      bool // and said so
	ambiguous     bool
}

func (m *message) about() string {
	if len(m.alerts) > 1 {
		return fmt.Sprintf("%d alerts", len(m.alerts))
	}
	if m.kind != "" {
		return string(m.kind)
	}
	return fmt.Sprintf("#%d", m.number)
}

func newObserver(s *Sim) *observer {
	return &observer{
		sim: s, alerts: map[store.ID]*known{}, incidents: map[store.ID]*incident.State{},
		postmortems: map[store.ID]*postmortem.State{}, owed: map[store.ID]store.ID{},
		others: map[store.ID]record.Record{}, putAt: map[string]time.Time{},
		claims: map[string][]claim{}, bundles: map[string][]string{}, messages: map[string][]*message{},
		rooms: newRooms(), busy: map[string]int{}, full: map[string]time.Time{},
	}
}

func (o *observer) refs() int { o.ref++; return o.ref }

// entered says that a call has decided what to commit.
func (o *observer) entered(c *call) {
	if c != nil {
		c.decided, c.decidedAt = c.replica.clock(), o.sim.now
	}
}

// committed takes in a commit.
func (o *observer) committed(c *call, tx store.Tx) {
	o.commits++
	var closed []*incident.State
	o.checkTogether(tx)
	for i := range tx {
		ch := &tx[i]
		switch ch.ID.Kind() {
		case store.KindAlert:
			o.alertCommitted(c, ch)
		case store.KindIncident:
			if inc := o.incidentCommitted(c, ch); inc != nil {
				closed = append(closed, inc)
			}
		case store.KindPostmortem:
			o.postmortemCommitted(c, ch)
		case store.KindEntry: // the trail
		default:
			o.otherCommitted(c, ch)
		}
	}
	for _, inc := range closed {
		o.checkOwed(inc)
	}
}

func (o *observer) alertCommitted(c *call, ch *store.Change) {
	k := o.alerts[ch.ID]
	if ch.Delete {
		o.checkGone(c, k)
		if k != nil {
			k.gone, k.wake = true, time.Time{}
		}
		return
	}
	s := decoded(store.Record{ID: ch.ID, Data: ch.Data}).(*alert.State)
	if k == nil {
		k = &known{}
		o.alerts[ch.ID] = k
		o.order = append(o.order, ch.ID)
	}
	was := k.state
	o.sim.tell(s.Number, "%s commits (%s): %s", c.replica.name, c.what, difference(was, s))
	if ch.Expect != k.version {
		o.sim.broke("history", s.Number, "version %d was made of version %d, but %d was the latest", ch.Expect+1, ch.Expect, k.version)
	}
	if was == nil {
		o.checkOnlyOne(s)
	}
	k.version, k.state, k.wake = ch.Expect+1, s, store.FromMillis(store.Millis(ch.Wake))
	switch {
	case s.Status == alert.Open:
		k.quiet = time.Time{}
	case was == nil || was.Status == alert.Open:
		k.quiet = o.sim.now
	}
	if c.by != nil && s.Status == alert.Acked {
		c.acked = s.Number
	}
	o.takeClaims(c, was, s)
	o.checkAlert(c, was, s, ch)
	o.checkRest(k)
}

// checkRest holds that nothing goes round in circles.
func (o *observer) checkRest(k *known) {
	now := o.sim.now
	if now.Sub(k.minute) > time.Minute {
		k.minute, k.rate = now, 0
	}
	if k.rate++; k.rate > 600 {
		o.sim.broke("rest", k.state.Number, "alert #%d was committed %d times in a minute", k.state.Number, k.rate)
	}
}

// difference says in a few words what a commit changed, for the story.
func difference(was, s *alert.State) string {
	text := string(s.Status)
	if was == nil {
		text = fmt.Sprintf("new alert #%d, %s, policy %s", s.Number, s.Priority, s.Policy)
	} else if was.Status != s.Status {
		text = string(was.Status) + " → " + text
	}
	for i := range s.Pages {
		p := &s.Pages[i]
		old := page.Page{}
		if was != nil && was.Page(p.N) != nil {
			old = *was.Page(p.N)
		}
		if old.Status != p.Status || old.Attempts != p.Attempts {
			text += fmt.Sprintf(", page %d (step %d, %s%s, %s%s) %s", p.N, p.Step, p.User, p.Channel, p.Via, p.Kind, p.Status)
			switch p.Status {
			case page.Sending:
				text += fmt.Sprintf(" claim %d until %s", p.Attempts, p.LeaseUntil.Format("15:04:05.000"))
			case page.Pending:
				text += " due " + p.DueAt.Format("15:04:05.000")
			}
		}
	}
	for i := range s.Runs {
		if r := &s.Runs[i]; was == nil || i >= len(was.Runs) || was.Runs[i].Next != r.Next || was.Runs[i].Round != r.Round || was.Runs[i].Over != r.Over {
			text += fmt.Sprintf(", run %d (%s) round %d next step %d", r.ID, r.Policy.Name, r.Round, r.Next+1)
		}
	}
	for _, h := range s.Holds {
		if was == nil || !slices.ContainsFunc(was.Holds, func(o alert.Hold) bool { return o.Reason == h.Reason }) {
			text += fmt.Sprintf(", held (%s) until %s", h.Reason, clock(h.Until))
		}
	}
	if was != nil && len(was.Holds) > 0 && len(s.Holds) == 0 {
		text += ", not held any more"
	}
	if !s.ExhaustedAt.IsZero() && (was == nil || was.ExhaustedAt.IsZero()) {
		text += ", exhausted"
	}
	return text
}

// acceptedEvent takes note of a sender being told that its event was taken.
func (o *observer) acceptedEvent(c *call, n *news, got engine.Receipt) {
	o.sim.tell(got.Number, "%s accepts %s (%s) as #%d", c.replica.name, n.key, map[bool]string{true: "firing", false: "resolved"}[n.firing], got.Number)
	if o.sim.doubt == "accepted" && n.firing {
		o.sim.broke("accepted", got.Number, "in doubt")
	}
	if got.Status == "ignored" {
		if n.firing {
			o.sim.broke("accepted", 0, "the firing event %s was accepted and ignored", n.key)
		}
		return
	}
	k := o.alerts[got.ID]
	switch {
	case k == nil:
		o.sim.broke("accepted", got.Number, "the event %s was accepted as #%d, which was never committed", n.key, got.Number)
	case n.firing:
		k.events++
		if !k.gone && k.state.Count < k.events {
			o.sim.broke("accepted", got.Number, "#%d counts %d firing events, but %d were accepted", got.Number, k.state.Count, k.events)
		}
	}
}

// acted takes note of a person being told that it was done.
func (o *observer) acted(c *call, a *act, got *alert.State) {
	k := o.alerts[a.id]
	switch {
	case k == nil:
		o.sim.broke("accepted", a.number, "something was done to #%d, which does not exist", a.number)
	case a.action.Do == alert.Ack && got.Status != alert.Acked && got.Status != alert.Closed:
		o.sim.broke("ack", a.number, "the acknowledgement of #%d was answered with 200, and it is %s", a.number, got.Status)
	case a.action.Do == alert.Ack && !k.gone && k.version > 0 && c.acked != a.number && got.AckedAt.IsZero():
		o.sim.broke("ack", a.number, "the acknowledgement of #%d was answered with 200, and was never committed", a.number)
	}
}

// sending takes note of a message being given to a provider.
func (o *observer) sending(c *call, via string, m deliver.Message) *message {
	msg := &message{via: via, kind: m.Kind, replica: c.replica, began: o.sim.now}
	switch {
	case m.User != nil:
		msg.user, msg.to = m.User.Name, m.User.Name
	case m.Channel != nil:
		msg.to = "#" + m.Channel.Name
	case m.Task != nil:
		msg.to = m.Incident.Name() + " " + m.Task.Do
		o.checkTask(m)
	}
	switch {
	case m.Alert != nil:
		msg.alerts = []*alert.State{m.Alert}
	default:
		msg.alerts = m.Bundle
	}
	if len(msg.alerts) > 0 {
		msg.number = msg.alerts[0].Number
	}
	if id, n := splitKey(m.Key); id != "" {
		msg.pages = []string{pageKey(id, n)}
	} else {
		msg.pages = o.bundles[m.Key]
	}
	o.checkSending(c, msg)
	return msg
}

func pageKey(id store.ID, n int) string { return fmt.Sprintf("%s/%d", id, n) }

func (o *observer) incidentNames() (names []string) {
	for _, id := range o.incidentIDs {
		names = append(names, o.incidents[id].Name())
	}
	return names
}

func (o *observer) postmortemNames() (names []string) {
	for _, id := range o.postIDs {
		names = append(names, o.postmortems[id].Name())
	}
	return names
}

// known are all records that exist.
func (o *observer) known() (ids []store.ID) {
	for _, id := range o.order {
		if !o.alerts[id].gone {
			ids = append(ids, id)
		}
	}
	return append(append(append(ids, o.incidentIDs...), o.postIDs...), o.otherIDs...)
}
