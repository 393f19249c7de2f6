package sim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/deliver"
	"github.com/tocsin-oncall/tocsin/engine/incident"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// rooms are the channels that Slack has for incidents. It can be asked what an attempt before has done.
type rooms struct {
	list   []room
	done   map[string]map[string]string // the key of a task → what it gave
	told   map[store.ID]int             // incident → up to which entry of its timeline it was told
	closed map[store.ID]time.Time       // incident → the latest of its closes that was told
	lost   map[store.ID]bool            // incidents whose channel was given up since the latest was made
}

// room is one channel.
type room struct {
	id       string
	incident store.ID
	shut     bool // archived or deleted
	byHand   bool // and that by somebody
	pinned   bool
	gone     string // the key of the task that was told that it is shut
}

func newRooms() *rooms {
	return &rooms{done: map[string]map[string]string{}, told: map[store.ID]int{}, closed: map[store.ID]time.Time{}, lost: map[store.ID]bool{}}
}

func (r *rooms) copied() *rooms {
	return &rooms{slices.Clone(r.list), maps.Clone(r.done), maps.Clone(r.told), maps.Clone(r.closed), maps.Clone(r.lost)}
}

func (r *rooms) find(id string) *room {
	if i := slices.IndexFunc(r.list, func(x room) bool { return x.id == id }); i >= 0 {
		return &r.list[i]
	}
	return nil
}

// of are the channels of an incident that are open.
func (r *rooms) of(id store.ID) (open []*room) {
	for i := range r.list {
		if r.list[i].incident == id && !r.list[i].shut {
			open = append(open, &r.list[i])
		}
	}
	return open
}

// task does what an incident wants done in Slack, once however often it is asked to try again.
func (o *observer) task(m deliver.Message) map[string]string {
	r := o.rooms
	if result, ok := r.done[m.Key]; ok && m.Again {
		return result
	}
	result := o.take(m)
	r.done[m.Key] = result
	return result
}

func (o *observer) take(m deliver.Message) map[string]string {
	r, inc, do := o.rooms, m.Incident, incident.ChatTask(m.Task.Do)
	at := r.find(m.Task.Args["channel"])
	switch {
	case do == incident.ChatRevive && at != nil && !at.shut:
		return map[string]string{incident.ResultChannel: at.id, incident.ResultName: at.id}
	case do == incident.ChatCreate || do == incident.ChatRevive:
		return o.makeRoom(inc)
	case do == incident.ChatArchive && at != nil:
		at.shut = true
		return nil
	case at == nil || at.shut:
		if at != nil && at.gone != "" && at.gone != m.Key {
			o.sim.broke("channel", 0, "%s goes on (%s) in %s, after it was told that it is gone", inc.Name(), do, at.id)
		} else if at != nil {
			at.gone = m.Key
		}
		return map[string]string{incident.ResultGone: "simulated: it is not there any more"}
	}
	switch do {
	case incident.ChatSummary:
		return o.pin(m, at)
	case incident.ChatPost:
		o.post(m)
	case incident.ChatClosing:
		if r.closed[inc.ID].Equal(inc.ClosedAt) {
			o.sim.broke("channel", 0, "the end of %s is told again", inc.Name())
		}
		r.closed[inc.ID] = inc.ClosedAt
	}
	return nil
}

func (o *observer) makeRoom(inc *incident.State) map[string]string {
	r := o.rooms
	open := r.of(inc.ID)
	switch {
	case len(open) > 0 && !r.lost[inc.ID]:
		o.sim.broke("channel", 0, "%s is given another channel, and has %s", inc.Name(), open[0].id)
	case r.lost[inc.ID]: // what was done to the one before is not known
		r.told[inc.ID] = min(r.told[inc.ID], inc.Chat.Posted)
		delete(r.closed, inc.ID)
	}
	delete(r.lost, inc.ID)
	if len(open) == 0 {
		r.list = append(r.list, room{id: fmt.Sprintf("C%d", len(r.list)+1), incident: inc.ID})
		open = r.of(inc.ID)
	}
	open[0].pinned = false
	return map[string]string{incident.ResultChannel: open[0].id, incident.ResultName: open[0].id}
}

func (o *observer) pin(m deliver.Message, at *room) map[string]string {
	if m.Task.Args["ts"] != "" {
		return nil
	}
	if at.pinned {
		o.sim.broke("channel", 0, "a second summary of %s is posted", m.Incident.Name())
	}
	at.pinned = true
	return map[string]string{incident.ResultTS: m.Key}
}

// post holds the news of an incident against what was told before: all of it, in order, once.
func (o *observer) post(m deliver.Message) {
	inc, told := m.Incident, o.rooms.told[m.Incident.ID]
	after, _ := strconv.Atoi(m.Task.Args["after"])
	upTo, _ := strconv.Atoi(m.Task.Args["up_to"])
	switch {
	case upTo > told && len(inc.News(told, after)) > 0:
		o.sim.broke("channel", 0, "%s tells what comes after %d, and was told up to %d", inc.Name(), after, told)
	case len(inc.News(after, min(told, upTo))) > 0:
		o.sim.broke("channel", 0, "%s tells what comes after %d again: it was told up to %d", inc.Name(), after, told)
	}
	o.rooms.told[inc.ID] = max(told, upTo)
}

// halls plans whether incidents have channels, and what people do about them, half of it near something else.
func (s *script) halls(rng *rand.Rand, length time.Duration) {
	if s.rooms = rng.IntN(3) == 0; !s.rooms {
		return
	}
	s.archive = []time.Duration{0, time.Minute, 90 * time.Minute}[rng.IntN(3)]
	others := len(s.items)
	for range scaled(rng, length, 4, 20) {
		at := within(rng, length)
		if rng.IntN(2) == 0 && others > 0 {
			at = s.items[rng.IntN(others)].at + time.Duration(rng.IntN(90_000))*time.Millisecond
		}
		s.add(at, item{what: "room", i: rng.IntN(64), j: rng.IntN(64)})
	}
}

// stirs are what people do to an incident that has a channel, one thing within seconds or minutes after the other.
var stirs = [][]incident.Do{
	{incident.OpenChannel}, {incident.SetRole, incident.Note}, {incident.Note, incident.Note, incident.Mitigate},
	{incident.Close, incident.Reopen, incident.Close}, {incident.Close, incident.Reopen}, {incident.Reopen, incident.OpenChannel},
}

// stir lets people do something about one of the latest incidents, or to its channel by hand.
func (s *Sim) stir(it item) {
	names := s.watch.incidentNames()
	if len(names) == 0 || s.calm&calmPeople != 0 {
		return
	}
	n := max(0, len(names)-1-it.i%3)
	if it.j%8 == 7 {
		for _, r := range s.watch.rooms.of(s.watch.incidentIDs[n]) {
			r.shut, r.byHand = true, true
			s.tell(0, "somebody archives %s, the channel of %s", r.id, names[n])
		}
		return
	}
	if s.calm&calmProviders == 0 { // Slack is away for a while
		s.fog = s.now.Add(s.jitter(600_000))
	}
	spread := []int{2000, 20_000, 300_000}[it.i%3]
	for k, do := range stirs[it.j%len(stirs)] {
		s.after(time.Duration(k)*s.jitter(spread), func() { s.visit(names[n], do, it.i+k) })
	}
}

// answered is what the provider of a task is taken to have said.
func answered(ref string, m deliver.Message, result map[string]string) deliver.Receipt {
	if m.Task == nil {
		return deliver.Receipt{Ref: ref, Editable: m.Via == "slack", Delivered: m.Via == "webhook"}
	}
	return deliver.Receipt{Ref: ref, Delivered: true, Result: result}
}

// actionOf is what somebody does to an incident.
func actionOf(do incident.Do, n int) incident.Action {
	a := incident.Action{Do: do, By: "amir", Note: "seen"}
	if do == incident.SetRole {
		a.Role, a.User = incident.Commander, names[n%len(names)]
	}
	return a
}
