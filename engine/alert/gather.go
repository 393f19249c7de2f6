package alert

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/event"
	"github.com/tocsin-oncall/tocsin/engine/store"
	"github.com/tocsin-oncall/tocsin/rules"
)

// Roster is how an alert of several members takes more of them. Each of its members has a lookup key, so that what
// becomes of it is counted here even when new members go to another alert by now.
type Roster struct {
	Pool  string    `json:"pool"`           // what the alerts share among whom members are looked for
	Until time.Time `json:"until,omitzero"` // when it takes no more; zero for as long as it is open
	Limit int       `json:"limit"`          // how many it takes
}

// Summary is what an alert keeps that gathers what exceeds a rule's throttle.
type Summary struct {
	Rule   string            `json:"rule"`
	Titles map[string]string `json:"titles"` // of the members that fire, by dedup key
	Ever   int               `json:"ever"`   // how many it has gathered
}

// Takes reports whether an event with that dedup key belongs to this alert, now.
func (s *State) Takes(dedup string, now time.Time) bool {
	r := s.Roster
	return r == nil || s.Members[dedup] || len(s.Members) < r.Limit && (r.Until.IsZero() || now.Before(r.Until))
}

// rosterOf is the roster of a group, nil where its rule has no bounds for it.
func rosterOf(d Routing, key string, env Env) *Roster {
	if d.GroupKey == "" || d.Group.Window == 0 && d.Group.Limit == 0 {
		return nil
	}
	r := &Roster{Pool: key, Limit: cmp.Or(d.Group.Limit, rules.MaxMembers)}
	if d.Group.Window > 0 {
		r.Until = env.Now.Add(d.Group.Window)
	}
	return r
}

// NewSummary is the alert that gathers what exceeds a throttle, until the time of the throttle is over. Its key is that
// of this time, its pool that of the throttle. What it says of its first event is the title and priority that the rules
// decided; came is the event as it was.
func NewSummary(id store.ID, number uint64, integration, key, pool string, until time.Time, came event.Event, d Routing, env Env) (*State, Effects) {
	ev := came
	ev.Title, ev.Priority = d.Title, d.Priority
	d.GroupKey, d.Group = key, rules.Group{}
	d.Delay, d.DelayUntil, d.Require = 0, time.Time{}, nil // its time is that of the throttle
	s := begin(id, number, integration, key, ev, d, env)
	s.Source, s.Link, s.Runbook = "", "", "" // of the first of them
	s.Roster = &Roster{Pool: pool, Until: until, Limit: rules.MaxMembers}
	s.Summary = &Summary{Rule: d.Throttle.Rule, Titles: map[string]string{}}
	s.hold(Hold{Reason: HoldThrottle, Name: d.Throttle.Key, Text: fmt.Sprintf("%d alerts began to page within %s", d.Throttle.Pages, short(d.Throttle.Per)), Until: until}, env)
	s.summarise(ev)
	s.began(came, env)
	return s, s.routed(d, env)
}

// The bounds of what a summary says.
const (
	maxTitle  = 200 // bytes of a title
	maxListed = 50  // titles in the description
)

// summarise takes an event into the summary, and writes what the alert says: how many fire, which, and the worst
// priority there was.
func (s *State) summarise(ev event.Event) {
	sum := s.Summary
	if sum == nil {
		return
	}
	if ev.Status == event.Firing {
		if _, ok := sum.Titles[ev.DedupKey]; !ok {
			sum.Ever++
		}
		sum.Titles[ev.DedupKey] = clipped(cmp.Or(ev.Title, ev.DedupKey))
		if p := cmp.Or(ev.Priority, event.DefaultPriority); p < s.Priority {
			s.Priority = p
		}
	}
	maps.DeleteFunc(sum.Titles, func(dedup, _ string) bool { return !s.Members[dedup] })
	s.Title = fmt.Sprintf("%d more alerts of %s", len(sum.Titles), sum.Rule)
	titles := slices.Sorted(maps.Values(sum.Titles))
	if len(titles) == 1 {
		s.Title = fmt.Sprintf("1 more alert of %s: %s", sum.Rule, titles[0])
	}
	if more := len(titles) - maxListed; more > 0 {
		titles = append(titles[:maxListed], fmt.Sprintf("and %d more", more))
	}
	if over := sum.Ever - len(sum.Titles); over > 0 {
		titles = append(titles, fmt.Sprintf("%d others are over", over))
	}
	s.Description = strings.Join(titles, "\n")
}

func clipped(title string) string {
	title = strings.Join(strings.Fields(title), " ")
	if len(title) <= maxTitle {
		return title
	}
	return strings.ToValidUTF8(title[:maxTitle], "") + "…"
}

// memberKeys are the lookup keys of the members, while the alert is open.
func (s *State) memberKeys() (keys []string) {
	if s.Roster == nil || !s.Active() {
		return nil
	}
	for _, dedup := range slices.Sorted(maps.Keys(s.Members)) {
		keys = append(keys, MemberKey(s.Integration, s.Roster.Pool, dedup))
	}
	return keys
}

// MemberKey is the lookup key of a member; its shard is PoolShard.
func MemberKey(integration, pool, dedup string) string {
	return "member/" + integration + "\x00" + pool + "\x00" + dedup
}

// PoolShard is the shard of the alerts that share a pool: that of the key of a group by that name.
func PoolShard(integration, pool string) int { return store.ShardOf(Key(integration, pool)) }
