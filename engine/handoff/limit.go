package handoff

import (
	"slices"
	"time"
)

// A person is given mostTold notices of a schedule in each tellEach at most. What exceeds that waits until there is room,
// and then what is true by then is told. No rotation changes hands so often; but replicas that disagree on who is on call
// though their configurations are the same (of other versions, or with other time zone data) would take back what the
// other has told, each time that one of them looks.
const (
	mostTold = 6
	tellEach = time.Hour
)

// Spent is a notice that was given to a person, and when.
type Spent struct {
	User string    `json:"user"`
	At   time.Time `json:"at"`
}

// room is when a person can be told something again: the zero time for now.
func (s *State) room(user string, now time.Time) time.Time {
	var mine []time.Time
	for _, x := range s.Spent {
		if x.User == user && x.At.Add(tellEach).After(now) {
			mine = append(mine, x.At)
		}
	}
	if len(mine) < mostTold {
		return time.Time{}
	}
	slices.SortFunc(mine, time.Time.Compare)
	return mine[len(mine)-mostTold].Add(tellEach)
}

// spend takes note of a notice, and forgets those that do not count any more.
func (s *State) spend(user string, now time.Time) {
	s.Spent = slices.DeleteFunc(s.Spent, func(x Spent) bool { return !x.At.Add(tellEach).After(now) })
	s.Spent = append(s.Spent, Spent{user, now})
}

// refund takes back the latest notice of a person: it does not go out.
func (s *State) refund(user string) {
	for i, x := range slices.Backward(s.Spent) {
		if x.User == user {
			s.Spent = slices.Delete(s.Spent, i, i+1)
			return
		}
	}
}

// postponed says until when a person must wait for a notice, and notes the first time that they have to.
func (s *State) postponed(env Env, user string) (until time.Time, wait bool) {
	until = s.room(user, env.Now)
	if until.IsZero() || s.unsent(user) { // then there is nothing to send: it is taken back
		return time.Time{}, false
	}
	mine := slices.IndexFunc(s.Waiting, func(x Spent) bool { return x.User == user })
	if mine >= 0 && s.Waiting[mine].At.Equal(until) {
		return until, true
	}
	s.Waiting = slices.DeleteFunc(s.Waiting, func(x Spent) bool { return x.User == user || !x.At.After(env.Now) })
	s.Waiting = append(s.Waiting, Spent{user, until})
	s.note(env, "postponed", user, "is told nothing more until "+until.UTC().Format(time.RFC3339)+
		": on and off call again and again. If nobody changes the schedule, replicas disagree on it: compare their versions and time zone data")
	return until, true
}
