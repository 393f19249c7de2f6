package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/tocsin-oncall/tocsin/engine/page"
	"github.com/tocsin-oncall/tocsin/engine/store"
)

// Shard holds all incidents, and all postmortems: closing an incident and making its postmortem is one commit.
const Shard = 0

// Identity is its id.
func (s *State) Identity() store.ID { return s.ID }

// Born is when the incident was opened.
func (s *State) Born() time.Time { return s.OpenedAt }

// Waits names every time that the incident is waiting for.
func (s *State) Waits(env Env, add func(time.Time)) {
	s.Out.Waits(add)
	for i := range s.Errands {
		add(s.Errands[i].At)
	}
	add(s.CommandDue)
	for i := range s.Watches {
		add(s.Watches[i].AskAt)
	}
	add(s.Chat.ArchiveAt)
	add(s.Issues.RefreshAt)
	if !s.leaving() {
		add(s.leaves(env))
	}
}

// GoneAt is when a closed incident is deleted; zero for never, and while its postmortem is owed or there is still
// something to be done.
func (s *State) GoneAt(env Env) time.Time {
	if len(s.Errands) > 0 || s.holds() || len(s.Postmortems()) > 0 && !s.Released {
		return time.Time{}
	}
	return s.leaves(env)
}

// Lists are the lists that the incident is found in: the one of its status, and until it is closed those of what is
// behind, which are there to be counted without reading incidents.
func (s *State) Lists() []string {
	lists := []string{ListOf(s.Status)}
	if !s.Active() {
		return lists
	}
	add := func(list string) {
		if !slices.Contains(lists, list) {
			lists = append(lists, list)
		}
	}
	for i := range s.Watches {
		if w := &s.Watches[i]; w.Asked > 0 { // which begins when it is due
			add(ListUntold(w.Audience))
		}
	}
	for i := range s.Out.Pages {
		if p := &s.Out.Pages[i]; p.Kind == page.Work && p.Waiting() && p.Failures > 0 {
			add(ListFailing(p.Via))
		}
	}
	return lists
}

// ListUntold names the list of those of which an audience waits for a status update longer than it should.
func ListUntold(audience string) string { return "incidents/untold/" + audience }

// ListFailing names the list of those of which a provider has refused something that is tried again.
func ListFailing(via string) string { return "incidents/failing/" + via }

// ListOf names the list of a status.
func ListOf(status Status) string { return "incidents/" + string(status) }

// Keys are the lookup keys by which the incident is found: its name, and what alerts join it by until it is
// closed.
func (s *State) Keys() []string {
	keys := []string{NameKey(s.Name())}
	if s.Active() && s.Key != "" {
		keys = append(keys, Key(s.Key))
	}
	if s.Chat.Channel != "" {
		keys = append(keys, ChatKey(s.Chat.Channel))
	}
	return keys
}

// Key is the lookup key of what alerts join an incident by. It is in Shard. Long ones are cut to their digest, for
// stores bound the names of keys.
func Key(key string) string {
	if len(key) > maxKey {
		sum := sha256.Sum256([]byte(key))
		key = "sha256/" + hex.EncodeToString(sum[:])
	}
	return "incident/" + key
}

const maxKey = 1000 // bytes

// ChatKey is the lookup key of a channel in Slack, which is that of one incident. It is in Shard.
func ChatKey(channel string) string { return "slack/" + channel }

// NameKey is the lookup key of a name such as INC-7. It is in Shard.
func NameKey(name string) string { return "name/" + name }

// Paging are its messages, to be claimed in place: what is asked of responders, and what channels are told. Responders
// are paged by their alerts.
func (s *State) Paging() []page.Page { return s.Out.Pages }
